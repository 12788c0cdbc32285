package multipaxos

import (
	"errors"
	"fmt"
	"time"

	"simrun/models/ballot"
	"simrun/models/kv"
	"simrun/models/oplog"
	"simrun/models/rsm"
	"simrun/models/session"
	"simrun/models/wal"
	"simrun/sim"
	"simrun/sim/digest"
	"simrun/sim/fault"
	"simrun/sim/rng"
)

const (
	timerTick  sim.TimerID = iota
	timerElect             // no leader was heard of for too long
	timerDisk              // the disk refused: try again
)

const (
	tick      = 30 * time.Millisecond // of a leader, which repeats what was not answered
	electMin  = 150 * time.Millisecond
	electMax  = 300 * time.Millisecond
	diskRetry = 50 * time.Millisecond
	batch     = 64 // proposals in one message at most
)

var electName = rng.Of("multipaxos election")

// environment is the part of [sim.Env] that a node uses.
type environment interface {
	rsm.Env
	Rand(what rng.Name, ordinal uint64) rng.Value
}

// node is proposer, acceptor and learner in one.
type node struct {
	env environment
	slots
	out wal.Outbox[sim.Fact] // messages, with what is to be reported when they leave

	role   string
	heard  sim.Time   // when it last heard of a leader; 0: never
	leader sim.NodeID // of the greatest ballot that it heard of, if that has begun to lead; 0: not known
	waits  uint64     // how often it has begun to wait for a leader
	seen   ballot.Ballot

	// A learner's.
	commit  oplog.Index // up to here it knows what is chosen, and has applied it
	hash    digest.Hash // of that
	machine kv.Machine
	configs configurations
	drawn   uint64 // commands for which it has drawn whether the configuration is to change

	candidacy
	leadership
}

func boot(env *sim.Env) sim.Node { return start(env) }

func start(env environment) *node {
	n := &node{env: env, role: roleHalted, machine: kv.NewMachine(), configs: configurations{{1, fault.All(env.Nodes())}}}
	n.disk = wal.New(env, logFiles, func() { env.SetTimer(timerDisk, diskRetry) })
	n.recover()
	return n
}

// recover reads the disk; if it refuses, it tries again. What is chosen is learned anew from the next leader.
func (n *node) recover() {
	switch err := n.load(); {
	case errors.Is(err, wal.ErrDamaged):
		n.env.Report(oplog.Halted{Reason: err.Error()})
	case err != nil:
		n.env.SetTimer(timerDisk, diskRetry)
	default:
		n.role, n.seen = roleFollower, n.promised
		n.env.Report(recovered{n.promised})
		n.wait()
	}
}

// wait begins to wait for a sign of a leader.
func (n *node) wait() {
	n.waits++
	draw := n.env.Rand(electName, uint64(n.env.Boots())<<32|n.waits)
	n.env.SetTimer(timerElect, electMin+time.Duration(draw.N(uint64(electMax-electMin))))
}

// Receive implements [sim.Node].
func (n *node) Receive(from sim.NodeID, payload []byte) {
	if n.role == roleHalted {
		return
	}
	if m, ok := decode(payload, kindCanvass); ok {
		n.support(from, m)
	} else if m, ok := decode(payload, kindSupport); ok {
		n.takeSupport(from, m)
	} else if m, ok := decode(payload, kindPrepare); ok {
		n.prepare(from, m)
	} else if m, ok := decode(payload, kindPromise); ok {
		n.takePromise(from, m)
	} else if m, ok := decode(payload, kindAccept); ok {
		n.acceptAll(from, m)
	} else if m, ok := decode(payload, kindAccepted); ok {
		n.takeAccepted(from, m)
	} else if m, ok := decode(payload, kindRefused); ok {
		n.hear(m.Ballot)
	}
	n.finish()
}

// Request implements [sim.Node].
func (n *node) Request(from sim.Caller, payload []byte) {
	kind, body, ok := session.Open(payload)
	switch {
	case !ok || n.role == roleHalted:
		return
	case n.role != roleLeader:
		n.reply(from, session.Result{Status: session.NotLeader, Value: int64(n.leader)})
	default:
		n.propose(from, kind, body)
	}
	n.finish()
}

func (n *node) reply(to sim.Caller, r session.Result) { n.env.Reply(to, r.Append(nil)) }

// Timer implements [sim.TimerHandler].
func (n *node) Timer(t sim.TimerID) {
	switch {
	case t == timerDisk && n.disk.Broken():
		n.disk.Rewrite()
	case t == timerDisk:
		n.recover()
	case n.role == roleHalted:
	case t == timerElect && n.role != roleLeader:
		n.canvass()
	case t == timerTick && n.role == roleLeader:
		n.repeat()
	}
	n.finish()
}

// Synced implements [sim.SyncHandler].
func (n *node) Synced(id sim.SyncID, err error) {
	n.disk.Synced(id, err)
	n.finish()
}

// finish ends a handler: what changed goes to the disk, what may leave leaves, and what this node has promised and accepted itself counts.
func (n *node) finish() {
	if n.role == roleHalted {
		return
	}
	n.flush()
	switch n.role {
	case roleCandidate:
		if n.countPromises() {
			n.flush()
		}
	case roleLeader:
		n.countOwn()
		n.flush()
	}
}

// flush writes what changed, and sends what may leave.
func (n *node) flush() {
	n.write()
	n.out.Seal(func(*sim.Fact) int { return n.disk.Written() })
	n.out.Release(n.disk.Durable(), func(to sim.NodeID, payload []byte, fact *sim.Fact) {
		if *fact != nil {
			n.env.Report(*fact)
		}
		if to != n.env.ID() {
			n.env.Send(to, payload)
		}
	})
}

// send sends a message once the disk holds all that was written until then, and reports a fact.
func (n *node) send(to sim.NodeID, kind byte, m message, fact sim.Fact) {
	n.out.Hold(m.append(n.out.Room(), kind), to, fact)
}

// others are the nodes but this one.
func (n *node) others() fault.Set {
	return fault.All(n.env.Nodes()) &^ fault.SetOf(fault.Node(n.env.ID()))
}

// hear takes note of a ballot. A greater one than its own ends what a proposer does.
func (n *node) hear(b ballot.Ballot) {
	if b <= n.seen {
		return
	}
	n.seen = b
	n.follow()
}

// follow ends what a proposer does.
func (n *node) follow() {
	n.leader = 0
	if n.role == roleLeader {
		n.depose()
	}
	if n.role != roleFollower {
		n.role = roleFollower
		n.wait()
	}
}

// learn applies what is chosen up to a slot, as far as it was accepted in a ballot: what its leader proposes for a slot that is chosen, is what was chosen.
func (n *node) learn(b ballot.Ballot, upTo oplog.Index) {
	for n.commit < upTo {
		if s := n.at(n.commit + 1); s == nil || s.ballot != b {
			return
		}
		n.apply()
	}
}

// apply applies the next slot, which is chosen.
func (n *node) apply() session.Result {
	n.commit++
	s := n.at(n.commit)
	n.hash = s.fold(n.hash)
	n.env.Report(oplog.Committed{Index: n.commit})
	if s.kind == kindMembers {
		n.reconfigure(n.commit, s.data)
	}
	r := n.machine.Apply(uint64(n.commit), s.kind, s.data)
	n.env.Report(oplog.Applied{Index: n.commit, Hash: uint64(n.hash)})
	return r
}

// AppliedUpTo implements [oplog.Applier].
func (n *node) AppliedUpTo() (node sim.NodeID, index oplog.Index, ok bool) {
	return n.env.ID(), n.commit, n.role != roleHalted
}

// HashUpTo implements [oplog.Applier]. It is asked for what was applied last.
func (n *node) HashUpTo(oplog.Index) uint64 { return uint64(n.hash) }

// Describe implements [sim.Describer].
func (n *node) Describe() sim.State {
	return sim.State{Role: n.role, Epoch: n.seen.Round(), Detail: []sim.Field{
		{Name: "promised", Value: n.promised.String()},
		{Name: "chosen", Value: fmt.Sprint(n.commit)},
		{Name: "last slot", Value: fmt.Sprint(n.last())},
		{Name: "acceptors", Value: n.configs[n.configs.of(n.commit+1)].members.String()},
	}}
}
