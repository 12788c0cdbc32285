package pqueue

import (
	"cmp"
	"slices"

	"simrun/check/rules"
)

// choose decides a history that has no linearization without its pending polls: it
// looks for values that these may have taken.
func (h *history) choose(bad *failure) rules.Result {
	left := h.left()
	if len(left) == 0 {
		return h.explain(bad)
	}
	for _, x := range left { // as if the earliest poll could take them all
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
	var core, readers []int32
	search := rules.Choice{Budget: rules.Tries(len(h.ops)), Take: func(x, taker int32) { h.values[x].taken = taker }}
	search.Try = func() (ok bool, blockers, takers []int32) {
		bad := h.place()
		if bad == nil {
			return true, nil, nil
		}
		_, ops := h.reasons(bad)
		readers = append(readers, bad.reader)
		core = append(core, ops...)
		end := bad.last
		for _, x := range left {
			if v := &h.values[x]; x > bad.than && v.taken == rules.None && v.comes < end {
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
	found, complete := search.Search()
	switch {
	case found:
		return h.arrange()
	case complete:
		slices.Sort(readers)
		var roles []rules.Role
		for _, i := range slices.Compact(readers) {
			roles = append(roles, rules.Role{Name: "reader", Op: i})
		}
		return rules.Violated(h.ops, Unexplained, roles, core...)
	}
	return rules.Result{Answer: rules.Undecided, Why: "pending polls may have taken too many different values"}
}

// left returns the values that were in the queue and that no completed poll took, greatest first.
func (h *history) left() []int32 {
	var left []int32
	for x := int32(len(h.values)) - 1; x >= 0; x-- {
		if v := &h.values[x]; h.there(v) && v.poll == rules.None {
			left = append(left, x)
		}
	}
	return left
}

// takeByDeadline gives pending polls to values by the time by which these must be gone:
// the earliest return among operations that began after the insert of the value had
// returned, and that saw a smaller value or none. The earliest poll takes the most
// urgent value.
func (h *history) takeByDeadline(left []int32) {
	deadline := make([]int32, len(h.values))
	ends := rules.NewSuffixMin(len(h.at))
	for i := range h.ops {
		if op := &h.ops[i]; op.Kind == Empty && !op.Pending() {
			ends.Lower(op.Call, op.Ret)
		}
	}
	for x := range int32(len(h.values)) {
		v := &h.values[x]
		if !h.there(v) {
			continue
		}
		deadline[x] = rules.Never
		if ret := h.ops[v.insert].Ret; ret != rules.Never {
			deadline[x] = ends.From(ret)
		}
		if v.poll != rules.None {
			ends.Lower(h.ops[v.poll].Call, h.ops[v.poll].Ret)
		}
		for _, i := range h.peeksOf(x) {
			ends.Lower(h.ops[i].Call, h.ops[i].Ret)
		}
	}
	urgent := slices.Clone(left)
	slices.SortStableFunc(urgent, func(a, b int32) int { return cmp.Compare(deadline[a], deadline[b]) })
	for k, x := range urgent {
		h.values[x].taken = rules.None
		if k < len(h.pending) {
			h.values[x].taken = h.pending[k]
		}
	}
}
