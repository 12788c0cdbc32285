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
	coordinator  sim.NodeID
	sim.Sighting // of who follows it
}

func (*agreement) Name() string { return "one coordinator" }

func (m *agreement) Booted(at sim.Sighting) { m.nodes[at.Node] = following{} }

func (m *agreement) Observe(at sim.Sighting, f sim.Fact) (wrong *sim.Breach) {
	said, ok := f.(follows)
	if !ok {
		return nil
	}
	x := &m.nodes[at.Node]
	wrong = m.until(at, *x)
	if said.coordinator != x.coordinator {
		*x = following{said.coordinator, at}
		m.until(at, *x) // from at.Time until at.Time
	}
	return wrong
}

// until takes that a node has followed a coordinator since a time, and says who followed another meanwhile.
func (m *agreement) until(at sim.Sighting, f following) *sim.Breach {
	if f.coordinator == 0 {
		return nil
	}
	if m.last.coordinator != f.coordinator {
		m.before = m.last
	}
	m.last = following{f.coordinator, at}
	if b := m.before; b.coordinator != 0 && b.Time > f.Time {
		return sim.Breachf("%v has followed %v since %v, and %v followed %v at %v", f.Node, f.coordinator, f.Time.Clock(), b.Node, b.coordinator, b.Time.Clock()).
			Against(f.Sighting, "began to follow %v", f.coordinator).Against(b.Sighting, "follows %v", b.coordinator)
	}
	return nil
}

// highest is the invariant that no node follows a lower one. With agreement, the highest of the nodes that are up leads when all follow one.
type highest struct{}

func (highest) Name() string { return "the highest leads" }

func (highest) Observe(at sim.Sighting, f sim.Fact) *sim.Breach {
	if said, ok := f.(follows); ok && said.coordinator != 0 && said.coordinator < at.Node {
		return sim.Breachf("%v follows %v, which is lower", at.Node, said.coordinator)
	}
	return nil
}
