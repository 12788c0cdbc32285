package raft

import (
	"fmt"

	"simrun/sim"
)

// The facts that a server reports. They are passed by pointer to memory that the
// server reuses: a monitor copies what it wants to keep.
type (
	// factRecovered: the server booted, and this is what its disk held.
	factRecovered struct {
		Term Term
		Vote sim.NodeID
		Last Index
	}
	// factTermStored: the server's current term is durable, and it may act in it.
	factTermStored struct{ Term Term }
	// factBecameCandidate: the server started an election (§5.2).
	factBecameCandidate struct{ Term Term }
	// factVoted: the server's vote left it.
	factVoted struct {
		Term Term
		For  sim.NodeID
	}
	// factBecameLeader: the server won an election; Last is its last entry before its own first.
	factBecameLeader struct {
		Term Term
		Last Index
	}
	// factSteppedDown: the server is no longer leader of Term.
	factSteppedDown struct{ Term Term }
	// factAppended: an entry was added at the end of the log. Chain is a hash of
	// the log up to it.
	factAppended struct {
		Index Index
		Term  Term
		Chain uint64
	}
	// factTruncated: the entry From and all that follow were deleted from the log.
	factTruncated struct{ From Index }
	// factCommitted: the server's commit index moved to Index. Term is the server's
	// current term, Leader whether it decided so itself, as leader of that term.
	factCommitted struct {
		Index  Index
		Term   Term
		Chain  uint64
		Leader bool
	}
	// factApplied: the entry was applied to the state machine.
	factApplied struct {
		Index Index
		Term  Term
		Chain uint64
	}
	// factAcknowledged: an answer left the server that its log holds the leader's up to Index.
	factAcknowledged struct{ Index Index }
	// factCompacted: the server took a snapshot up to an entry, and dropped its log up to Base.
	factCompacted struct{ Snapshot, Base Index }
	// factRestored: a snapshot up to Index, and the entries after Base, took the place of what the server had. Chain is a hash of the log up to Index.
	factRestored struct {
		Index Index
		Chain uint64
		Base  Index
	}
	// factState: after the entry at Index the state of the machine has this hash.
	factState struct {
		Index Index
		Hash  uint64
	}
	// factHalted: the server found its disk damaged and takes no more part.
	factHalted struct{ Reason string }
)

func (f *factRecovered) String() string {
	if f.Vote == 0 {
		return fmt.Sprintf("recovered t%d, last %d", f.Term, f.Last)
	}
	return fmt.Sprintf("recovered t%d, vote %s, last %d", f.Term, f.Vote, f.Last)
}
func (f *factTermStored) String() string      { return fmt.Sprintf("stored t%d", f.Term) }
func (f *factBecameCandidate) String() string { return fmt.Sprintf("candidate of t%d", f.Term) }
func (f *factVoted) String() string           { return fmt.Sprintf("voted for %s in t%d", f.For, f.Term) }
func (f *factBecameLeader) String() string {
	return fmt.Sprintf("leader of t%d, last %d", f.Term, f.Last)
}
func (f *factSteppedDown) String() string  { return fmt.Sprintf("stepped down in t%d", f.Term) }
func (f *factAppended) String() string     { return fmt.Sprintf("appended %d@t%d", f.Index, f.Term) }
func (f *factTruncated) String() string    { return fmt.Sprintf("truncated from %d", f.From) }
func (f *factCommitted) String() string    { return fmt.Sprintf("committed %d", f.Index) }
func (f *factApplied) String() string      { return fmt.Sprintf("applied %d@t%d", f.Index, f.Term) }
func (f *factAcknowledged) String() string { return fmt.Sprintf("acknowledged %d", f.Index) }
func (f *factCompacted) String() string {
	return fmt.Sprintf("took a snapshot up to %d, log from %d", f.Snapshot, f.Base+1)
}
func (f *factRestored) String() string {
	return fmt.Sprintf("restored the snapshot up to %d, log from %d", f.Index, f.Base+1)
}
func (f *factState) String() string  { return fmt.Sprintf("state %016x after %d", f.Hash, f.Index) }
func (f *factHalted) String() string { return "halted: " + f.Reason }
func (f *factHalted) Halts() string  { return f.Reason }

// factLeaseRead: a leader answered a read from its own state, by its lease.
type factLeaseRead struct{ Term Term }

func (f *factLeaseRead) String() string { return fmt.Sprintf("read by the lease of term %d", f.Term) }

// facts is the memory from which a server states its facts.
type facts struct {
	recovered  factRecovered
	termStored factTermStored
	candidate  factBecameCandidate
	voted      factVoted
	leader     factBecameLeader
	stepped    factSteppedDown
	appended   factAppended
	truncated  factTruncated
	committed  factCommitted
	applied    factApplied
	acked      factAcknowledged
	compacted  factCompacted
	restored   factRestored
	state      factState
	halted     factHalted
	members    factMembers
	leased     factLeaseRead
}
