package raft

import (
	"simrun/models/oplog"
	"simrun/models/session"
	"simrun/sim"
)

// call is a client's command in the log of its leader.
type call struct {
	index Index
	from  sim.Caller
}

// Request implements [sim.Node].
func (s *Server) Request(from sim.Caller, payload []byte) {
	if s.role == halted {
		return
	}
	kind, body, ok := session.Open(payload)
	if !ok {
		return
	}
	if s.role != leader && kind == session.Read && s.forward(from, body) {
		s.finish()
		return
	}
	if s.role != leader { // §8: "the server will reject the client's request and supply information about the most recent leader"
		s.reply(from, session.Result{Status: session.NotLeader, Value: int64(s.leader)})
		return
	}
	switch kind {
	case session.Register:
		s.propose(from, entryRegister, nil)
	case session.Command:
		s.propose(from, entryCommand, body)
	case session.Read:
		s.read(from, body)
	case session.Control:
		s.control(from, body)
	}
	s.finish()
}

// propose puts a client's command in the log; the answer follows when it is applied.
func (s *Server) propose(from sim.Caller, kind oplog.Kind, data []byte) {
	if s.transfer.to != 0 {
		s.reply(from, session.Result{Status: session.NotLeader, Value: int64(s.transfer.to)})
		return
	}
	i := s.appendEntry(kind, data)
	s.pending = append(s.pending, call{index: i, from: from})
	s.replicate()
}

func (s *Server) reply(to sim.Caller, r session.Result) {
	if s.env.Buggify(siteNoAnswer) {
		return
	}
	s.scratch = r.Append(s.scratch[:0])
	s.env.Reply(to, s.scratch)
}

// perform applies a log entry to the state machine.
func (s *Server) perform(i Index, kind oplog.Kind, data []byte) session.Result {
	switch kind {
	case entryRegister:
		return s.machine.Apply(uint64(i), session.Register, data)
	case entryCommand:
		return s.machine.Apply(uint64(i), session.Command, data)
	}
	return session.Result{Status: session.OK}
}

// Leads returns the term that the server leads; false if it leads none.
func (s *Server) Leads() (Term, bool) { return s.term, s.role == leader }

// Applied is the last entry that the server has applied.
func (s *Server) Applied() Index { return s.applied }

// Propose puts a command of the server's own in the log, if it leads. It is not for handlers of the machine.
func (s *Server) Propose(command []byte) {
	if s.role == leader {
		s.appendEntry(entryCommand, command)
		s.replicate()
		s.finish()
	}
}

// dropCalls tells the clients that wait that this server can't answer any more. What
// is in the log may still be committed by the next leader.
func (s *Server) dropCalls() {
	if len(s.pending) > 0 {
		s.env.Sometimes(markUncommitted)
	}
	for _, c := range s.pending {
		s.reply(c.from, session.Result{Status: session.Lost})
	}
	s.pending = s.pending[:0]
	for _, r := range s.reads.waiting {
		if r.server != 0 {
			continue // its client asks again
		}
		s.reply(r.from, session.Result{Status: session.NotLeader, Value: int64(s.leader)})
	}
	s.reads.waiting, s.reads.queries = s.reads.waiting[:0], s.reads.queries[:0]
}
