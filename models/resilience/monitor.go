package resilience

import (
	"fmt"
	"time"

	"simrun/sim"
	"simrun/sim/blocking"
)

// The facts of a service.
type (
	waits      struct{ rest, timeout time.Duration } // for a dependency, while its caller waits for the rest
	turnedAway struct {                              // a call to a dependency, since all workers are busy
		dependency sim.NodeID
		busy       int // workers that wait for it
	}
)

func (f waits) String() string {
	return fmt.Sprintf("waits %v for a caller that waits %v", f.timeout, f.rest)
}
func (f turnedAway) String() string {
	return fmt.Sprintf("turned away a call to %v, for which %d workers wait", f.dependency, f.busy)
}

// returns is the invariant that the goodput of each gateway is back a while after the faults healed. It was as good as all calls before
// the first fault, since the load is well below what the nodes can do.
type returns struct {
	healed sim.Time
	back   []bool // by gateway
}

func (*returns) Name() string { return checkGoodput }

func (m *returns) Observe(at sim.Time, node sim.NodeID, f sim.Fact) string {
	s, ok := f.(lastSecond)
	if !ok || at < m.healed+sim.Time(time.Second) {
		return ""
	}
	m.back[node] = m.back[node] || s.good
	if at < m.healed+sim.Time(goodAfter) || m.back[node] {
		return ""
	}
	return fmt.Sprintf("%v after the faults healed, %v answered %d of %d calls in a second", time.Duration(at-m.healed), node, s.answered, s.calls)
}

// converged says which gateway has not answered as good as all calls of the last second.
func converged(nodes []sim.Node) string {
	for _, n := range nodes {
		if g, ok := blocking.Exposed(n).(*goodput); ok && !g.good() {
			sum := g.total()
			return fmt.Sprintf("a gateway answered %d of %d calls in a second", sum.answered, sum.calls)
		}
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
