package vr

import (
	"time"

	"simrun/models/oplog"
	"simrun/models/rsm"
	"simrun/models/session"
	"simrun/models/wal"
	"simrun/sim"
	"simrun/sim/fault"
	"simrun/sim/rng"
)

// timerView runs out when a replica has missed the primary for too long.
const timerView = rsm.OwnTimer

const (
	tick       = 30 * time.Millisecond // what was not answered is repeated
	patience   = 150 * time.Millisecond
	impatience = 300 * time.Millisecond // the longest that anybody waits for a primary, or a primary for its backups
)

var (
	waitName = rng.Of("vr view change")
	logFiles = wal.Options{Files: [2]string{"log", "log.copy"}, Magic: 0x31727672} // "rvr1"
)

// replica is one of the group. Its status is normal if it is primary or backup, and the other roles are the other statuses of the paper.
type replica struct {
	rsm.Replica

	env    environment
	normal oplog.Epoch // the last view in which its status was normal; on disk with the log
	heard  sim.Time    // when it last heard the primary of its view, or began to wait for it; 0: never
	waits  uint64      // how often it has begun to wait

	wanted oplog.Epoch // the view that it wants, since it misses the primary; 0: none
	calls  []call      // by node
	offers []message   // by node: the kindDoViewChange for its view; the kind is 0 where there is none

	crashes   crashVector // with storage=none; else empty
	responses []message   // while it recovers, by node: the latest kindRecoveryResponse; the kind is 0 where there is none

	// of a primary
	began  oplog.Index   // the length of the log with which the view began
	match  []oplog.Index // by node: its disk holds the log up to there
	answer []sim.Time    // by node: its last sign that it is in the view
}

// environment is the part of [sim.Env] that a replica uses.
type environment interface {
	rsm.Env
	Rand(what rng.Name, ordinal uint64) rng.Value
}

func boot(env environment) sim.Node {
	n := env.Nodes() + 1
	r := &replica{env: env, calls: make([]call, n), offers: make([]message, n), match: make([]oplog.Index, n), answer: make([]sim.Time, n)}
	if env.Option(optionStorage) == storageNone {
		r.bootWithoutDisk()
		return r
	}
	r.Replica = rsm.New(env, logFiles, 2)
	r.start(r.Recover())
	return r
}

// start begins to act, with what the disk held. A backup goes on where it was. A primary has forgotten what it sent, and must not lead its view again.
func (r *replica) start(numbers []uint64, ok bool) {
	if !ok {
		return
	}
	switch {
	case r.Env.Bug(bugViewInMemory):
		r.Epoch, numbers = r.Log.LastEpoch(), []uint64{uint64(r.Log.LastEpoch()), 0}
	case r.Env.Bug(bugStartsEmpty) && r.Env.Boots() > 1:
		r.Cut(1)
		r.Enter(0)
		numbers = []uint64{0, 0}
	}
	r.normal, r.Role = oplog.Epoch(numbers[0]), roleViewChange
	r.Advance(oplog.Index(numbers[1]))
	if r.normal == r.Epoch && r.primary() != r.Env.ID() {
		r.Role = roleBackup
	}
	r.wait()
	r.tick()
}

// finish ends a handler.
func (r *replica) finish() { r.Finish(uint64(r.normal), uint64(r.Commit)) }

// primary is that of the view that the replica is in.
func (r *replica) primary() sim.NodeID { return primaryOf(r.Epoch, r.Env.Nodes()) }

// majority is f+1 of 2f+1 replicas.
func (r *replica) majority() int { return r.Env.Nodes()/2 + 1 }

// others are the replicas but this one.
func (r *replica) others() fault.Set {
	return fault.All(r.Env.Nodes()) &^ fault.SetOf(fault.Node(r.Env.ID()))
}

// wait begins to wait for a sign of the primary.
func (r *replica) wait() {
	r.waits++
	draw := r.env.Rand(waitName, uint64(r.Env.Boots())<<32|r.waits)
	r.Env.SetTimer(timerView, patience+time.Duration(draw.N(uint64(impatience-patience))))
}

// Receive implements [sim.Node].
func (r *replica) Receive(from sim.NodeID, payload []byte) {
	m, ok := decode(payload)
	if !ok || !r.Running() {
		return
	}
	switch {
	case r.Role == roleRecovering:
		if m.kind == kindRecoveryResponse {
			r.takeRecoveryResponse(from, m)
		}
	case m.kind == kindRecovery:
		r.answerRecovery(from, m)
	case m.kind == kindRecoveryResponse: // enough have answered
	case m.kind == kindStartViewChange:
		r.takeCall(from, m)
	case r.meet(from, m):
		switch m.kind {
		case kindPrepare:
			r.takePrepare(from, m)
		case kindPrepareOK:
			r.takePrepareOK(from, m)
		case kindDoViewChange:
			r.takeOffer(from, m)
		case kindGetState:
			r.giveState(from, m)
		case kindStartView, kindNewState:
			r.takeState(from, m)
		}
	}
	r.finish()
}

// meet compares the view of a message with this replica's, and reports whether they are the same then. A replica follows to a greater view, and tells who
// is in a smaller one.
func (r *replica) meet(from sim.NodeID, m message) bool {
	if m.View < r.Epoch && m.kind != kindRefused {
		r.Env.Sometimes(rsm.MarkFenced)
		r.Send(from, message{kind: kindRefused, View: r.Epoch})
		return false
	}
	if m.View > r.Epoch {
		r.enter(m.View)
	}
	return m.View == r.Epoch
}

// Request implements [sim.Node].
func (r *replica) Request(from sim.Caller, payload []byte) {
	kind, body, ok := session.Open(payload)
	switch {
	case !r.Running() || !ok:
	case r.Role == rolePrimary:
		r.Propose(from, kind, body)
		r.prepareAll()
		r.finish()
	case r.Role == roleBackup && r.wanted == 0:
		r.Refer(from, r.primary())
	default:
		r.Refer(from, 0)
	}
}

// Timer implements [sim.TimerHandler].
func (r *replica) Timer(t sim.TimerID) {
	switch {
	case t == rsm.DiskTimer:
		r.start(r.Retry())
	case t == rsm.TickTimer:
		r.tick()
	case r.Role != rolePrimary:
		r.miss()
	}
	r.finish()
}

// tick repeats what may have been lost.
func (r *replica) tick() {
	r.Env.SetTimer(rsm.TickTimer, tick)
	switch {
	case r.Role == roleRecovering:
		r.askToRecover()
	case r.Role == rolePrimary && !r.followed():
		r.Env.Sometimes(markGivesUp)
		r.resign()
		r.wait()
	case r.Role == rolePrimary:
		r.prepareAll()
	case r.Role == roleViewChange && r.normal < r.Epoch:
		r.offer()
	}
}

// Synced implements [sim.SyncHandler].
func (r *replica) Synced(id sim.SyncID, err error) {
	if r.Log.Synced(id, err) && r.Role == rolePrimary {
		r.countPrepared()
	}
	r.finish()
}
