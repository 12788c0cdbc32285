package raft

import (
	"time"

	"simrun/sim"
	"simrun/sim/fault"
)

// becomeFollower is the only way to become a follower, in the current term or a
// later one, of a leader or of nobody yet.
func (s *Server) becomeFollower(term Term, of sim.NodeID) {
	was := s.role
	if term > s.term {
		s.term, s.vote = term, 0
		s.log.ChangeMeta()
		s.attempt = 0
	}
	s.role = follower
	s.leader = of
	if s.options.followerReads {
		s.dropForwarded()
	}
	if was == leader {
		s.endLeadership()
	}
	if was != follower {
		s.drawElectionTimeout()
	}
}

// becomePreCandidate asks first whether an election could be won, without a new term, so that a server
// that was cut off disturbs nobody when it comes back (dissertation §9.6).
func (s *Server) becomePreCandidate() {
	s.role = preCandidate
	s.leader = 0
	s.drawElectionTimeout()
	s.clearVotes()
	s.askVotes(preVote, s.term+1)
	s.countVote(s.id)
}

// becomeCandidate starts an election (§5.2): "a follower increments its current term and
// transitions to candidate state. It then votes for itself and issues RequestVote RPCs".
//
// Its own vote counts like the others', when it is durable.
func (s *Server) becomeCandidate() {
	s.role = candidate
	s.leader = 0
	s.term++
	s.vote = s.id
	if !s.env.Bug(bugCandidateTermLate) {
		s.log.ChangeMeta()
	}
	s.attempt = 0
	s.facts.candidate = factBecameCandidate{Term: s.term}
	s.env.Report(&s.facts.candidate)
	s.drawElectionTimeout()
	s.clearVotes()
	s.askVotes(requestVote, s.term)
	s.send(s.id, needTerm, &message{kind: voteReply, term: s.term, ok: true})
}

// becomeLeader begins a leadership with an entry that has no effect (§8: "each leader … commit a
// blank no-op entry into the log at the start of its term").
func (s *Server) becomeLeader() {
	s.role = leader
	s.leader = s.id
	last := s.log.Last()
	s.facts.leader = factBecameLeader{Term: s.term, Last: last}
	s.env.Report(&s.facts.leader)
	for i := range s.peers {
		s.peers[i] = peer{next: last + 1, probing: true, active: true}
	}
	s.peers[s.id].match = s.log.Stable()
	s.reads.reset()
	s.lease, s.transfer = lease{}, transfer{}
	s.termStart = s.appendEntry(entryNoop, nil)
	s.env.SetTimer(timerElection, s.options.timing.max)
	s.heartbeat()
}

// endLeadership gives up what only a leader has.
func (s *Server) endLeadership() {
	s.facts.stepped = factSteppedDown{Term: s.term}
	s.env.Report(&s.facts.stepped)
	s.env.StopTimer(timerHeartbeat)
	s.dropCalls()
}

// drawElectionTimeout waits anew before the next election (§5.2: "Raft uses randomized election
// timeouts to ensure that split votes are rare").
func (s *Server) drawElectionTimeout() {
	ordinal := uint64(s.term)<<32 | uint64(s.env.Boots())<<16 | s.attempt
	s.attempt++
	draw := s.env.Rand(electionTimeout, ordinal)
	low, high := s.options.timing.min, s.options.timing.max
	s.timeout = low + time.Duration(draw.N(uint64(high-low)+1))
	if s.env.Buggify(siteShortTimeout) {
		s.timeout = low // not less: leases count on it
	}
	s.heard = s.env.Now()
	s.env.SetTimer(timerElection, s.timeout)
}

// electionTimer starts an election if nobody was heard for the timeout. Hearing
// somebody moves the time, not the timer: a timer that fires early is set again.
func (s *Server) electionTimer() {
	switch s.role {
	case leader:
		s.checkQuorum()
		return
	case follower:
		if quiet := time.Duration(s.env.Now() - s.heard); quiet >= 0 && quiet < s.timeout {
			s.env.SetTimer(timerElection, s.timeout-quiet)
			return
		}
	case candidate:
		s.env.Sometimes(markSplitVote)
	}
	s.waitForLess()
	if !s.mayStand() || !s.goodEnough(s.id) {
		s.leader = 0 // clients must not be sent to whom this server followed when it was a member
		s.drawElectionTimeout()
		return
	}
	if s.options.preVote {
		s.becomePreCandidate()
	} else {
		s.becomeCandidate()
	}
}

// checkQuorum makes a leader step down that no majority has answered for an election timeout
// (dissertation §6.2: "a leader steps down if an election timeout elapses without a
// successful round of heartbeats to a majority of its cluster").
func (s *Server) checkQuorum() {
	if !s.options.checkQuorum {
		return
	}
	s.env.SetTimer(timerElection, s.options.timing.max)
	active := fault.SetOf(fault.Node(s.id))
	for i := 1; i < len(s.peers); i++ {
		if s.peers[i].active {
			active |= fault.SetOf(fault.Node(i))
		}
		s.peers[i].active = false
	}
	if !s.members.won(active) {
		s.env.Sometimes(markNoQuorum)
		s.becomeFollower(s.term, 0)
	}
}

// hearsLeader reports whether the server is the leader or heard of it within the shortest election timeout.
func (s *Server) hearsLeader() bool {
	if s.role == leader {
		return true
	}
	quiet := time.Duration(s.env.Now() - s.heard)
	return s.leader != 0 && quiet >= 0 && quiet < s.options.timing.min
}

func (s *Server) clearVotes() {
	s.votes, s.planted.twice = 0, 0
}

func (s *Server) askVotes(kind messageKind, term Term) {
	m := message{kind: kind, term: term, index: s.log.Last(), logTerm: s.log.LastEpoch(), ok: s.urged}
	for i := 1; i < len(s.peers); i++ {
		if to := sim.NodeID(i); s.sendsTo(to) {
			s.send(to, needTerm, &m)
		}
	}
}

// countVote counts the vote of one server, once.
func (s *Server) countVote(from sim.NodeID) {
	if s.votes.Has(fault.Node(from)) && s.env.Bug(bugCountVotesTwice) {
		s.planted.twice++
	}
	s.votes |= fault.SetOf(fault.Node(from))
	if !s.won(s.votes) && (s.planted.twice == 0 || s.votes.Len()+s.planted.twice < majority(s.env.Nodes())) {
		return
	}
	if s.role == preCandidate {
		s.becomeCandidate()
	} else {
		s.becomeLeader()
	}
}

// acceptable is the voting restriction of §5.4.1: "the voter denies its vote if its own log is more up-to-date than
// that of the candidate".
func (s *Server) acceptable(from sim.NodeID, m *message) bool {
	if s.env.Bug(bugVoteForAnyLog) || s.preferred(from) || upToDate(m.logTerm, m.index, s.log.LastEpoch(), s.log.Last()) {
		return true
	}
	s.env.Sometimes(markBehind)
	return false
}

func (s *Server) handlePreVote(from sim.NodeID, m *message) {
	reply := message{kind: preVoteReply, term: s.term}
	if s.env.Bug(bugPreVoteDropsOld) && m.term <= s.term {
		return
	}
	free := !s.hearsLeader() && !s.bound() || s.env.Bug(bugVoteDespiteLease) && s.role != leader
	if m.term > s.term && free && s.goodEnough(from) && s.acceptable(from, m) {
		reply.ok, reply.term = true, m.term
	}
	s.send(from, needTerm, &reply)
}

// handlePreVoteReply also learns of a later term, without which a server behind could ask forever.
func (s *Server) handlePreVoteReply(from sim.NodeID, m *message) {
	switch {
	case m.ok && s.role == preCandidate && m.term == s.term+1:
		s.countVote(from)
	case !m.ok && m.term > s.term && !s.env.Bug(bugPreVoteKeepsTerm) && !(s.env.Bug(bugJointKeepsTerm) && s.members.joint()):
		s.becomeFollower(m.term, 0)
	}
}

// handleRequestVote grants at most one vote per term (§5.2: "Each server will vote for at most one
// candidate in a given term, on a first-come-first-served basis").
func (s *Server) handleRequestVote(from sim.NodeID, m *message) {
	grant := (s.vote == 0 || s.vote == from) && s.acceptable(from, m)
	if grant {
		if s.vote == 0 {
			s.vote = from
			s.log.ChangeMeta()
		}
		s.drawElectionTimeout()
	}
	s.send(from, needTerm, &message{kind: voteReply, term: s.term, ok: grant})
}

func (s *Server) handleVoteReply(from sim.NodeID, m *message) {
	if m.ok && s.role == candidate {
		s.countVote(from)
	}
}
