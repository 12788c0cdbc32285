package stack

import "simrun/check/monitor"

// explain turns a failure into a violation with its core.
func (h *history) explain(f *failure) monitor.Result {
	in := h.chain(f)
	var roles []monitor.Role
	if f.reader != monitor.None {
		roles = append(roles, monitor.Role{Name: "reader", Op: f.reader})
		for _, x := range in {
			roles = append(roles, monitor.Role{Name: "in", Op: h.values[x].push})
		}
		return monitor.Violated(h.ops, NotEmpty, roles, h.whole(in)...)
	}
	for _, x := range in {
		v := &h.values[x]
		roles = append(roles, monitor.Role{Name: "push", Op: v.push})
		if v.taken != monitor.None {
			roles = append(roles, monitor.Role{Name: "pop", Op: v.taken})
		}
	}
	return monitor.Violated(h.ops, Crossed, roles)
}

// chain returns few values that are enough for a failure: their critical
// intervals hold the time of the reader, or the whole row. Any other value can be
// taken out of a linearization.
func (h *history) chain(f *failure) []int32 {
	values := f.row
	if f.reader != monitor.None {
		for x := range h.values {
			values = append(values, int32(x))
		}
	}
	starts, ends := make([]int32, len(h.values)), make([]int32, len(h.values))
	for x := range starts {
		starts[x] = monitor.Never
	}
	from, to := monitor.Never, int32(0)
	for _, x := range values {
		if v := &h.values[x]; h.there(v) {
			starts[x], ends[x] = h.critical(v)
			from, to = min(from, starts[x]), max(to, ends[x])
		}
	}
	byStart := monitor.OrderBy(starts, len(h.at))
	if f.reader != monitor.None {
		return monitor.Cover(h.ops[f.reader].Call, h.ops[f.reader].Ret, byStart, starts, ends)
	}
	return monitor.Cover(from+1, to-1, byStart, starts, ends)
}

// whole returns the operations that push and pop the given values.
func (h *history) whole(values []int32) []int32 {
	var ops []int32
	for _, x := range values {
		v := &h.values[x]
		if ops = append(ops, v.push); v.taken != monitor.None {
			ops = append(ops, v.taken)
		}
	}
	return ops
}
