package quorum

import (
	"fmt"

	"simrun/models/invariant"
	"simrun/sim"
	"simrun/sim/fault"
)

// The facts of a node, and what they are to a plan of faults.
type (
	tagged struct{ v version } // it chose the tag of a write
	change struct {            // what became of a change of what it stores, and of all before it
		event fault.Event
		n     uint64
	}
)

const (
	stored       fault.Event = "stored"       // the disk holds it
	acknowledged fault.Event = "acknowledged" // the node is about to tell a coordinator so
	recovered    fault.Event = "recovered"    // the disk held it, and none after it, when the node started
)

func (f tagged) String() string { return "tagged " + f.v.String() }
func (f change) String() string { return fmt.Sprintf("%s change %d", f.event, f.n) }

func (tagged) Trigger() fault.Event   { return "tagged" }
func (f change) Trigger() fault.Event { return f.event }

func monitors(c *sim.Case) []sim.Monitor {
	return []sim.Monitor{invariant.Durable("durability", c.Nodes, step), invariant.Unique("unique tags", tagOf)}
}

// step says what a fact means for durability. A replica's changes are numbered from its first start on, over its crashes.
func step(f sim.Fact) (invariant.Step, uint64) {
	c, _ := f.(change)
	switch c.event {
	case acknowledged:
		return invariant.Acknowledged, c.n
	case recovered:
		return invariant.Recovered, c.n
	}
	return invariant.Nothing, 0
}

// tagOf tells which facts give a tag to a write.
func tagOf(f sim.Fact) (id, use string, ok bool) {
	t, ok := f.(tagged)
	return fmt.Sprintf("%v of %s", t.v.Tag, t.v.Key), fmt.Sprintf("value %d", t.v.Value), ok
}
