package raft

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
)

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
	leaseReads       bool
	unboundReadAcks  bool
	readBeforeReplay bool
	ackBeforeSync    bool
	noSessions       bool
	preVoteKeepsTerm bool
	damageIsTornTail bool
	noChecksums      bool
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
	BugLeaseReads       = "lease-reads"
	BugUnboundReadAcks  = "unbound-read-acks"
	BugReadBeforeReplay = "read-before-replay"
	BugAckBeforeSync    = "ack-before-sync"
	BugNoSessions       = "no-sessions"
	BugTimeoutIsFailure = "timeout-is-failure"
	BugDamageIsTornTail = "damage-is-torn-tail"
	BugNoChecksums      = "no-checksums"
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
		leaseReads:       env.Bug(BugLeaseReads),
		unboundReadAcks:  env.Bug(BugUnboundReadAcks),
		readBeforeReplay: env.Bug(BugReadBeforeReplay),
		ackBeforeSync:    env.Bug(BugAckBeforeSync),
		noSessions:       env.Bug(BugNoSessions),
		noChecksums:      env.Bug(BugNoChecksums),
		damageIsTornTail: env.Bug(BugDamageIsTornTail),
		preVoteKeepsTerm: env.Bug(BugPreVoteKeepsTerm),
	}
}

// believed is what a server without checksums takes a file for: every frame whose length makes sense, with
// whatever it holds.
func believed(file []byte) []byte {
	b := bytes.Clone(file)
	before := uint32(0)
	for at := 0; at+frameHeader <= len(b) && binary.LittleEndian.Uint32(b[at+4:]) == frameMagic; {
		end := at + frameHeader + int(binary.LittleEndian.Uint32(b[at+8:]))
		if end > len(b) {
			break
		}
		binary.LittleEndian.PutUint32(b[at+12:], before)
		before = crc32.Checksum(b[at+4:end], castagnoli)
		binary.LittleEndian.PutUint32(b[at:], before)
		at = end
	}
	return b
}
