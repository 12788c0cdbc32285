package raft

// bugs are published bugs that the model can be switched to, off by default.
// [Bugs] tells what each is and where it was published.
type bugs struct {
	voteNotPersisted bool
	voteWrittenLate  bool
	truncateOnStale  bool
	quorumOffByOne   bool
	countVotesTwice  bool
	voteForAnyLog    bool
	commitOldTerm    bool
	staleLocalRead   bool
	unboundReadAcks  bool
	readBeforeReplay bool
	ackBeforeSync    bool
	noSessions       bool
	preVoteKeepsTerm bool
}

// The names of the bugs, as in a case.
const (
	BugCommitOldTerm    = "commit-old-term"
	BugVoteNotPersisted = "vote-not-persisted"
	BugVoteWrittenLate  = "vote-written-late"
	BugTruncateOnStale  = "truncate-on-stale-append"
	BugQuorumOffByOne   = "quorum-off-by-one"
	BugCountVotesTwice  = "count-votes-twice"
	BugVoteForAnyLog    = "vote-for-any-log"
	BugStaleLocalRead   = "stale-local-read"
	BugUnboundReadAcks  = "unbound-read-acks"
	BugReadBeforeReplay = "read-before-replay"
	BugAckBeforeSync    = "ack-before-sync"
	BugNoSessions       = "no-sessions"
	BugTimeoutIsFailure = "timeout-is-failure"
	BugPreVoteKeepsTerm = "pre-vote-keeps-term"
	BugNoCheckQuorum    = "no-check-quorum"
	BugNoPreVote        = "no-pre-vote"
)

func readBugs(env environment) bugs {
	return bugs{
		voteNotPersisted: env.Bug(BugVoteNotPersisted),
		voteWrittenLate:  env.Bug(BugVoteWrittenLate),
		truncateOnStale:  env.Bug(BugTruncateOnStale),
		quorumOffByOne:   env.Bug(BugQuorumOffByOne),
		countVotesTwice:  env.Bug(BugCountVotesTwice),
		voteForAnyLog:    env.Bug(BugVoteForAnyLog),
		commitOldTerm:    env.Bug(BugCommitOldTerm),
		staleLocalRead:   env.Bug(BugStaleLocalRead),
		unboundReadAcks:  env.Bug(BugUnboundReadAcks),
		readBeforeReplay: env.Bug(BugReadBeforeReplay),
		ackBeforeSync:    env.Bug(BugAckBeforeSync),
		noSessions:       env.Bug(BugNoSessions),
		preVoteKeepsTerm: env.Bug(BugPreVoteKeepsTerm),
	}
}
