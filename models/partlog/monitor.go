package partlog

import (
	"fmt"

	"simrun/sim"
	"simrun/sim/fault"
)

// The facts of the coordinator.
type (
	assigned  struct{ generation uint64 }          // it gives a consumer its share in a generation
	committed struct{ generation, current uint64 } // it took a commit of a generation, in the current one
)

func (f assigned) String() string { return fmt.Sprintf("gives a share in generation %d", f.generation) }
func (f committed) String() string {
	return fmt.Sprintf("takes a commit of generation %d in generation %d", f.generation, f.current)
}
func (assigned) Trigger() fault.Event  { return eventAssigned }
func (committed) Trigger() fault.Event { return eventCommitted }

// generationOf is the generation that a consumer is told.
func generationOf(f sim.Fact) (uint64, bool) {
	r, ok := f.(assigned)
	return r.generation, ok
}

// fencing is the invariant that a commit of an old generation is not taken.
type fencing struct{}

func (fencing) Name() string { return "fencing" }

func (fencing) Observe(at sim.Sighting, f sim.Fact) *sim.Breach {
	if c, ok := f.(committed); ok && c.generation != c.current {
		return sim.Breachf("%v %v", at.Node, c)
	}
	return nil
}
