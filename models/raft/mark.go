package raft

// States worth reaching: a search that never gets there tests less than it seems to.
const (
	markRepaired        = "one copy of the log repaired from the other"
	markRewritten       = "what the disk refused written again"
	markDamagedMessage  = "damaged message dropped"
	markSplitVote       = "election ended without a leader"
	markBehind          = "vote denied to a candidate that is behind"
	markNoQuorum        = "leader without a quorum stepped down"
	markUncommitted     = "leader stepped down with uncommitted commands"
	markConflict        = "conflicting entries deleted"
	markBackedUp        = "leader went back past a conflict"
	markRepeated        = "repeated command recognised"
	markReadWaited      = "read waited for the leader's first entry"
	markInstalled       = "snapshot of a leader installed"
	markRetained        = "entries after an installed snapshot kept"
	markTailDropped     = "entries after an installed snapshot deleted"
	markMembersUndone   = "change of the members undone"
	markRemovedLeader   = "leader that is no member any more stepped down"
	markWindowFull      = "window of messages to a server full"
	markTransferred     = "server stood for election by leave of the leader"
	markTransferGivenUp = "transfer of the leadership given up"
	markLeaseRead       = "read answered by a lease"
	markTooLow          = "server waited for one of higher priority"
	markFollowerRead    = "read answered by a follower"
	markOldTerm         = "entry of an earlier term on a majority, not committed by counting"
)

// Marks lists the states that servers mark with [sim.Env.Sometimes].
func Marks() []string {
	return []string{
		markRepaired, markRewritten, markDamagedMessage, markSplitVote, markBehind, markNoQuorum,
		markUncommitted, markConflict, markBackedUp, markReadWaited, markOldTerm,
	}
}
