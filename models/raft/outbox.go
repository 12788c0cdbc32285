package raft

import "simrun/sim"

// need says what must be durable before a message may leave (Figure 2: "Updated
// on stable storage before responding to RPCs").
type need uint8

const (
	needTerm need = iota // the current term and vote
	needLog              // and every entry of the log
)

// promise is what a message promises when it leaves.
type promise struct {
	need  need
	vote  bool  // a granted vote
	term  Term  // of the message
	match Index // what the message acknowledges; 0 if nothing
}

// send holds a message until what it promises is durable. It is the only way by which a server's messages leave.
func (s *Server) send(to sim.NodeID, n need, m *message) {
	p := promise{need: n, vote: m.kind == voteReply && m.ok, term: m.term}
	if m.kind == appendReply && m.ok {
		p.match = m.index
	}
	s.out.Hold(m.append(s.out.Room()), to, p)
}

// release sends what may leave.
func (s *Server) release() {
	if s.out.Len() == 0 {
		return
	}
	termOffset, logOffset := s.log.MetaOffset(), s.log.Disk.Written()
	if s.trustsMemory() {
		logOffset = termOffset
	}
	s.out.Seal(func(p *promise) int {
		if p.need == needLog {
			return logOffset
		}
		return termOffset
	})
	s.out.Release(s.log.Disk.Durable(), s.leave)
}

// leave lets a message go, and reports what the server has promised by it.
func (s *Server) leave(to sim.NodeID, payload []byte, p *promise) {
	s.env.Send(to, payload)
	if p.vote {
		s.facts.voted = factVoted{Term: p.term, For: to}
		s.env.Report(&s.facts.voted)
	}
	// What was acknowledged to the leader of an older term may have been replaced since, in a log that this server has from a newer one. That harms
	// nobody: it is as if the answer had been sent at once, and were late.
	if p.match > s.facts.acked.Index && p.term == s.term {
		s.facts.acked = factAcknowledged{Index: p.match}
		s.env.Report(&s.facts.acked)
	}
}
