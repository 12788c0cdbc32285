package coord

import (
	"encoding/binary"

	"simrun/models/coord/api"
	"simrun/models/raft"
	"simrun/models/session"
	"simrun/sim"
)

// timerTick is when a leader looks at its sessions.
const timerTick = raft.FirstTimer

// server is a server of raft that also answers clients from its own state, and ends sessions while it leads.
type server struct {
	*raft.Server
	env     raft.Environment
	machine *machine
	keeper  keeper
	waiting []watch
	served  uint64 // the revision up to which those that wait have been looked at
}

// boot starts a server with what its disk holds.
func boot(env raft.Environment) *server {
	s := &server{env: env, machine: &machine{env: env}}
	s.machine.used = s.keeper.used
	s.Server = raft.Boot(raft.Sound(env), s.machine)
	env.SetTimer(timerTick, api.Tick)
	return s
}

// Receive implements [sim.Node].
func (s *server) Receive(from sim.NodeID, payload []byte) {
	s.Server.Receive(from, payload)
	s.notify()
}

// Request implements [sim.Node].
func (s *server) Request(from sim.Caller, payload []byte) {
	kind, body, ok := session.Open(payload)
	if ok && kind == session.Local {
		s.local(from, body)
		return
	}
	if ok && kind == session.Read && s.env.Bug(bugRenewAfterRevoke) && s.renewed(body) {
		s.reply(from, session.Result{Status: session.OK, Value: int64(s.machine.revision)})
		return
	}
	s.Server.Request(from, payload)
	s.notify()
}

// renewed is a bug: it answers a renewal from the leader's own table of times, in which a lease remains that was revoked.
func (s *server) renewed(query []byte) bool {
	ops, ok := api.DecodeOps(query)
	_, leads := s.Leads()
	return ok && leads && len(ops) == 1 && ops[0].Kind == api.OpTouch && s.keeper.left[ops[0].Number] > 0
}

// Synced implements [sim.SyncHandler].
func (s *server) Synced(id sim.SyncID, err error) {
	s.Server.Synced(id, err)
	s.notify()
}

// Timer implements [sim.Node].
func (s *server) Timer(t sim.TimerID) {
	if t != timerTick {
		s.Server.Timer(t)
		s.notify()
		return
	}
	s.env.SetTimer(timerTick, api.Tick)
	term, leads := s.Leads()
	for _, id := range s.keeper.tick(term, leads, s.machine.leases) {
		if s.env.Bug(bugExpireLocally) {
			s.machine.transact([]api.Op{{Kind: api.OpExpire, Number: id}})
			continue
		}
		s.Propose(api.AppendCommand(nil, 0, 0, []api.Op{{Kind: api.OpExpire, Number: id}}))
	}
	s.notify()
}

// local answers a client from the state of this server, which may be behind, but not behind what the client has seen (Hunt et al. §4.4: a server
// that is behind "does not reestablish the session with the client until the server has caught up").
func (s *server) local(from sim.Caller, body []byte) {
	if len(body) < 8 {
		return
	}
	seen := binary.LittleEndian.Uint64(body)
	ops, ok := api.DecodeOps(body[8:])
	switch _, _, healthy := s.AppliedUpTo(); {
	case !ok || len(ops) == 0:
	case ops[0].Kind == api.OpWatch || ops[0].Kind == api.OpFollow:
		s.watch(from, ops[0])
	case !healthy || seen > s.machine.revision && !s.env.Bug(bugReadGoesBack):
		s.env.Sometimes(markBehind)
		s.reply(from, session.Result{Status: session.NotLeader})
	default:
		s.env.Report(&factServed{seen, s.machine.revision})
		s.reply(from, s.machine.query(ops).Result())
	}
}

func (s *server) reply(to sim.Caller, r session.Result) { s.env.Reply(to, r.Append(nil)) }
