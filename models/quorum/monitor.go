package quorum

import (
	"fmt"

	"simrun/models/invariant"
	"simrun/models/saved"
	"simrun/sim"
	"simrun/sim/fault"
)

// tagged is the fact that a node chose the tag of a write.
type tagged struct{ v version }

func (f tagged) String() string { return "tagged " + f.v.String() }

func (tagged) Trigger() fault.Event { return "tagged" }

func monitors(c *sim.Case) []sim.Monitor {
	return []sim.Monitor{saved.Durability(c.Nodes), invariant.Unique("unique tags", tagOf)}
}

// tagOf tells which facts give a tag to a write.
func tagOf(f sim.Fact) (id, use string, ok bool) {
	t, ok := f.(tagged)
	return fmt.Sprintf("%v of %s", t.v.Tag, t.v.Key), fmt.Sprintf("value %d", t.v.Value), ok
}
