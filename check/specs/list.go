package specs

import (
	"strings"

	"simrun/history"
)

// list is a list of values that shares its tail with other lists: adding a value in
// front and removing it take constant time, however long the list is. nil is empty.
type list struct {
	first history.Value
	rest  *list
}

// push returns the list with v in front.
func (l *list) push(v history.Value) *list { return &list{v, l} }

// reversed returns the values in the opposite order.
func (l *list) reversed() *list {
	var r *list
	for ; l != nil; l = l.rest {
		r = r.push(l.first)
	}
	return r
}

// text returns the JSON array of the values of some lists, one after the other.
func text(lists ...*list) string {
	b := []byte{'['}
	for _, l := range lists {
		for ; l != nil; l = l.rest {
			if len(b) > 1 {
				b = append(b, ',')
			}
			b = l.first.AppendJSON(b)
		}
	}
	return string(append(b, ']'))
}

// heap is a heap of integers with the greatest on top, which shares parts with other
// heaps (a leftist heap: Crane 1972). nil is empty.
type heap struct {
	top         int64
	rank        int
	left, right *heap
}

// merge joins two heaps in time logarithmic in their size.
func merge(a, b *heap) *heap {
	if a == nil {
		return b
	}
	if b == nil {
		return a
	}
	if a.top < b.top {
		a, b = b, a
	}
	left, right := a.left, merge(a.right, b)
	if left.height() < right.height() {
		left, right = right, left
	}
	return &heap{a.top, right.height() + 1, left, right}
}

func (h *heap) height() int {
	if h == nil {
		return 0
	}
	return h.rank
}

// text returns the JSON array of the values, greatest first.
func (h *heap) text() string {
	var b strings.Builder
	b.WriteByte('[')
	for sep := ""; h != nil; h = merge(h.left, h.right) {
		b.WriteString(sep + history.Int(h.top).String())
		sep = ","
	}
	b.WriteByte(']')
	return b.String()
}
