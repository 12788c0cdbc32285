package raft

import (
	"fmt"
	"slices"

	"simrun/models/oplog"
	"simrun/sim"
)

const (
	maxBatch  = 64  // entries in one message at most, so that one lost message is cheap to repeat
	maxWindow = 256 // entries sent ahead of the acknowledged ones at most
)

// heartbeat tells all servers that the leader lives (§5.2), and repeats what
// may have been lost.
func (s *Server) heartbeat() {
	if s.role != leader {
		return
	}
	s.env.SetTimer(timerHeartbeat, s.options.timing.heartbeat)
	s.changeMembers()
	s.renewLease()
	s.transferBeat()
	if s.env.Bug(bugLeaseReads) && s.reads.confirmed == s.reads.round {
		s.nextRound()
	}
	for i := 1; i < len(s.peers); i++ {
		if to := sim.NodeID(i); s.sendsTo(to) {
			s.sendAppend(to)
		}
	}
}

// replicate sends new entries to every server whose log is known to agree.
func (s *Server) replicate() {
	for i := 1; i < len(s.peers); i++ {
		if to := sim.NodeID(i); s.sendsTo(to) {
			s.fillWindow(to)
		}
	}
}

// fillWindow sends ahead without waiting for answers, up to the window (pipelining, dissertation §10.2.1).
func (s *Server) fillWindow(to sim.NodeID) {
	p := &s.peers[to]
	for !p.probing && p.next > s.log.Base() && p.next <= s.sendable() && s.maySend(p) {
		s.sendAppend(to)
	}
}

// sendAppend sends one AppendEntries with the entries that come next, if any.
func (s *Server) sendAppend(to sim.NodeID) {
	p := &s.peers[to]
	if p.next <= s.log.Base() {
		s.sendChunk(to)
		return
	}
	m := message{
		kind:    appendEntries,
		term:    s.term,
		prev:    p.next - 1,
		logTerm: s.log.Epoch(p.next - 1),
		index:   s.commit,
		round:   s.reads.round,
	}
	if last := s.batchEnd(p.next); last >= p.next && s.maySend(p) {
		m.entries = s.log.Raw(p.next, last)
		if s.env.Bug(bugPackedTwice) && last < s.log.Last() {
			m.entries = slices.Concat(m.entries, s.log.Raw(last, last))
		}
		if !p.probing {
			p.next = last + 1
			s.sent(p, last, len(m.entries))
		}
	}
	s.send(to, needTerm, &m)
}

// sendable is the last entry that may be sent. The leader's own disk writes it meanwhile (dissertation §10.2.1).
func (s *Server) sendable() Index {
	if s.env.Bug(bugHungDiskLeads) {
		return min(s.log.Last(), s.log.Stable())
	}
	return s.log.Last()
}

// batchEnd is the last entry of the message that begins with an entry.
func (s *Server) batchEnd(first Index) Index {
	size := Index(maxBatch)
	if s.options.flow {
		size = flowBatch
	}
	if s.env.Buggify(siteSmallBatch) {
		size = 1
	}
	last := min(s.sendable(), first+size-1)
	if s.env.Bug(bugCommitOldTerm) { // entries of earlier terms travel first, and are counted when they have arrived
		last = min(last, s.log.LastBefore(last, s.log.Epoch(first)))
	}
	return last
}

// handleAppendEntries is the receiver of AppendEntries (Figure 2).
func (s *Server) handleAppendEntries(from sim.NodeID, m *message) {
	if s.role == leader {
		return // two leaders in one term: a monitor has seen it
	}
	s.follow(from, m.term)
	reply := message{kind: appendReply, term: s.term, prev: m.prev, round: m.round}
	if !s.agrees(m.prev, m.logTerm) { // "Reply false if log doesn't contain an entry at prevLogIndex whose term matches prevLogTerm"
		reply.index = s.log.LastBefore(m.prev, m.logTerm)
		reply.logTerm = s.log.Epoch(reply.index)
		s.send(from, needTerm, &reply)
		return
	}
	last := s.takeEntries(m)
	s.advanceCommit(min(m.index, last)) // "commitIndex = min(leaderCommit, index of last new entry)"
	s.acknowledge(from, m, last)
}

// follow takes a sign of life from the leader of the term.
func (s *Server) follow(from sim.NodeID, term Term) {
	if s.role != follower || s.leader != from {
		s.becomeFollower(term, from)
	}
	s.heard = s.env.Now()
	s.contact = s.heard
	s.waitForBest()
}

// agrees reports whether the log has an entry with a term. What was dropped was committed: all leaders have it.
func (s *Server) agrees(prev Index, term Term) bool {
	if prev < s.log.Base() {
		if s.env.Bug(bugPurgedIsConflict) {
			s.truncate(s.log.Base() + 1)
			return false
		}
		return true
	}
	return s.log.Epoch(prev) == term
}

// acknowledge answers that the log is that of the leader up to an entry, when it is durable.
func (s *Server) acknowledge(to sim.NodeID, m *message, match Index) {
	n := needTerm
	if match > s.log.Stable() {
		n = needLog
	}
	s.send(to, n, &message{kind: appendReply, term: s.term, prev: m.prev, round: m.round, ok: true, index: match})
}

// takeEntries makes the log contain the entries of m and returns the index of
// the last of them. Entries that are there already stay: m may be old, and the
// log longer by now (Figure 2: "If an existing entry conflicts with a new one …, delete the existing
// entry and all that follow it").
func (s *Server) takeEntries(m *message) Index {
	if s.env.Bug(bugTruncateOnStale) && m.prev < s.log.Last() {
		s.truncate(max(m.prev, s.log.Base()) + 1)
	}
	i := m.prev
	for b := m.entries; ; {
		e, rest, ok := oplog.NextEntry(b)
		if !ok {
			return i
		}
		b = rest
		i++
		if i <= s.log.Base() || s.log.Epoch(i) == e.Epoch {
			continue
		}
		if i <= s.log.Last() {
			s.deleteConflict(i)
		}
		s.log.AppendRaw(e)
		s.reportAppended(i)
	}
}

func (s *Server) deleteConflict(from Index) {
	if from <= s.commit {
		s.env.Fatal(fmt.Sprintf("the leader contradicts entry %d, which is committed up to %d", from, s.commit))
	}
	s.env.Sometimes(markConflict)
	if s.env.Bug(bugTruncateFromFront) {
		s.removeFirst(from)
	}
	s.truncate(from)
}

// removeFirst removes one entry, and leaves those after it to the next step: a defect.
func (s *Server) removeFirst(i Index) {
	if i == s.log.Last() {
		return
	}
	behind := slices.Clone(s.log.Raw(i+1, s.log.Last()))
	s.log.Truncate(i)
	for e, rest, ok := oplog.NextEntry(behind); ok; e, rest, ok = oplog.NextEntry(rest) {
		s.log.AppendRaw(e)
	}
	s.persist()
}

// handleAppendReply takes a follower's answer (§5.3).
func (s *Server) handleAppendReply(from sim.NodeID, m *message) {
	if s.role != leader {
		return
	}
	p := &s.peers[from]
	p.active = true
	s.acknowledgeRound(p, m.round)
	switch {
	case !m.ok:
		s.handleReject(from, p, m)
	case m.index > s.log.Last():
		// Nobody can match what this leader does not have.
	default:
		moved := m.index > p.match
		p.match = max(p.match, m.index)
		p.next = max(p.next, p.match+1)
		if s.env.Buggify(siteSendAgain) {
			p.next = p.match + 1
		}
		p.probing, p.install = false, nil
		p.flight.free(p.match)
		if moved {
			s.tallyMatch()
		}
		s.fillWindow(from)
		s.tellToStand()
	}
	s.serveReads()
}

// handleReject goes back to where the logs may agree (§5.3: "After a rejection, the leader decrements nextIndex and
// retries"), skipping conflicting terms at once.
func (s *Server) handleReject(from sim.NodeID, p *peer, m *message) {
	if m.prev <= p.match || p.probing && m.prev != p.next-1 {
		return // an answer to an old message
	}
	agree := s.log.LastBefore(m.index, m.logTerm)
	if agree < m.index {
		s.env.Sometimes(markBackedUp)
	}
	p.next = max(min(agree+1, m.prev), p.match+1)
	s.probe(p)
	s.sendAppend(from)
}

// tallyMatch moves the commit index to what a majority holds durably (Figure 2).
func (s *Server) tallyMatch() {
	less := 0
	if s.env.Bug(bugQuorumOffByOne) {
		less = 1
	}
	n := Index(s.agreed(matchOf, less))
	if n <= s.commit {
		return
	}
	term := s.log.Epoch(n)
	if s.env.Bug(bugCommitOldTerm) {
		term = s.term
	}
	if mayCommit(n, s.commit, term, s.term) {
		s.advanceCommit(n)
	} else {
		s.env.Sometimes(markOldTerm)
	}
}

// advanceCommit moves the commit index, never back, and applies what it covers (Figure 2: "If
// commitIndex > lastApplied: increment lastApplied, apply log[lastApplied] to state machine").
func (s *Server) advanceCommit(to Index) {
	to = min(to, s.log.Last())
	if to <= s.commit {
		return
	}
	s.commit = to
	s.facts.committed = factCommitted{Index: to, Term: s.term, Chain: s.log.Chain(to), Leader: s.role == leader}
	s.env.Report(&s.facts.committed)
	for s.applied < s.commit {
		s.applied++
		s.apply(s.applied)
	}
	s.serveForwarded()
	if s.role == leader {
		s.serveReads()
		s.membersCommitted()
		s.changeMembers()
	}
}

// apply applies one entry and answers who waits for it.
func (s *Server) apply(i Index) {
	kind, data := s.log.Entry(i)
	result := s.perform(i, kind, data)
	s.facts.applied = factApplied{Index: i, Term: s.log.Epoch(i), Chain: s.log.Chain(i)}
	s.env.Report(&s.facts.applied)
	s.reportState()
	if len(s.pending) > 0 && s.pending[0].index == i {
		s.reply(s.pending[0].from, result)
		s.pending = s.pending[:copy(s.pending, s.pending[1:])]
	}
}
