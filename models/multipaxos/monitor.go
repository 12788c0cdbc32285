package multipaxos

import (
	"fmt"

	"simrun/models/ballot"
	"simrun/models/invariant"
	"simrun/models/oplog"
	"simrun/sim"
	"simrun/sim/fault"
)

// The facts of an acceptor; the others are those of package oplog.
type (
	promised  struct{ ballot ballot.Ballot } // it tells a candidate so
	recovered struct{ ballot ballot.Ballot } // its disk has this promise after a start
	accepted  struct {                       // its disk holds what it accepted
		slot   oplog.Index
		ballot ballot.Ballot
	}
)

func (f promised) String() string  { return fmt.Sprintf("promised %v", f.ballot) }
func (f recovered) String() string { return fmt.Sprintf("recovered, promised %v", f.ballot) }
func (f accepted) String() string  { return fmt.Sprintf("accepted slot %d in %v", f.slot, f.ballot) }

func (promised) Trigger() fault.Event { return "promised" }
func (accepted) Trigger() fault.Event { return "accepted" }

func monitors(c *sim.Case) []sim.Monitor {
	return []sim.Monitor{
		invariant.OnePerEpoch("one leader per ballot", "leader", "ballot", func(f sim.Fact) (uint64, bool) {
			l, ok := f.(oplog.Led)
			return uint64(l.Epoch), ok
		}),
		invariant.EqualPrefix("equal logs", c.Nodes, func(f sim.Fact) (index, hash uint64, ok bool) {
			a, ok := f.(oplog.Applied)
			return uint64(a.Index), a.Hash, ok
		}),
		invariant.Monotone("promises kept", "ballot", c.Nodes, func(f sim.Fact) (uint64, bool) {
			switch f := f.(type) {
			case promised:
				return uint64(f.ballot), true
			case recovered:
				return uint64(f.ballot), true
			case accepted:
				return uint64(f.ballot), true
			}
			return 0, false
		}),
	}
}
