package queue

import "simrun/check/monitor"

// whole returns the operations that a core needs of node x: what put the value
// in, what took it out, and what proves that it was there.
func (h *history) whole(x int32) []int32 {
	v := &h.values[h.node[x]]
	ops := []int32{v.enqueue, h.at[h.queue.came[x]]}
	if v.dequeue != monitor.None {
		ops = append(ops, v.dequeue)
	}
	return ops
}

// rivals returns the operations that explain why no pending dequeue can have
// taken the value of node x before the position deadline: those that could, and
// as many other values that were due before.
func (h *history) rivals(x, deadline int32) []int32 {
	if h.values[h.node[x]].dequeue != monitor.None {
		return nil
	}
	var ops []int32
	for _, i := range h.pending {
		if h.ops[i].Call < deadline {
			ops = append(ops, i)
		}
	}
	if h.relaxed {
		return ops
	}
	need := len(ops)
	for _, y := range h.left {
		if need == 0 {
			break
		}
		if y != x {
			ops = append(ops, h.whole(y)...)
			need--
		}
	}
	return ops
}

// circle returns the violation of nodes of which each must come or go before
// the next, and the last before the first. What blocks a node is among the node
// that came first and the two that are gone first, so that the circle is short.
func (h *history) circle(came int32, r ring) *monitor.Result {
	q := &h.queue
	type link struct {
		node   int32
		coming bool // it must come before the one before it in the list
	}
	var path []link
	last := link{node: came}
	for {
		for k := range path {
			if path[k].node == last.node {
				path = append(path[k:], last)
				return h.circleOf(path[0].node, func(yield func(x, y int32, coming bool)) {
					for i := 1; i < len(path); i++ {
						yield(path[i].node, path[i-1].node, path[i].coming)
					}
				})
			}
		}
		path = append(path, last)
		x := last.node
		if q.came[came] < q.comes[x] {
			last = link{came, true}
			continue
		}
		gone := r.first()
		if gone == x {
			gone = r.after(x)
		}
		last = link{gone, false}
	}
}
