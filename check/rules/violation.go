package rules

import (
	"cmp"
	"slices"
)

// Violated returns a violation with the given pattern. Its core consists of the
// operations of roles and more.
func Violated(ops []Op, pattern string, roles []Role, more ...int32) Result {
	core := slices.Clone(more)
	for _, r := range roles {
		core = append(core, r.Op)
	}
	slices.SortFunc(core, func(a, b int32) int { return cmp.Compare(ops[a].Call, ops[b].Call) })
	core = slices.Compact(core)
	r := Result{Answer: Violation, Core: core, Pattern: pattern, Roles: roles}
	for _, i := range core {
		r.Last = max(r.Last, ops[i].Call)
		if !ops[i].Pending() {
			r.Last = max(r.Last, ops[i].Ret)
		}
	}
	return r
}
