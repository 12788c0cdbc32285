package crdt

import (
	"fmt"

	"simrun/models/invariant"
	"simrun/models/lattice"
	"simrun/models/saved"
	"simrun/sim"
)

// The facts of a node. Those of updates are told when the disk holds them.
type (
	tagged struct { // an addition to the set with removals has a tag: the nth of a life of the node
		tag  lattice.Tag
		life int
		nth  uint64
	}
	put struct { // an entry of the map has a timestamp, where the node knew one
		key           string
		stamp, before lattice.Stamp
	}
	updated struct{ request } // any other update
)

func (f tagged) String() string  { return fmt.Sprintf("added %d with tag %d", f.tag.Value, f.tag.N) }
func (f updated) String() string { return fmt.Sprintf("%s %s %d", f.Key, f.F, f.Value) }
func (f put) String() string {
	return fmt.Sprintf("put %s with timestamp %v, after %v", f.key, f.stamp, f.before)
}

func monitors(c *sim.Case) []sim.Monitor {
	return []sim.Monitor{saved.Durability(c.Nodes), invariant.Unique("unique tags", tagOf), putWins{}}
}

// tagOf tells which facts give a tag to an addition.
func tagOf(f sim.Fact) (id, use string, ok bool) {
	t, ok := f.(tagged)
	return fmt.Sprintf("tag %d.%d", t.tag.Node, t.tag.N), fmt.Sprintf("addition %d of life %d", t.nth, t.life), ok
}

// putWins is the invariant that a put has a greater timestamp than what its node knew.
type putWins struct{}

func (putWins) Name() string { return "a put wins" }

func (putWins) Observe(at sim.Sighting, f sim.Fact) *sim.Breach {
	p, ok := f.(put)
	if !ok || p.stamp.Compare(p.before) > 0 {
		return nil
	}
	return sim.Breachf("%v put %s with timestamp %v, though it knew %v", at.Node, p.key, p.stamp, p.before)
}
