package saved

import (
	"fmt"

	"simrun/models/invariant"
	"simrun/sim"
	"simrun/sim/fault"
)

// Change is the fact of what became of a change of the state, and of all before it.
type Change struct {
	Event fault.Event // Stored, Acknowledged or Recovered
	N     uint64      // of the changes since the node first started
}

// The events of a change.
const (
	Stored       fault.Event = "stored"       // the disk holds it
	Acknowledged fault.Event = "acknowledged" // the node is about to tell others so
	Recovered    fault.Event = "recovered"    // the disk held it, and none after it, when the node started
)

// Events lists those that faults can wait for, for the profile of a model.
func Events() []fault.EventDecl {
	return []fault.EventDecl{
		{Event: Acknowledged, Summary: "a node is about to tell others what its disk holds"},
		{Event: Recovered, Summary: "a node has read its disk after a start"},
	}
}

func (c Change) String() string       { return fmt.Sprintf("%s change %d", c.Event, c.N) }
func (c Change) Trigger() fault.Event { return c.Event }

// Durability is the invariant that a node has after a restart what it acknowledged before.
func Durability(nodes int) sim.Monitor {
	return invariant.Durable("durability", nodes, func(f sim.Fact) (invariant.Step, uint64) {
		c, _ := f.(Change)
		switch c.Event {
		case Acknowledged:
			return invariant.Acknowledged, c.N
		case Recovered:
			return invariant.Recovered, c.N
		}
		return invariant.Nothing, 0
	})
}
