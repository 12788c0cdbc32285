package etcdraft

import (
	"fmt"

	"simrun/models/invariant"
	"simrun/models/oplog"
	"simrun/sim"
	"simrun/sim/fault"
)

const eventVoted fault.Event = "vote"

// voted is the fact that a server has given its vote in a term, and may tell.
type voted struct {
	Server sim.NodeID
	Term   oplog.Epoch
	For    sim.NodeID
}

func (f voted) String() string { return fmt.Sprintf("votes for %v in term %d", f.For, f.Term) }

// Trigger names what a plan of faults may wait for.
func (voted) Trigger() fault.Event { return eventVoted }

// voted reports the vote of the term, once.
func (s *server) voted() {
	v := voted{s.Env.ID(), s.Epoch, sim.NodeID(s.vote)}
	if s.vote != 0 && v != s.told {
		s.told = v
		s.Env.Report(v)
	}
}

// oneVote is the invariant that a server votes once in a term (Raft, Figure 2).
func oneVote() sim.Monitor {
	return invariant.Unique("one vote per term", func(f sim.Fact) (id, use string, ok bool) {
		v, ok := f.(voted)
		if !ok {
			return "", "", false
		}
		return fmt.Sprintf("the vote of %v in term %d", v.Server, v.Term), v.For.String(), true
	})
}
