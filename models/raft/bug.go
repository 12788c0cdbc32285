package raft

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"

	"simrun/sim"
)

// bugs are published bugs that the model can be switched to, off by default.
// [bugRows] tells what each is and where it was published.
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
	bugCommitOldTerm    sim.BugName = "commit-old-term"
	bugVoteNotPersisted sim.BugName = "vote-not-persisted"
	bugVoteWrittenLate  sim.BugName = "vote-written-late"
	bugTruncateOnStale  sim.BugName = "truncate-on-stale-append"
	bugQuorumOffByOne   sim.BugName = "quorum-off-by-one"
	bugCountVotesTwice  sim.BugName = "count-votes-twice"
	bugVoteForAnyLog    sim.BugName = "vote-for-any-log"
	bugStaleLocalRead   sim.BugName = "stale-local-read"
	bugLeaseReads       sim.BugName = "lease-reads"
	bugUnboundReadAcks  sim.BugName = "unbound-read-acks"
	bugReadBeforeReplay sim.BugName = "read-before-replay"
	bugAckBeforeSync    sim.BugName = "ack-before-sync"
	bugNoSessions       sim.BugName = "no-sessions"
	bugTimeoutIsFailure sim.BugName = "timeout-is-failure"
	bugDamageIsTornTail sim.BugName = "damage-is-torn-tail"
	bugNoChecksums      sim.BugName = "no-checksums"
	bugPreVoteKeepsTerm sim.BugName = "pre-vote-keeps-term"
	bugNoCheckQuorum    sim.BugName = "no-check-quorum"
	bugNoPreVote        sim.BugName = "no-pre-vote"
)

func readBugs(env environment) bugs {
	return bugs{
		voteNotPersisted: env.Bug(bugVoteNotPersisted),
		voteWrittenLate:  env.Bug(bugVoteWrittenLate),
		truncateOnStale:  env.Bug(bugTruncateOnStale),
		quorumOffByOne:   env.Bug(bugQuorumOffByOne),
		countVotesTwice:  env.Bug(bugCountVotesTwice),
		voteForAnyLog:    env.Bug(bugVoteForAnyLog),
		commitOldTerm:    env.Bug(bugCommitOldTerm),
		staleLocalRead:   env.Bug(bugStaleLocalRead),
		leaseReads:       env.Bug(bugLeaseReads),
		unboundReadAcks:  env.Bug(bugUnboundReadAcks),
		readBeforeReplay: env.Bug(bugReadBeforeReplay),
		ackBeforeSync:    env.Bug(bugAckBeforeSync),
		noSessions:       env.Bug(bugNoSessions),
		noChecksums:      env.Bug(bugNoChecksums),
		damageIsTornTail: env.Bug(bugDamageIsTornTail),
		preVoteKeepsTerm: env.Bug(bugPreVoteKeepsTerm),
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
