package etcdraft

import (
	"fmt"
	"strconv"
	"time"

	etcd "go.etcd.io/raft/v3"
	pb "go.etcd.io/raft/v3/raftpb"

	"simrun/models/oplog"
	"simrun/models/rsm"
	"simrun/models/session"
	"simrun/models/wal"
	"simrun/sim"
	"simrun/sim/rng"
)

// electionTimer runs out when a server should campaign.
const electionTimer = rsm.OwnTimer

// The library counts in ticks: heartbeats with each, and elections after six to twelve without one.
const (
	tick          = 30 * time.Millisecond
	electionTicks = 6
)

var (
	electionName = rng.Of("etcd election timeout")
	logFiles     = wal.Options{Files: [2]string{"log", "log.copy"}, Magic: 0x31647465} // "etd1"
)

// server is one node: the library, and what it leaves to its users.
type server struct {
	rsm.Replica // its epoch is the term

	env    environment
	raft   *etcd.RawNode
	vote   uint64
	told   voted // the last vote that anybody may have heard of
	leader sim.NodeID
	draws  uint64 // of election timeouts

	ready   *etcd.Ready // that waits for the disk; nil: none
	written int         // of the log, with what it holds
	proposals
	reads
}

// environment is the part of [sim.Env] that a server uses.
type environment interface {
	rsm.Env
	Rand(what rng.Name, ordinal uint64) rng.Value
}

func boot(env environment) sim.Node {
	s := &server{Replica: rsm.New(env, logFiles, 2), env: env}
	s.start(s.Recover())
	return s
}

// start begins to act, with what the disk held.
func (s *server) start(numbers []uint64, ok bool) {
	if !ok {
		return
	}
	s.Role, s.vote = roleFollower, numbers[0]
	if s.Env.Bug(bugVoteInMemory) {
		s.vote = 0
	}
	term, commit := uint64(s.Epoch), min(numbers[1], uint64(s.Log.Last()))
	reads := etcd.ReadOnlySafe
	if s.Env.Bug(bugLeaseReads) {
		reads = etcd.ReadOnlyLeaseBased
	}
	n, err := etcd.NewRawNode(&etcd.Config{
		ID: uint64(s.Env.ID()), ElectionTick: electionTicks, HeartbeatTick: 1,
		Storage:       &storage{log: &s.Log.Log, state: &pb.HardState{Term: &term, Vote: new(s.vote), Commit: &commit}, nodes: s.Env.Nodes()},
		MaxSizePerMsg: 4 << 10, MaxInflightMsgs: 16, DisableProposalForwarding: true,
		CheckQuorum: s.Env.Option(optionCheckQuorum) != "off", PreVote: s.Env.Option(optionPreVote) != "off",
		ReadOnlyOption: reads, Logger: silent{},
	})
	if err != nil {
		s.Env.Fatal(err.Error())
	}
	s.raft = n
	s.Env.SetTimer(rsm.TickTimer, tick)
	s.awaitLeader()
}

// awaitLeader begins to wait for a sign of the leader.
func (s *server) awaitLeader() {
	s.draws++
	draw := s.env.Rand(electionName, uint64(s.Env.Boots())<<32|s.draws)
	s.Env.SetTimer(electionTimer, electionTicks*tick+time.Duration(draw.N(uint64(electionTicks*tick))))
}

// finish ends a handler: what the library wants done is done.
func (s *server) finish() {
	if !s.Running() {
		return
	}
	s.proceed()
	s.Finish(s.vote, uint64(s.Commit))
	if s.ready != nil && s.written < 0 { // what the Ready holds is written now
		s.written = s.Log.Disk.Written()
	}
}

// Receive implements [sim.Node].
func (s *server) Receive(from sim.NodeID, payload []byte) {
	m, ok := decode(payload)
	if !ok || !s.Running() || m.GetFrom() != uint64(from) {
		return
	}
	if err := s.raft.Step(m); err != nil && err != etcd.ErrProposalDropped {
		return // a message that no node sends
	}
	switch m.GetType() {
	case pb.MsgApp, pb.MsgHeartbeat:
		if m.GetTerm() >= uint64(s.Epoch) && s.Role != roleLeader {
			s.awaitLeader()
		}
	}
	s.finish()
}

// Request implements [sim.Node].
func (s *server) Request(from sim.Caller, payload []byte) {
	kind, body, ok := session.Open(payload)
	switch {
	case !s.Running() || !ok:
		return
	case s.Role != roleLeader:
		s.Refer(from, s.leader)
		return
	case kind == session.Read:
		s.read(from, body)
	default:
		s.propose(from, kind, body)
	}
	s.finish()
}

// Timer implements [sim.TimerHandler].
func (s *server) Timer(t sim.TimerID) {
	switch {
	case t == rsm.DiskTimer:
		s.start(s.Retry())
	case !s.Running():
		return
	case t == rsm.TickTimer:
		s.Env.SetTimer(rsm.TickTimer, tick)
		if s.raft.BasicStatus().RaftState == etcd.StateLeader { // as of now, which the server may not have followed yet
			s.raft.Tick()
		} else {
			s.raft.TickQuiesced()
		}
	case t == electionTimer && s.Role != roleLeader:
		s.awaitLeader()
		if err := s.raft.Campaign(); err != nil {
			s.Env.Fatal(err.Error())
		}
	}
	s.finish()
}

// Synced implements [sim.SyncHandler].
func (s *server) Synced(id sim.SyncID, err error) {
	s.Log.Synced(id, err)
	s.finish()
}

// Describe implements [sim.Describer].
func (s *server) Describe() sim.State {
	st := s.Replica.Describe()
	st.Detail = append(st.Detail, sim.Field{Name: "vote", Value: strconv.FormatUint(s.vote, 10)})
	return st
}

// roleOf is the role by the library's word for it.
func roleOf(t etcd.StateType) string {
	switch t {
	case etcd.StateLeader:
		return roleLeader
	case etcd.StateCandidate:
		return roleCandidate
	case etcd.StatePreCandidate:
		return rolePreCandidate
	}
	return roleFollower
}

// become follows the library into another role.
func (s *server) become(st *etcd.SoftState) {
	role := roleOf(st.RaftState)
	s.leader = sim.NodeID(st.Lead)
	if role == s.Role {
		return
	}
	was := s.Role
	s.Role = role
	switch {
	case role == roleLeader:
		s.Env.Report(oplog.Led{Epoch: s.Epoch})
	case was == roleLeader:
		s.Depose()
		s.dropProposals()
		s.dropReads()
		s.awaitLeader()
		if role == roleFollower && st.Lead == etcd.None {
			s.Env.Sometimes(markForgotten)
		}
	}
}

// silent is a logger that keeps nothing, and whose panics are those of the server.
type silent struct{}

func (silent) Debug(...any)              {}
func (silent) Debugf(string, ...any)     {}
func (silent) Error(...any)              {}
func (silent) Errorf(string, ...any)     {}
func (silent) Info(...any)               {}
func (silent) Infof(string, ...any)      {}
func (silent) Warning(...any)            {}
func (silent) Warningf(string, ...any)   {}
func (silent) Fatal(v ...any)            { panic(fmt.Sprint(v...)) }
func (silent) Fatalf(f string, v ...any) { panic(fmt.Sprintf(f, v...)) }
func (silent) Panic(v ...any)            { panic(fmt.Sprint(v...)) }
func (silent) Panicf(f string, v ...any) { panic(fmt.Sprintf(f, v...)) }
