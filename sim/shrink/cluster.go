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
			if !yield(c) || !yield(r.renumbered(c)) {
				return
			}
		}
	})
}

// renumbered is a case whose plan names the nodes n1, n2, … in place of those that it names.
func (r *reduction) renumbered(c sim.Case) sim.Case {
	var used fault.Set
	for _, f := range c.Faults {
		if hits, ok := hitBy(f, r.best.c.Nodes); ok && !f.Kind.OnLinks() {
			used |= hits.Nodes
		} else if ok {
			for n := 1; n <= r.best.c.Nodes; n++ {
				if renamed(f.Target, map[int]int{n: 99}) != f.Target {
					used |= fault.SetOf(fault.Node(n))
				}
			}
		}
	}
	names := map[int]int{}
	for i, n := range used.List() {
		names[int(n)] = i + 1
	}
	c.Faults = slices.Clone(c.Faults)
	for i := range c.Faults {
		c.Faults[i].Target = renamed(c.Faults[i].Target, names)
	}
	return c
}
