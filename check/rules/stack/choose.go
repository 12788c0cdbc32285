package stack

import (
	"cmp"
	"slices"

	"simrun/check/rules"
)

// choose decides a history that has no linearization without its pending pops: it
// looks for values that these may have taken.
func (h *history) choose(bad *failure) rules.Result {
	left := h.left()
	if len(left) == 0 {
		return h.explain(bad)
	}
	for _, x := range left { // as if the earliest pop could take them all
		h.values[x].taken = h.pending[0]
	}
	if bad := h.place(); bad != nil {
		return h.explain(bad)
	}
	h.takeByDeadline(left)
	if h.place() == nil {
		return h.arrange()
	}
	for _, x := range left {
		h.values[x].taken = rules.None
	}
	return h.search(left)
}

// search tries choices one by one.
func (h *history) search(left []int32) rules.Result {
	var core []int32
	s := rules.Choice{Budget: rules.Tries(len(h.ops)), Take: func(x, taker int32) { h.values[x].taken = taker }}
	s.Try = func() (ok bool, blockers, takers []int32) {
		bad := h.place()
		if bad == nil {
			return true, nil, nil
		}
		in, end := h.chain(bad), rules.Never
		core = append(core, h.whole(in)...)
		if bad.reader != rules.None {
			core = append(core, bad.reader)
			end = h.ops[bad.reader].Ret
		}
		for _, x := range in {
			if h.values[x].taken == rules.None {
				blockers = append(blockers, x)
			}
		}
		for _, i := range h.pending {
			if h.ops[i].Call < end {
				takers = append(takers, i)
			}
		}
		core = append(core, takers...)
		return false, blockers, takers
	}
	found, complete := s.Search()
	if found {
		return h.arrange()
	}
	if !complete {
		return rules.Result{Answer: rules.Undecided, Why: "pending pops may have taken too many different values"}
	}
	var roles []rules.Role
	for _, i := range h.pending {
		if slices.Contains(core, i) {
			roles = append(roles, rules.Role{Name: "pending pop", Op: i})
		}
	}
	return rules.Violated(h.ops, Unexplained, roles, core...)
}

// left returns the values that were on the stack and that no completed pop took.
func (h *history) left() []int32 {
	var left []int32
	for x := range h.values {
		if v := &h.values[x]; h.there(v) && v.pop == rules.None {
			left = append(left, int32(x))
		}
	}
	return left
}

// takeByDeadline gives pending pops to values by the time by which these must be gone:
// the earliest return among operations that began after the push of the value had
// returned, and that either popped a value that was certainly pushed before it, or
// found the stack empty. The earliest pop takes the most urgent value.
func (h *history) takeByDeadline(left []int32) {
	deadline := make([]int32, len(h.values))
	ends := rules.NewSuffixMin(len(h.at))
	for i := range h.ops {
		if op := &h.ops[i]; op.Kind == Empty && !op.Pending() {
			ends.Lower(op.Call, op.Ret)
		}
	}
	for _, i := range h.at { // each push at its call and at its return
		op := &h.ops[i]
		if op.Kind != Push || op.Pending() {
			continue
		}
		switch v := &h.values[op.Value]; {
		case deadline[op.Value] == 0:
			deadline[op.Value] = ends.From(op.Ret)
		case v.pop != rules.None:
			ends.Lower(h.ops[v.pop].Call, h.ops[v.pop].Ret)
		}
	}
	slices.SortStableFunc(left, func(a, b int32) int { return cmp.Compare(deadline[a], deadline[b]) })
	for k, x := range left {
		h.values[x].taken = rules.None
		if k < len(h.pending) {
			h.values[x].taken = h.pending[k]
		}
	}
}
