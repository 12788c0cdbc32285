package stack

import "simrun/check/rules"

// arrange puts the operations in order of their instants. Within an instant, pops of
// values whose rows end there come first, inner rows before outer ones; then
// operations that found the stack empty, and values that stay for that instant only;
// then pushes, outer rows before inner ones.
func (h *history) arrange() rules.Result {
	seq := make([]int32, 0, len(h.ops))
	for k := len(h.bottoms) - 1; k >= 0; k-- {
		if i := h.values[h.bottoms[k]].taken; i != rules.None && h.instants[i] != rules.Never {
			seq = append(seq, i)
		}
	}
	for i := range h.ops {
		if h.ops[i].Kind == Empty && !h.ops[i].Pending() {
			seq = append(seq, int32(i))
		}
	}
	for x := range h.values {
		v := &h.values[x]
		if !h.there(v) {
			continue
		}
		if start, end := h.critical(v); start >= end {
			h.instants[v.push], h.instants[v.taken] = end, end
			seq = append(seq, v.push, v.taken)
		}
	}
	for _, x := range h.bottoms {
		seq = append(seq, h.values[x].push)
	}
	keys := make([]int32, len(seq))
	for k, i := range seq {
		keys[k] = h.instants[i]
	}
	order := rules.OrderBy(keys, len(h.at))
	for k, s := range order {
		order[k] = seq[s]
	}
	return rules.Result{Answer: rules.Linearizable, Order: order}
}
