package register

import "simrun/check/rules"

// measure walks every chain from its root, checks that its operations fit the order
// of the chain, and finds its zone.
func (h *history) measure() *rules.Result {
	h.zones = make([]zone, len(h.values))
	h.root = make([]int32, len(h.at))
	for p := range h.root {
		h.root[p] = rules.None
	}
	for i := range h.ops {
		if h.ops[i].Kind == Write && h.included(int32(i)) {
			root := h.ops[i].Value
			if bad := h.walk(root); bad != nil {
				return bad
			}
			h.root[h.zones[root].start()] = root
		}
	}
	if h.initial != rules.None {
		if bad := h.walk(h.initial); bad != nil {
			return bad
		}
	}
	return nil
}

// walk measures the chain from root. The i-th transition of a chain (a write or
// compare-and-set) comes after every operation on earlier values, so none of these may
// begin after an operation on value i has ended.
func (h *history) walk(root int32) *rules.Result {
	began, ended := before, rules.Never
	for v := root; v != rules.None; v = h.values[v].next {
		val := &h.values[v]
		hi := val.hi
		if val.writer == rules.None { // the initial value
			hi = before
		} else {
			w := &h.ops[val.writer]
			began = max(began, w.Call)
			hi = min(hi, w.Ret)
		}
		if began > hi {
			return h.reversed(h.at[hi], h.at[began])
		}
		ended = min(ended, hi)
		began = max(began, val.lo)
	}
	h.zones[root] = zone{began: began, ended: ended}
	return nil
}

// arrange goes through the chains in order of time, checks that their zones are
// compatible, and puts the operations in order: every chain at its start, but a
// backward chain after a forward chain that began before it and ends within it.
func (h *history) arrange() rules.Result {
	reads, first := h.readers()
	order := make([]int32, 0, len(h.ops))
	emit := func(root int32) {
		for v := root; v != rules.None; v = h.values[v].next {
			if w := h.values[v].writer; w != rules.None {
				order = append(order, w)
			}
			order = append(order, reads[first[v]:first[v]+h.values[v].reads]...)
		}
	}
	busy, until := rules.None, before // the current forward chain, and its end
	if h.initial != rules.None {
		busy, until = h.initial, h.zones[h.initial].began
		emit(h.initial)
	}
	for p, root := range h.root {
		if root == rules.None {
			continue
		}
		z := h.zones[root]
		inside := int32(p) < until
		switch {
		case inside && z.forward():
			return h.clash(Overlap, busy, root)
		case inside && z.ended < until:
			return h.clash(Enclosed, busy, root)
		case z.forward():
			busy, until = root, z.began
		}
		emit(root)
	}
	return rules.Result{Answer: rules.Linearizable, Order: order}
}

// readers returns the reads of all values in order of call; those of value v begin at
// first[v].
func (h *history) readers() (reads, first []int32) {
	first = make([]int32, len(h.values))
	var n int32
	for v := range h.values {
		first[v] = n
		n += h.values[v].reads
	}
	reads = make([]int32, n)
	fill := make([]int32, len(h.values))
	copy(fill, first)
	for p, i := range h.at {
		op := &h.ops[i]
		if op.Call == int32(p) && !mutates(op.Kind) && !op.Pending() {
			reads[fill[op.Value]] = i
			fill[op.Value]++
		}
	}
	return reads, first
}
