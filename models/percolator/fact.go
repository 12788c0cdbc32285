package percolator

import (
	"fmt"

	"simrun/models/invariant"
	"simrun/models/journal"
	"simrun/models/txn"
	"simrun/sim"
	"simrun/sim/blocking"
	"simrun/sim/fault"
)

// The names of the checks that look inside.
const (
	oneDecision    = "one decision"
	timestampsGrow = "timestamps grow"
)

// The events that faults can wait for.
const (
	eventPrewritten fault.Event = "prewritten"
	eventCommitted  fault.Event = "committed"
	eventRolledBack fault.Event = "rolled-back"
)

// The facts of a node, told when its disk holds what they are about.
type (
	allotted   struct{ at stamp }
	prewritten struct {
		key   txn.Key
		start stamp
	}
	ended struct {
		key           txn.Key
		start, commit stamp
	}
)

func (f allotted) String() string { return fmt.Sprintf("gives timestamp %d", f.at) }
func (f prewritten) String() string {
	return fmt.Sprintf("locks %d for T%d", f.key, f.start)
}
func (f ended) String() string {
	if f.commit == 0 {
		return fmt.Sprintf("rolls T%d back in %d", f.start, f.key)
	}
	return fmt.Sprintf("commits T%d in %d at %d", f.start, f.key, f.commit)
}

func (prewritten) Trigger() fault.Event { return eventPrewritten }
func (f ended) Trigger() fault.Event {
	if f.commit == 0 {
		return eventRolledBack
	}
	return eventCommitted
}

// report tells what an answer is about, once its disk holds that.
func (s *server) report(p *blocking.Proc, q, a message) {
	switch {
	case q.kind == kindPrewrite && a.status == done:
		p.Report(prewritten{q.key, q.start})
	case q.kind == kindCommit && a.status == done:
		p.Report(ended{q.key, q.start, a.commit})
	case q.kind == kindCheck && a.status == rolledBack:
		p.Report(ended{q.key, q.start, 0})
	case q.kind == kindResolve:
		p.Report(ended{q.key, q.start, q.commit})
	}
}

func monitors(c *sim.Case) []sim.Monitor {
	return append(journal.Monitors(c.Nodes, logFiles),
		invariant.OneDecision(oneDecision, func(f sim.Fact) (string, bool, bool) {
			e, ok := f.(ended)
			return fmt.Sprintf("T%d", e.start), e.commit > 0, ok
		}),
		invariant.Monotone(timestampsGrow, "timestamp", c.Nodes, func(f sim.Fact) (uint64, bool) {
			a, ok := f.(allotted)
			return uint64(a.at), ok
		}))
}
