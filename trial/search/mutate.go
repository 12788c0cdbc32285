package search

import (
	"slices"
	"time"

	"simrun/sim"
	"simrun/sim/fault"
	"simrun/sim/nemesis"
	"simrun/sim/rng"
	"simrun/trial"
)

var (
	mutateDraw = rng.Of("search mutate")
	parentDraw = rng.Of("search parent")
)

// mutation is a stream of draws for one change of a case.
type mutation struct{ v rng.Value }

func (m *mutation) n(n int) int {
	m.v = m.v.Next()
	return int(m.v.N(uint64(n)))
}

// mutate makes a case of one that reached something new, and of another: the seed or the plan, or both, changed a little.
func (d *drawing) mutate(seed sim.Seed, of, with *kept) sim.Case {
	m := &mutation{rng.Draw(uint64(seed), mutateDraw, 0, 0)}
	c := of.c
	c.Faults = slices.Clone(c.Faults)
	if m.n(3) > 0 { // else the run is the same up to the first change
		c.Seed, c.Overrides = seed, nil // which name messages of the other
	}
	if d.setup.Planned {
		c.Seed, c.Overrides = seed, nil
		return c
	}
	if with.c.Nodes > c.Nodes { // its plan may name nodes that this has not
		with = of
	}
	cluster := trial.ClusterOf(d.setup.Model, &c, d.setup.Beyond)
	for range 1 + m.n(3) {
		c.Faults = m.change(c.Faults, with.c.Faults, cluster, uint64(seed))
	}
	c.Faults = nemesis.Fit(cluster, c.Faults)
	if slices.Equal(c.Faults, of.c.Faults) {
		c.Seed, c.Overrides = seed, nil
	}
	return c
}

// change changes a plan once.
func (m *mutation) change(plan, with []fault.Fault, cluster nemesis.Cluster, seed uint64) []fault.Fault {
	if len(plan) == 0 || m.n(6) == 0 {
		return m.enrich(plan, cluster, seed)
	}
	i := m.n(len(plan))
	f := &plan[i]
	switch m.n(7) {
	case 0:
		return slices.Delete(plan, i, i+1)
	case 1: // a little earlier or later
		f.At = max(0, f.At+m.span(100*time.Millisecond))
	case 2: // elsewhere
		f.At = time.Duration(m.n(int(cluster.Duration/time.Millisecond))) * time.Millisecond
	case 3:
		if f.For > 0 && f.For != fault.Forever {
			f.For = max(time.Millisecond, f.For*time.Duration(1+m.n(8))/4)
		}
	case 4: // the same again
		again := *f
		again.At += time.Duration(50+m.n(1500)) * time.Millisecond
		return append(plan, again)
	case 5: // the beginning of one plan, the end of another
		at := time.Duration(m.n(int(cluster.Duration/time.Millisecond))) * time.Millisecond
		plan = slices.DeleteFunc(plan, func(f fault.Fault) bool { return f.At >= at })
		for _, g := range with {
			if g.At >= at {
				plan = append(plan, g)
			}
		}
	case 6:
		if f.Nth > 1 {
			f.Nth = max(0, f.Nth-2+m.n(5))
		} else if !f.Kind.OnLinks() {
			f.Target = fault.Target(fault.Node(1 + m.n(cluster.Nodes)).String())
		}
	}
	return plan
}

// span draws a time between minus and plus the most.
func (m *mutation) span(most time.Duration) time.Duration {
	return time.Duration(m.n(int(2*most/time.Microsecond)))*time.Microsecond - most
}

// enrich adds what another plan has in a stretch.
func (m *mutation) enrich(plan []fault.Fault, cluster nemesis.Cluster, seed uint64) []fault.Fault {
	styles := nemesis.Styles()
	style := styles[m.n(len(styles))].Name
	if !nemesis.Composes(style, cluster) {
		return plan
	}
	more, err := nemesis.Compose(style, cluster, seed)
	if err != nil || len(more.Faults) == 0 {
		return plan
	}
	from := m.n(len(more.Faults))
	return append(plan, more.Faults[from:min(len(more.Faults), from+1+m.n(3))]...)
}
