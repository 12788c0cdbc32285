package bully

import (
	"fmt"

	"simrun/sim"
	"simrun/sim/fault"
)

// The facts of a node.
type (
	follows struct{ coordinator sim.NodeID } // from now on, or still; 0: nobody, until an election is over
	elected struct{}                         // the node announces itself as coordinator
)

func (f follows) String() string {
	if f.coordinator == 0 {
		return "follows nobody: there is an election"
	}
	return fmt.Sprintf("follows %v", f.coordinator)
}
func (elected) String() string       { return "is coordinator" }
func (elected) Trigger() fault.Event { return eventElected }

// agreement is the first assertion of the paper: at no time do two nodes follow different coordinators. A node that is down follows nobody. A
// monitor is not told of crashes, so that it counts the time from when a node began to follow a coordinator until it last said that it still does.
type agreement struct {
	nodes  []following // whom each node follows, and since when
	last   following   // what was said last, and when
	before following   // what was last said of another coordinator than that of last
}

type following struct {
	node, coordinator sim.NodeID
	at                sim.Time
}

func (*agreement) Name() string { return "one coordinator" }

func (m *agreement) Booted(_ sim.Time, node sim.NodeID) { m.nodes[node] = following{} }

func (m *agreement) Observe(now sim.Time, node sim.NodeID, f sim.Fact) (wrong string) {
	said, ok := f.(follows)
	if !ok {
		return ""
	}
	x := &m.nodes[node]
	wrong = m.until(now, *x)
	if said.coordinator != x.coordinator {
		*x = following{node, said.coordinator, now}
		m.until(now, *x) // from now until now
	}
	return wrong
}

// until takes that a node has followed a coordinator since a time, and says who followed another meanwhile.
func (m *agreement) until(now sim.Time, f following) string {
	if f.coordinator == 0 {
		return ""
	}
	if m.last.coordinator != f.coordinator {
		m.before = m.last
	}
	m.last = following{f.node, f.coordinator, now}
	if b := m.before; b.coordinator != 0 && b.at > f.at {
		return fmt.Sprintf("%v has followed %v since %v, and %v followed %v at %v", f.node, f.coordinator, f.at.Clock(), b.node, b.coordinator, b.at.Clock())
	}
	return ""
}

// highest is the invariant that no node follows a lower one. With agreement, the highest of the nodes that are up leads when all follow one.
type highest struct{}

func (highest) Name() string { return "the highest leads" }

func (highest) Observe(_ sim.Time, node sim.NodeID, f sim.Fact) string {
	if said, ok := f.(follows); ok && said.coordinator != 0 && said.coordinator < node {
		return fmt.Sprintf("%v follows %v, which is lower", node, said.coordinator)
	}
	return ""
}
