package resilience

import (
	"fmt"

	"simrun/sim"
	"simrun/sim/blocking"
)

// monitors are the invariants of a run.
func monitors(c *sim.Case) []sim.Monitor {
	healed := sim.Time(c.Duration)
	return []sim.Monitor{returns{healed}, comeBack{healed}, untouchedIn(c), share{}, shrinks{}, elsewhere{}, &limited{tenants: make([][]quota, c.Nodes+1)}, pages{}}
}

// returns is the invariant that the goodput of each gateway is back a while after the faults healed, and stays. It was as good as all calls before
// the first fault, since the load is well below what the nodes can do.
type returns struct{ healed sim.Time }

func (returns) Name() string { return checkGoodput }

func (m returns) Observe(at sim.Sighting, f sim.Fact) *sim.Breach {
	s, ok := f.(lastSecond)
	if !ok || at.Time < m.healed+sim.Time(goodAfter) || s.all().good() {
		return nil
	}
	return sim.Breachf("%s after the faults healed, %v %v", (at.Time - m.healed).Clock(), at.Node, s)
}

// converged says which gateway has not answered as good as all calls of the last second, or leaves a service out.
func converged(nodes []sim.Node) string {
	for _, n := range nodes {
		switch g, ok := blocking.Exposed(n).(*goodput); {
		case ok && !g.good():
			return fmt.Sprintf("a gateway %v in a second", g.total())
		case ok && g.unused != 0:
			return fmt.Sprintf("a gateway makes no calls to %v", g.unused)
		}
	}
	return ""
}

// comeBack is the invariant that each gateway asks all services again a while after the faults healed.
type comeBack struct{ healed sim.Time }

func (comeBack) Name() string { return checkComeBack }

func (m comeBack) Observe(at sim.Sighting, f sim.Fact) *sim.Breach {
	if s, ok := f.(lastSecond); ok && at.Time >= m.healed+sim.Time(goodAfter) && s.unused != 0 {
		return sim.Breachf("%s after the faults healed, %v makes no calls to %v", (at.Time - m.healed).Clock(), at.Node, s.unused)
	}
	return nil
}

// share is the invariant that a call finds a worker as long as fewer wait for its dependency than the other dependency must leave free.
type share struct{}

func (share) Name() string { return checkBulkhead }

func (share) Observe(at sim.Sighting, f sim.Fact) *sim.Breach {
	if a, ok := f.(turnedAway); ok && a.busy < workers-perDependency {
		return sim.Breachf("%v %v: the others wait for something else", at.Node, a)
	}
	return nil
}

// shrinks is the invariant that nobody waits longer than the caller.
type shrinks struct{}

func (shrinks) Name() string { return checkDeadline }

func (shrinks) Observe(at sim.Sighting, f sim.Fact) *sim.Breach {
	if w, ok := f.(waits); ok && w.timeout > w.rest {
		return sim.Breachf("%v %v", at.Node, w)
	}
	return nil
}

// elsewhere is the invariant that a call which failed at a service goes to another, if one gets calls.
type elsewhere struct{}

func (elsewhere) Name() string { return checkFailover }

func (elsewhere) Observe(at sim.Sighting, f sim.Fact) *sim.Breach {
	if a, ok := f.(again); ok && a.now == a.failed && a.spare != 0 {
		return sim.Breachf("%v: %v, and not at %v", at.Node, a, a.spare)
	}
	return nil
}

// pages is the invariant that who browses gets a page, whatever happens, and none that is too old.
type pages struct{}

func (pages) Name() string { return checkPages }

func (pages) Observe(at sim.Sighting, f sim.Fact) *sim.Breach {
	if s, ok := f.(shown); ok && (s.page == noPage || s.age > pageAge) {
		return sim.Breachf("%v %v to one who browses", at.Node, s)
	}
	return nil
}
