package pqueue

import "simrun/check/rules"

// explain turns a failure into a violation with its core.
func (h *history) explain(f *failure) rules.Result {
	pattern := Surpassed
	if f.than == rules.None {
		pattern = NotEmpty
	}
	in, more := h.reasons(f)
	roles := []rules.Role{{Name: "reader", Op: f.reader}}
	for _, x := range in {
		roles = append(roles, rules.Role{Name: "in", Op: h.values[x].insert})
	}
	return rules.Violated(h.ops, pattern, roles, more...)
}

// reasons returns the values that blocked a failed operation, and the operations that
// prove it. Greater values may have kept a value in the queue for longer than its own
// operations did; but then these blocked the operation themselves, so the own
// operations of each value are enough.
func (h *history) reasons(f *failure) (in, ops []int32) {
	if f.than != rules.None {
		ops = h.whole(f.than)
	}
	comes, goes := make([]int32, len(h.values)), make([]int32, len(h.values))
	for x := range h.values {
		comes[x], goes[x] = rules.Never, rules.Never
		if v := &h.values[x]; int32(x) > f.than && h.there(v) {
			comes[x] = min(h.ops[v.insert].Ret, v.gone)
			if v.taken != rules.None {
				goes[x] = max(h.ops[v.insert].Call, h.ops[v.taken].Call, v.seen)
			}
		}
	}
	in = rules.Cover(f.first, f.last, rules.OrderBy(comes, len(h.at)), comes, goes)
	for _, x := range in {
		ops = append(ops, h.whole(x)...)
		ops = append(ops, h.at[comes[x]])
		if goes[x] != rules.Never {
			ops = append(ops, h.at[goes[x]])
		}
	}
	return in, ops
}

// whole returns the operations that inserted and took value x.
func (h *history) whole(x int32) []int32 {
	v := &h.values[x]
	if v.taken == rules.None {
		return []int32{v.insert}
	}
	return []int32{v.insert, v.taken}
}
