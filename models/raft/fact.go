package raft

import (
	"fmt"

	"simrun/sim"
)

// The facts that a server states. They are passed by pointer to memory that the
// server reuses: a monitor copies what it wants to keep.
type (
	// Recovered: the server booted, and this is what its disk held.
	Recovered struct {
		Term Term
		Vote sim.NodeID
		Last Index
	}
	// TermStored: the server's current term is durable, and it may act in it.
	TermStored struct{ Term Term }
	// BecameCandidate: the server started an election (§5.2).
	BecameCandidate struct{ Term Term }
	// Voted: the server's vote left it.
	Voted struct {
		Term Term
		For  sim.NodeID
	}
	// BecameLeader: the server won an election; Last is its last entry before its own first.
	BecameLeader struct {
		Term Term
		Last Index
	}
	// SteppedDown: the server is no longer leader of Term.
	SteppedDown struct{ Term Term }
	// Appended: an entry was added at the end of the log. Chain is a hash of
	// the log up to it.
	Appended struct {
		Index Index
		Term  Term
		Chain uint64
	}
	// Truncated: the entry From and all that follow were deleted from the log.
	Truncated struct{ From Index }
	// Committed: the server's commit index moved to Index. Term is the server's
	// current term, Leader whether it decided so itself, as leader of that term.
	Committed struct {
		Index  Index
		Term   Term
		Chain  uint64
		Leader bool
	}
	// Applied: the entry was applied to the state machine.
	Applied struct {
		Index Index
		Term  Term
		Chain uint64
	}
	// Acknowledged: an answer left the server that its log holds the leader's up to Index.
	Acknowledged struct{ Index Index }
	// Halted: the server found its disk damaged and takes no more part.
	Halted struct{ Reason string }
)

func (f *Recovered) String() string {
	if f.Vote == 0 {
		return fmt.Sprintf("recovered t%d, last %d", f.Term, f.Last)
	}
	return fmt.Sprintf("recovered t%d, vote %s, last %d", f.Term, f.Vote, f.Last)
}
func (f *TermStored) String() string      { return fmt.Sprintf("stored t%d", f.Term) }
func (f *BecameCandidate) String() string { return fmt.Sprintf("candidate of t%d", f.Term) }
func (f *Voted) String() string           { return fmt.Sprintf("voted for %s in t%d", f.For, f.Term) }
func (f *BecameLeader) String() string {
	return fmt.Sprintf("leader of t%d, last %d", f.Term, f.Last)
}
func (f *SteppedDown) String() string  { return fmt.Sprintf("stepped down in t%d", f.Term) }
func (f *Appended) String() string     { return fmt.Sprintf("appended %d@t%d", f.Index, f.Term) }
func (f *Truncated) String() string    { return fmt.Sprintf("truncated from %d", f.From) }
func (f *Committed) String() string    { return fmt.Sprintf("committed %d", f.Index) }
func (f *Applied) String() string      { return fmt.Sprintf("applied %d@t%d", f.Index, f.Term) }
func (f *Acknowledged) String() string { return fmt.Sprintf("acknowledged %d", f.Index) }
func (f *Halted) String() string       { return "halted: " + f.Reason }

// facts is the memory from which a server states its facts.
type facts struct {
	recovered  Recovered
	termStored TermStored
	candidate  BecameCandidate
	voted      Voted
	leader     BecameLeader
	stepped    SteppedDown
	appended   Appended
	truncated  Truncated
	committed  Committed
	applied    Applied
	acked      Acknowledged
	halted     Halted
}
