package queue

import "simrun/check/rules"

// refutation is the reason why the nodes have no order: a reader that found the queue
// empty, or a cycle.
type refutation struct {
	reader int32
	circle []link
}

// explain turns a refutation into a violation with its core.
func (h *history) explain(bad *refutation) rules.Result {
	if bad.circle != nil {
		return h.tangled(bad.circle)
	}
	return h.notEmpty(bad.reader)
}

// whole returns the operations of node x that a core needs: its enqueue, its dequeue,
// and the operation that proves that the value was in the queue.
func (h *history) whole(x int32) []int32 {
	v := &h.values[h.node[x]]
	ops := []int32{v.enqueue, h.at[h.queue.came[x]]}
	if v.dequeue != rules.None {
		ops = append(ops, v.dequeue)
	}
	return ops
}

// rivals returns the operations that explain why no pending dequeue can have taken the
// value of node x before the position deadline: the pending dequeues that could have,
// and as many other values that had to leave earlier.
func (h *history) rivals(x, deadline int32) []int32 {
	if h.values[h.node[x]].dequeue != rules.None {
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

// link means that node before must come before node after (coming), or go before it.
type link struct {
	before, after int32
	coming        bool
}

// circle returns a cycle of links if no node can be next. Every node is blocked by the
// node that came first or by one of the two that are gone first, so it finds a cycle
// after three links.
func (h *history) circle(came int32, r ring) []link {
	q := &h.queue
	var path []link
	for x := came; ; {
		if q.came[came] < q.comes[x] {
			path = append(path, link{came, x, true})
		} else {
			gone := r.first()
			if gone == x {
				gone = r.after(x)
			}
			path = append(path, link{gone, x, false})
		}
		x = path[len(path)-1].before
		for k := range path {
			if path[k].after == x {
				return path[k:]
			}
		}
	}
}

// tangled returns the violation of a cycle of links.
func (h *history) tangled(links []link) rules.Result {
	q := &h.queue
	pattern := Interleaved
	var roles []rules.Role
	var more []int32
	for _, l := range links {
		more = append(more, h.whole(l.before)...)
		if l.coming {
			pattern = Overtaken
			roles = append(roles,
				rules.Role{Name: "came first", Op: h.at[q.came[l.before]]},
				rules.Role{Name: "came second", Op: h.values[h.node[l.after]].enqueue})
			continue
		}
		roles = append(roles, rules.Role{Name: "left first", Op: h.at[q.gone[l.before]]})
		if q.goes[l.after] != rules.Never && !h.isPendingDequeue(h.at[q.goes[l.after]]) {
			roles = append(roles, rules.Role{Name: "left second", Op: h.at[q.goes[l.after]]})
		}
		more = append(more, h.rivals(l.after, q.gone[l.before])...)
	}
	if len(links) > 2 {
		pattern = Interleaved
	}
	return rules.Violated(h.ops, pattern, roles, more...)
}

func (h *history) isPendingDequeue(i int32) bool {
	return h.ops[i].Kind == Dequeue && h.ops[i].Pending()
}

// notEmpty returns the violation of reader, which found the queue empty.
func (h *history) notEmpty(reader int32) rules.Result {
	q := &h.queue
	op := &h.ops[reader]
	came := q.came[:h.kept]
	cover := rules.Cover(op.Call, op.Ret, rules.OrderBy(came, len(h.at)+1), came, q.goes[:h.kept])
	roles := []rules.Role{{Name: "reader", Op: reader}}
	var more []int32
	for _, x := range cover {
		roles = append(roles, rules.Role{Name: "in", Op: h.values[h.node[x]].enqueue})
		more = append(more, h.whole(x)...)
		if goes := q.goes[x]; goes != rules.Never && !h.isPendingDequeue(h.at[goes]) {
			more = append(more, h.at[goes])
		}
	}
	return rules.Violated(h.ops, NotEmpty, roles, append(more, h.heirs(cover, op.Ret)...)...)
}

// heirs returns the operations that explain which values, up to the last node of cover
// by arrival, the pending dequeues took before the position deadline.
func (h *history) heirs(cover []int32, deadline int32) []int32 {
	most := -1
	for k, x := range h.left {
		for _, y := range cover {
			if x == y {
				most = k
			}
		}
	}
	if most < 0 {
		return nil
	}
	var ops []int32
	for _, i := range h.pending {
		if h.ops[i].Call < deadline {
			ops = append(ops, i)
		}
	}
	if len(ops) > 0 {
		for _, x := range h.left[:most+1] {
			ops = append(ops, h.whole(x)...)
		}
	}
	return ops
}
