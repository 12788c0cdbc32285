package shrink

import (
	"maps"
	"slices"

	"simrun/sim"
	"simrun/sim/fault"
)

func sortedNames[K ~string, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }

// dropNodes takes servers away, as many as can be at once. The nodes that the plan names are renamed, so that they stay.
func (r *reduction) dropNodes() bool {
	return r.first(func(yield func(sim.Case) bool) {
		for n := max(1, r.system.MinNodes); n < r.best.c.Nodes; n++ {
			c := r.best.c
			c.Nodes = n
			if !yield(c) || !yield(renumbered(c, r.best.c.Nodes, false)) || !yield(renumbered(c, r.best.c.Nodes, true)) {
				return
			}
		}
	})
}

// renumbered is a case whose plan and overrides name the first nodes of the cluster in place of those of n nodes that they name; or the
// last, since to some protocols a name is a rank.
func renumbered(c sim.Case, n int, last bool) sim.Case {
	var used []int
	for node := 1; node <= n; node++ {
		if mentions(&c, node) {
			used = append(used, node)
		}
	}
	names := map[int]int{}
	for i, node := range used {
		if names[node] = i + 1; last {
			names[node] = c.Nodes - len(used) + i + 1
		}
	}
	c.Faults, c.Overrides = slices.Clone(c.Faults), slices.Clone(c.Overrides)
	for i := range c.Faults {
		c.Faults[i].Target = renamed(c.Faults[i].Target, names)
	}
	for i := range c.Overrides {
		c.Overrides[i].Key = string(renamed(fault.Target(c.Overrides[i].Key), names))
	}
	return c
}

// mentions reports whether the plan or an override names a node.
func mentions(c *sim.Case, node int) bool {
	other := map[int]int{node: node + 1}
	return slices.ContainsFunc(c.Faults, func(f fault.Fault) bool { return renamed(f.Target, other) != f.Target }) ||
		slices.ContainsFunc(c.Overrides, func(o sim.Override) bool { return string(renamed(fault.Target(o.Key), other)) != o.Key })
}
