package raft

import (
	"slices"

	"simrun/models/session"
	"simrun/sim"
)

// Reads at followers (dissertation §6.4): a follower asks the leader for the index that a read must see, which the leader answers when it has proved that it still leads, and
// answers from its own state when that is as new.

// maxForwarded bounds the reads that wait at a follower: those that come when there are more are left to their timeouts.
const maxForwarded = 64

// forwarded are the reads of clients that wait at a follower.
type forwarded struct {
	asked   uint64 // number of the last
	waiting []forwardedRead
}

type forwardedRead struct {
	from  sim.Caller
	id    uint64
	query []byte
	index Index // that the state must have reached; 0: not known yet
}

// forward asks the leader for the index of a read; false if the server knows of none, or has too many.
func (s *Server) forward(from sim.Caller, query []byte) bool {
	if !s.options.followerReads || s.leader == 0 || s.leader == s.id || len(s.forwarded.waiting) >= maxForwarded {
		return false
	}
	f := &s.forwarded
	f.asked++
	id := uint64(s.env.Boots())<<32 | f.asked // an answer to an earlier life means nothing
	f.waiting = append(f.waiting, forwardedRead{from: from, id: id, query: slices.Clone(query)})
	s.send(s.leader, needTerm, &message{kind: readIndex, term: s.term, round: id})
	return true
}

// handleReadIndex serves the read of another server.
func (s *Server) handleReadIndex(from sim.NodeID, m *message) {
	if s.role != leader {
		return
	}
	if s.env.Bug(bugFollowerReadUnconfirmed) {
		s.send(from, needTerm, &message{kind: readIndexReply, term: s.term, index: s.commit, round: m.round})
		return
	}
	s.await(readCall{server: from, id: m.round}, nil)
}

// handleReadIndexReply learns what a read must see.
func (s *Server) handleReadIndexReply(m *message) {
	for i := range s.forwarded.waiting {
		if r := &s.forwarded.waiting[i]; r.id == m.round {
			r.index = m.index
		}
	}
	s.serveForwarded()
}

// serveForwarded answers the reads whose index is applied.
func (s *Server) serveForwarded() {
	f := &s.forwarded
	f.waiting = slices.DeleteFunc(f.waiting, func(r forwardedRead) bool {
		if r.index == 0 || r.index > s.applied && !s.env.Bug(bugFollowerReadEarly) {
			return false
		}
		s.env.Sometimes(markFollowerRead)
		s.reply(r.from, s.machine.Read(r.query))
		return true
	})
}

// dropForwarded gives up the reads of which the leader of another term knows nothing.
func (s *Server) dropForwarded() {
	for _, r := range s.forwarded.waiting {
		s.reply(r.from, session.Result{Status: session.NotLeader, Value: int64(s.leader)})
	}
	s.forwarded.waiting = s.forwarded.waiting[:0]
}
