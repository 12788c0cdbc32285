package mvcc

import (
	"simrun/models/raft"
	"simrun/models/session"
	"simrun/sim"
)

// server is a server of raft that also answers reads from the versions that it has, which may be behind those of others.
type server struct {
	*raft.Server
	env     raft.Environment
	machine *machine
}

// boot starts a server with what its disk holds.
func boot(env raft.Environment) *server {
	m := newMachine(env)
	return &server{raft.Boot(raft.Sound(env), m), env, m}
}

// Request implements [sim.Node].
func (s *server) Request(from sim.Caller, payload []byte) {
	if kind, body, ok := session.Open(payload); ok && kind == session.Local {
		s.local(from, body)
		return
	}
	s.Server.Request(from, payload)
}

// local answers a read at an index that this server has applied. A server that has not sends the client to another.
func (s *server) local(from sim.Caller, body []byte) {
	var q query
	_, _, healthy := s.AppliedUpTo()
	r := session.Result{Status: session.NotLeader}
	switch {
	case !q.decode(body):
		return
	case !healthy:
	case q.at > s.machine.applied:
		s.env.Sometimes(markBehind)
	default:
		r = s.machine.read(q)
	}
	s.env.Reply(from, r.Append(nil))
}
