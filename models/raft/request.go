package raft

import (
	"simrun/models/kv"
	"simrun/models/oplog"
	"simrun/models/session"
	"simrun/sim"
)

// call is a client's command in the log of its leader.
type call struct {
	index Index
	from  sim.Caller
}

// runClient is the whole life of a client.
func runClient(c *sim.Client) {
	kv.RunClient(c, kv.Options{LogReads: c.Option(optionReads) == "log", TimeoutIsFailure: c.Bug(bugTimeoutIsFailure)})
}

// Request implements [sim.Node].
func (s *server) Request(from sim.Caller, payload []byte) {
	if s.role == halted {
		return
	}
	kind, body, ok := session.Open(payload)
	if !ok {
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
	}
	s.finish()
}

// propose puts a client's command in the log; the answer follows when it is applied.
func (s *server) propose(from sim.Caller, kind oplog.Kind, data []byte) {
	i := s.appendEntry(kind, data)
	s.pending = append(s.pending, call{index: i, from: from})
	s.replicate()
}

func (s *server) reply(to sim.Caller, r session.Result) {
	s.scratch = r.Append(s.scratch[:0])
	s.env.Reply(to, s.scratch)
}

// perform applies a log entry to the state machine.
func (s *server) perform(i Index, kind oplog.Kind, data []byte) session.Result {
	switch kind {
	case entryRegister:
		s.machine.Sessions.Open(uint64(i))
		return session.Result{Status: session.Registered, Value: int64(i)}
	case entryCommand:
		var c kv.Command
		if !c.Decode(data) {
			break
		}
		if s.env.Bug(bugNoSessions) {
			return s.machine.Do(&c)
		}
		r := s.machine.Once(&c)
		if s.machine.Repeated {
			s.env.Sometimes(markRepeated)
		}
		return r
	}
	return session.Result{Status: session.OK}
}

// dropCalls tells the clients that wait that this server can't answer any more. What
// is in the log may still be committed by the next leader.
func (s *server) dropCalls() {
	if len(s.pending) > 0 {
		s.env.Sometimes(markUncommitted)
	}
	for _, c := range s.pending {
		s.reply(c.from, session.Result{Status: session.Lost})
	}
	s.pending = s.pending[:0]
	for _, r := range s.reads.waiting {
		s.reply(r.from, session.Result{Status: session.NotLeader, Value: int64(s.leader)})
	}
	s.reads.waiting = s.reads.waiting[:0]
}
