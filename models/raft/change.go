package raft

import (
	"simrun/sim/fault"
)

// caughtUp is how many entries a learner may lack to become a voter: "the leader should wait for the new server to catch up" (dissertation §4.2.1).
const caughtUp = 5

// changeMembers takes the next step towards the members that an operator wants, if this leader may.
//
// Servers that are to vote are learners first. Then there is one entry for each server that is added or removed (dissertation §4.1), or one that is joint and one that is
// not for all of them (§6).
func (s *Server) changeMembers() {
	if s.role != leader || s.options.membership == fixed || s.transfer.to != 0 || !s.mayChange() {
		return
	}
	now := s.members
	switch {
	case now.joint():
		s.proposeMembers(members{voters: now.voters, learners: now.learners})
	case s.target == 0:
	case s.target == now.voters:
		s.target = 0
	default:
		if next, ok := s.nextMembers(now); ok {
			s.proposeMembers(next)
		}
	}
}

// mayChange reports whether the latest configuration is committed, and an entry of this leader's own term: before that it can't know whether a leader before it has
// committed another (Ongaro, "bug in single-server membership changes", raft-dev, 2015-07-10).
func (s *Server) mayChange() bool {
	if s.configs.pending(s.commit) && !s.env.Bug(bugChangesOverlap) {
		return false
	}
	return s.commit >= s.termStart || s.env.Bug(bugChangeBeforeOwnCommit)
}

// nextMembers is the configuration after this one, on the way to the target; false while learners have to catch up.
func (s *Server) nextMembers(now members) (next members, ok bool) {
	fresh := s.target &^ now.voters
	if missing := fresh &^ now.learners; missing != 0 {
		return members{voters: now.voters, learners: now.learners | missing}, true
	}
	for n := range fresh.Nodes() {
		if s.peers[n].match+caughtUp < s.log.Last() {
			return now, false
		}
	}
	learners := now.learners &^ s.target
	switch {
	case s.options.membership == joint && s.env.Bug(bugSwapAtOnce):
		return members{voters: s.target, learners: learners}, true
	case s.options.membership == joint:
		return members{voters: s.target, outgoing: now.voters, learners: learners}, true
	case fresh != 0:
		add := lowest(fresh)
		return members{voters: now.voters | add, learners: now.learners &^ add}, true
	}
	return members{voters: now.voters &^ lowest(now.voters&^s.target), learners: now.learners}, true
}

func lowest(s fault.Set) fault.Set { return s & -s }

// proposeMembers puts a configuration in the log of this leader, which uses it at once.
func (s *Server) proposeMembers(m members) {
	s.appendEntry(entryMembers, m.append(nil))
	s.countOwn()
	s.replicate()
}

// membersCommitted ends the leadership of a server that is no member any more: "the leader steps down … once it has committed the entry" that removes it (§6, dissertation
// §4.2.2). Until then it leads without counting itself.
func (s *Server) membersCommitted() {
	if s.role == leader && !s.members.votes(s.id) && !s.configs.pending(s.commit) {
		s.env.Sometimes(markRemovedLeader)
		s.becomeFollower(s.term, 0)
	}
}
