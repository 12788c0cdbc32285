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

func (m returns) Observe(at sim.Time, node sim.NodeID, f sim.Fact) string {
	s, ok := f.(lastSecond)
	if !ok || at < m.healed+sim.Time(goodAfter) || s.all().good() {
		return ""
	}
	return fmt.Sprintf("%s after the faults healed, %v %v", (at - m.healed).Clock(), node, s)
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

func (m comeBack) Observe(at sim.Time, node sim.NodeID, f sim.Fact) string {
	if s, ok := f.(lastSecond); ok && at >= m.healed+sim.Time(goodAfter) && s.unused != 0 {
		return fmt.Sprintf("%s after the faults healed, %v makes no calls to %v", (at - m.healed).Clock(), node, s.unused)
	}
	return ""
}

// share is the invariant that a call finds a worker as long as fewer wait for its dependency than the other dependency must leave free.
type share struct{}

func (share) Name() string { return checkBulkhead }

func (share) Observe(_ sim.Time, node sim.NodeID, f sim.Fact) string {
	if a, ok := f.(turnedAway); ok && a.busy < workers-perDependency {
		return fmt.Sprintf("%v %v: the others wait for something else", node, a)
	}
	return ""
}

// shrinks is the invariant that nobody waits longer than the caller.
type shrinks struct{}

func (shrinks) Name() string { return checkDeadline }

func (shrinks) Observe(_ sim.Time, node sim.NodeID, f sim.Fact) string {
	if w, ok := f.(waits); ok && w.timeout > w.rest {
		return fmt.Sprintf("%v %v", node, w)
	}
	return ""
}

// elsewhere is the invariant that a call which failed at a service goes to another, if one gets calls.
type elsewhere struct{}

func (elsewhere) Name() string { return checkFailover }

func (elsewhere) Observe(_ sim.Time, node sim.NodeID, f sim.Fact) string {
	if a, ok := f.(again); ok && a.now == a.failed && a.spare != 0 {
		return fmt.Sprintf("%v: %v, and not at %v", node, a, a.spare)
	}
	return ""
}

// pages is the invariant that who browses gets a page, whatever happens, and none that is too old.
type pages struct{}

func (pages) Name() string { return checkPages }

func (pages) Observe(_ sim.Time, node sim.NodeID, f sim.Fact) string {
	if s, ok := f.(shown); ok && (s.page == noPage || s.age > pageAge) {
		return fmt.Sprintf("%v %v to one who browses", node, s)
	}
	return ""
}
