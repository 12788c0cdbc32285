package sim

import (
	"fmt"
	"slices"

	"simrun/sim/fault"
)

// MixPhase is a stretch of a run with weights of operations of its own: only reads after a change of the leader, say. It lasts until the next
// one begins; the phase after the faults has the last that began.
type MixPhase struct {
	From Duration    `json:"from"`         // when it begins
	On   fault.Event `json:"on,omitempty"` // if not "": with the first event of this name after From
	Mix  []Weight    `json:"mix"`          // an operation not named keeps its default
}

// mixNow is the mix of operations at this time. Phases that have only a time begin when the first client asks.
func (w *world) mixNow() []Weight {
	for w.phasesBegun < len(w.c.Workload.Phases) {
		if p := &w.c.Workload.Phases[w.phasesBegun]; p.On != "" || w.now < Time(p.From) {
			break
		}
		w.phasesBegun++
	}
	if w.phasesBegun == 0 {
		return w.c.Workload.Mix
	}
	return w.c.Workload.Phases[w.phasesBegun-1].Mix
}

// mixHears begins the next phase, if it waits for the event.
func (w *world) mixHears(e fault.Event) {
	w.mixNow()
	if next := w.phasesBegun; next < len(w.c.Workload.Phases) {
		if p := &w.c.Workload.Phases[next]; p.On == e && w.now >= Time(p.From) {
			w.phasesBegun++
		}
	}
}

// phases checks the phases of the mix, and fills in the weights that they leave out.
func phases(s *System, c *Case) error {
	kind := s.workload(c.Workload.Name)
	c.Workload.Phases = slices.Clone(c.Workload.Phases)
	last := Duration(-1)
	for i := range c.Workload.Phases {
		p := &c.Workload.Phases[i]
		if p.From < 0 || p.From < last {
			return fmt.Errorf("phase %d of the mix begins at %v: expected times in order", i+1, p.From)
		}
		last = p.From
		if p.On != "" {
			if err := s.Profile.Check(fault.Fault{Kind: fault.Heal, On: p.On}); err != nil {
				return fmt.Errorf("phase %d of the mix: %w", i+1, err)
			}
		}
		var err error
		if p.Mix, err = mergeMix(kind, p.Mix); err != nil {
			return err
		}
	}
	return nil
}
