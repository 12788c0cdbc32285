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

// holds is the fact that a replica is about to acknowledge a version: it has that one, or a newer one, which is told here.
type holds struct{ v version }

func (f holds) String() string { return "holds " + f.v.String() }

// handedOver is the fact that a node has deleted a hint.
type handedOver struct{ hint }

func (f handedOver) String() string { return "handed over " + f.hint.String() }

func (handedOver) Trigger() fault.Event { return "handed-over" }

func monitors(c *sim.Case) []sim.Monitor {
	return []sim.Monitor{saved.Durability(c.Nodes), invariant.Unique("unique tags", tagOf), &handoff{held: map[place]tag{}}}
}

// handoff is the invariant that a hint is deleted only when the home that it is for has acknowledged the version, or a newer one.
type handoff struct{ held map[place]tag }

type place struct {
	node sim.NodeID
	key  string
}

func (*handoff) Name() string { return "hints handed over" }

func (h *handoff) Observe(at sim.Sighting, f sim.Fact) *sim.Breach {
	switch f := f.(type) {
	case holds:
		if at := (place{at.Node, f.v.Key}); f.v.Tag.compare(h.held[at]) > 0 {
			h.held[at] = f.v.Tag
		}
	case handedOver:
		if h.held[place{f.home, f.v.Key}].compare(f.v.Tag) < 0 {
			return sim.Breachf("%v deleted its hint of %v, which %v has not acknowledged", at.Node, f.v, f.home)
		}
	}
	return nil
}

// tagOf tells which facts give a tag to a write.
func tagOf(f sim.Fact) (id, use string, ok bool) {
	t, ok := f.(tagged)
	return fmt.Sprintf("%v of %s", t.v.Tag, t.v.Key), fmt.Sprintf("value %d", t.v.Value), ok
}
