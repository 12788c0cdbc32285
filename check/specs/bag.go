package specs

import (
	"strings"

	"simrun/history"
)

// bag is a bag of integers whose greatest is known, and that shares memory with
// other bags. Two bags with the same integers have equal counts, while their heaps may
// differ in shape.
type bag struct {
	heap   *heap
	counts table // by integer
}

func (b bag) with(n int64) bag {
	key := history.Int(n)
	count, _ := b.counts.get(key)
	had, _ := count.AsInt()
	return bag{merge(b.heap, &heap{top: n, rank: 1}), b.counts.with(key, history.Int(had+1))}
}

// withoutTop returns b without one of its greatest integers. b must not be empty.
func (b bag) withoutTop() bag {
	key := history.Int(b.heap.top)
	count, _ := b.counts.get(key)
	counts := b.counts.without(key)
	if had, _ := count.AsInt(); had > 1 {
		counts = b.counts.with(key, history.Int(had-1))
	}
	return bag{merge(b.heap.left, b.heap.right), counts}
}

func (b bag) equal(c bag) bool { return b.counts.equal(c.counts) }
func (b bag) hash() uint64     { return b.counts.hash() }
func (b bag) text() string     { return b.heap.text() }

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
