package register

import "simrun/check/rules"

// violated returns a violation whose core consists of the roles and the writers of the
// given values. A writer that is a compare-and-set from a value outside the list is
// relaxed to a plain write. For a pending writer the core also has the operations that
// prove that it took effect.
func (h *history) violated(pattern string, roles []rules.Role, values []int32) rules.Result {
	known := make(map[int32]bool, len(values))
	for _, v := range values {
		known[v] = true
	}
	var more, relaxed []int32
	for _, v := range values {
		w := h.values[v].writer
		if w == rules.None {
			continue
		}
		more = append(more, w)
		if op := &h.ops[w]; op.Kind == CAS && !known[op.From] && op.From != h.initial {
			relaxed = append(relaxed, w)
		}
	}
	for _, r := range roles {
		more = append(more, r.Op)
	}
	for _, i := range more {
		if op := &h.ops[i]; mutates(op.Kind) && op.Pending() {
			more = append(more, h.seers(h.values[op.Value].seer)...)
		}
	}
	res := rules.Violated(h.ops, pattern, roles, more...)
	res.Relaxed = relaxed
	return res
}

// seers returns i, and as long as the last operation is pending itself, the operation
// that proves that it took effect.
func (h *history) seers(i int32) []int32 {
	all := []int32{i}
	for h.ops[i].Pending() {
		i = h.values[h.ops[i].Value].seer
		all = append(all, i)
	}
	return all
}

// span returns the values from a to b along their chain, whichever comes first.
func (h *history) span(a, b int32) []int32 {
	for range 2 {
		var vs []int32
		for v := a; v != rules.None; v = h.values[v].next {
			vs = append(vs, v)
			if v == b {
				return vs
			}
		}
		a, b = b, a
	}
	panic("register: two values of one zone are not on one chain")
}

// reversed returns the violation of an operation that ended before another
// began whose value comes earlier on the chain, or is its own value's write.
func (h *history) reversed(early, late int32) *rules.Result {
	roles := []rules.Role{{Name: "early", Op: early}, {Name: "late", Op: late}}
	r := h.violated(Reversed, roles, h.span(h.ops[late].Value, h.ops[early].Value))
	return &r
}

// clash returns the violation of two chains whose zones are not compatible.
func (h *history) clash(pattern string, a, b int32) rules.Result {
	var roles []rules.Role
	var values []int32
	for _, c := range []struct {
		root int32
		name string
	}{{a, "first"}, {b, "second"}} {
		z := h.zones[c.root]
		began := h.at[z.began]
		from := h.initial
		if z.ended != before {
			ended := h.at[z.ended]
			from = h.ops[ended].Value
			roles = append(roles, rules.Role{Name: c.name + " ended", Op: ended})
		}
		roles = append(roles, rules.Role{Name: c.name + " began", Op: began})
		values = append(values, h.span(from, h.ops[began].Value)...)
	}
	return h.violated(pattern, roles, values)
}

// circle returns the violation of a cycle of compare-and-sets that need each other;
// from is the value of one of them.
func (h *history) circle(from int32) *rules.Result {
	var roles []rules.Role
	for v := from; ; {
		w := h.values[v].writer
		roles = append(roles, rules.Role{Name: "link", Op: w})
		if v = h.ops[w].From; v == from {
			break
		}
	}
	r := h.violated(Circle, roles, nil)
	return &r
}
