// Package queue is the event queue of the simulator: a priority queue of small
// values, ordered by time and, at equal times, by the order in which they were
// pushed. It allocates only to grow.
package queue

import "math/bits"

// RefBits is the width of a [Ref].
const RefBits = 26

// MaxRef is the largest [Ref].
const MaxRef = 1<<RefBits - 1

// Ref is what the queue holds for its user: an index, a kind, or both.
type Ref uint32

// item is 16 bytes, so that four children of a node share a cache line. The key
// is the sequence number above the reference: it orders equal times, and 2^37
// pushes fit of either kind.
type item struct {
	at  int64
	key uint64
}

func (a item) before(b item) bool { return a.at < b.at || a.at == b.at && a.key < b.key }

// Queue is a priority queue. The zero value is empty and ready to use.
type Queue struct {
	items []item
	seq   uint64
	early uint64 // the sequence of [Queue.PushEarly]
	hole  bool   // items[0] was popped and not yet replaced
}

// Len is the number of pending items.
func (q *Queue) Len() int {
	if q.hole {
		return len(q.items) - 1
	}
	return len(q.items)
}

// Push adds an item. The time must not be negative, nor the reference exceed [MaxRef].
func (q *Queue) Push(at int64, ref Ref) {
	it := item{at, late | q.seq<<RefBits | uint64(ref)}
	q.seq++
	q.push(it)
}

// late is the part of the key that orders what [Queue.Push] adds after what [Queue.PushEarly] does.
const late = 1 << 63

// PushEarly adds an item that comes before all that [Queue.Push] adds for the same time, whenever they were added.
func (q *Queue) PushEarly(at int64, ref Ref) {
	it := item{at, q.early<<RefBits | uint64(ref)}
	q.early++
	q.push(it)
}

func (q *Queue) push(it item) {
	if q.hole {
		q.hole = false
		q.down(it)
		return
	}
	q.items = append(q.items, it)
	q.up(len(q.items)-1, it)
}

// Next is the time of the earliest item, which stays; false if there is none.
func (q *Queue) Next() (at int64, ok bool) {
	if q.hole {
		q.fill()
	}
	if len(q.items) == 0 {
		return 0, false
	}
	return q.items[0].at, true
}

// Pop removes and returns the earliest item; false if there is none.
func (q *Queue) Pop() (at int64, ref Ref, ok bool) {
	if q.hole {
		q.fill()
	}
	if len(q.items) == 0 {
		return 0, 0, false
	}
	// The hole is left open: most events push a successor, which then sinks from
	// the top once, instead of one item sinking and another rising.
	q.hole = true
	top := q.items[0]
	return top.at, Ref(top.key & MaxRef), true
}

// fill closes the hole with the last item.
func (q *Queue) fill() {
	q.hole = false
	last := len(q.items) - 1
	it := q.items[last]
	q.items = q.items[:last]
	if last > 0 {
		q.down(it)
	}
}

// up puts it at position i or at an ancestor of it.
func (q *Queue) up(i int, it item) {
	items := q.items
	for i > 0 {
		parent := (i - 1) / 4
		if !it.before(items[parent]) {
			break
		}
		items[i] = items[parent]
		i = parent
	}
	items[i] = it
}

// down puts it at the top or at a descendant of it. Which of four children is the least is
// anybody's guess, and so not decided by branches.
func (q *Queue) down(it item) {
	items := q.items
	i := 0
	for {
		child := 4*i + 1
		var least int
		if child+3 < len(items) {
			four := items[child : child+4 : child+4]
			a := less(&four[1], &four[0])
			b := 2 + less(&four[3], &four[2])
			least = child + a + (b-a)*less(&four[b&3], &four[a&3])
		} else if child < len(items) {
			least = child
			for c := child + 1; c < len(items); c++ {
				if items[c].before(items[least]) {
					least = c
				}
			}
		} else {
			break
		}
		if !items[least].before(it) {
			break
		}
		items[i] = items[least]
		i = least
	}
	items[i] = it
}

// less is 1 if a comes before b, and 0 otherwise: the borrow of their 128-bit difference.
// Times are not negative.
func less(a, b *item) int {
	_, borrow := bits.Sub64(a.key, b.key, 0)
	_, borrow = bits.Sub64(uint64(a.at), uint64(b.at), borrow)
	return int(borrow)
}
