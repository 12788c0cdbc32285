package stack

import "simrun/check/rules"

// explain turns a failure into a violation with its core.
func (h *history) explain(f *failure) rules.Result {
	in := h.chain(f)
	var roles []rules.Role
	if f.reader != rules.None {
		roles = append(roles, rules.Role{Name: "reader", Op: f.reader})
		for _, x := range in {
			roles = append(roles, rules.Role{Name: "in", Op: h.values[x].push})
		}
		return rules.Violated(h.ops, NotEmpty, roles, h.whole(in)...)
	}
	for _, x := range in {
		v := &h.values[x]
		roles = append(roles, rules.Role{Name: "push", Op: v.push})
		if v.taken != rules.None {
			roles = append(roles, rules.Role{Name: "pop", Op: v.taken})
		}
	}
	return rules.Violated(h.ops, Crossed, roles)
}

// chain returns a few values that are enough for a failure: their critical intervals
// cover the time of the reader, or the whole row. Every other value can be removed from
// a linearization.
func (h *history) chain(f *failure) []int32 {
	values := f.row
	if f.reader != rules.None {
		for x := range h.values {
			values = append(values, int32(x))
		}
	}
	starts, ends := make([]int32, len(h.values)), make([]int32, len(h.values))
	for x := range starts {
		starts[x] = rules.Never
	}
	from, to := rules.Never, int32(0)
	for _, x := range values {
		if v := &h.values[x]; h.there(v) {
			starts[x], ends[x] = h.critical(v)
			from, to = min(from, starts[x]), max(to, ends[x])
		}
	}
	byStart := rules.OrderBy(starts, len(h.at))
	if f.reader != rules.None {
		return rules.Cover(h.ops[f.reader].Call, h.ops[f.reader].Ret, byStart, starts, ends)
	}
	return rules.Cover(from+1, to-1, byStart, starts, ends)
}

// whole returns the operations that push and pop the given values.
func (h *history) whole(values []int32) []int32 {
	var ops []int32
	for _, x := range values {
		v := &h.values[x]
		if ops = append(ops, v.push); v.taken != rules.None {
			ops = append(ops, v.taken)
		}
	}
	return ops
}
