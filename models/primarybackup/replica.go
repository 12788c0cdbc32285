package primarybackup

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"time"

	"simrun/models/kv"
	"simrun/models/oplog"
	"simrun/models/session"
	"simrun/models/viewservice"
	"simrun/models/wal"
	"simrun/sim"
	"simrun/sim/fault"
)

const (
	timerTick sim.TimerID = iota
	timerDisk             // the disk refused: try again
)

const (
	diskRetry = 50 * time.Millisecond
	patience  = 200 * time.Millisecond // after which a replica in sync that does not answer is to be removed
	batch     = 64                     // entries in one message at most
)

var logFiles = wal.Options{Files: [2]string{"log", "log.copy"}, Magic: 0x31626b70} // "pkb1"

// replica is a primary or a backup.
type replica struct {
	env *sim.Env

	epoch oplog.Epoch // in which it acts; on disk before anyone hears of it
	log   oplog.Store
	out   oplog.Outbox

	role      string
	recovered oplog.Epoch      // that was on disk at boot: it must not lead in that one
	view      viewservice.View // the last that it heard of; that of its epoch, or older
	primary   sim.NodeID
	commit    oplog.Index
	applied   oplog.Index
	machine   kv.Machine

	// of a primary
	match    []oplog.Index // by node: its log is durable and equal up to there
	next     []oplog.Index
	heard    []sim.Time // by node: its last answer in this epoch
	adding   fault.Set  // whom it asked to be added, in this epoch
	removing fault.Set  // whom it asked to be removed
	pending  []call     // in order of index
}

// call is a client's command in the log of the primary.
type call struct {
	index oplog.Index
	from  sim.Caller
}

func bootReplica(env *sim.Env) sim.Node {
	n := env.Nodes() + 1
	r := &replica{env: env, role: roleHalted, machine: kv.NewMachine(), match: make([]oplog.Index, n), next: make([]oplog.Index, n), heard: make([]sim.Time, n)}
	r.log = oplog.NewStore(env, logFiles, 8, func() { env.SetTimer(timerDisk, diskRetry) })
	r.recover()
	return r
}

// recover reads the disk; if it refuses, it tries again.
func (r *replica) recover() {
	copies, err := r.log.Disk.Copies()
	var found oplog.Loaded
	if err == nil {
		found, err = r.log.Load(copies)
	}
	switch {
	case errors.Is(err, wal.ErrDamaged):
		r.env.Report(oplog.Halted{Reason: err.Error()})
	case err != nil:
		r.env.SetTimer(timerDisk, diskRetry)
	default:
		r.epoch = oplog.Epoch(binary.LittleEndian.Uint64(found.Meta))
		r.role, r.recovered = roleBackup, r.epoch
		r.env.Report(oplog.Recovered{Epoch: r.epoch, Last: r.log.Last()})
		r.tick()
	}
}

// Receive implements [sim.Node].
func (r *replica) Receive(from sim.NodeID, payload []byte) {
	var m replicate
	var a ack
	if r.role == roleHalted {
		return
	}
	if v, ok := viewservice.DecodeView(payload); ok {
		r.adopt(v)
	} else if m.decode(payload) {
		r.takeEntries(from, &m)
	} else if a.decode(payload) {
		r.takeAck(from, &a)
	}
	r.finish()
}

// adopt takes over a newer view, and its role in it.
func (r *replica) adopt(v viewservice.View) {
	if v.Epoch < r.epoch || v.Epoch == r.view.Epoch {
		return
	}
	r.enter(v.Epoch)
	r.view, r.primary = v, v.Primary
	switch {
	case v.Primary == r.env.ID() && v.Epoch > r.recovered:
		r.lead()
	case v.InSync.Has(fault.Node(r.env.ID())):
		r.become(roleBackup)
	default:
		r.become(roleJoining)
	}
}

// enter moves to a newer epoch, whose view is not known yet.
func (r *replica) enter(epoch oplog.Epoch) {
	if epoch <= r.epoch {
		return
	}
	if r.role == rolePrimary {
		r.become(roleBackup)
	}
	r.epoch, r.primary = epoch, 0
	r.log.ChangeMeta()
}

// become is the only way to a role other than primary.
func (r *replica) become(role string) {
	if r.role == rolePrimary {
		r.env.Report(oplog.Deposed{Epoch: r.epoch})
		for _, c := range r.pending {
			r.reply(c.from, session.Result{Status: session.Lost})
		}
		r.pending = nil
	}
	r.role = role
}

// lead begins to act as primary of the epoch.
func (r *replica) lead() {
	r.become(roleBackup)
	r.role, r.adding, r.removing = rolePrimary, 0, 0
	r.env.Report(oplog.Led{Epoch: r.epoch})
	for i := range r.match {
		r.match[i], r.next[i], r.heard[i] = 0, r.log.Last()+1, r.env.Now()
	}
	r.replicateAll()
}

// Timer implements [sim.TimerHandler].
func (r *replica) Timer(t sim.TimerID) {
	switch {
	case t == timerDisk && r.log.Disk.Broken():
		r.log.Disk.Rewrite()
	case t == timerDisk:
		r.recover()
	case r.role != roleHalted:
		r.tick()
	}
	r.finish()
}

// tick pings the view service, and tells the backups that the primary lives.
func (r *replica) tick() {
	r.env.SetTimer(timerTick, viewservice.Tick)
	p := viewservice.Ping{Epoch: r.epoch, Last: r.log.Stable(), LastEpoch: r.log.Epoch(r.log.Stable())}
	if r.role == rolePrimary {
		r.askChanges()
		p.Add, p.Remove = r.adding&^r.removing, r.removing
		r.replicateAll()
	} else {
		p.Restarted = r.view.Primary == r.env.ID() && r.view.Epoch == r.epoch
	}
	r.out.Hold(p.Append(r.out.Room()), viewservice.Node, r.epoch)
}

// Synced implements [sim.SyncHandler].
func (r *replica) Synced(id sim.SyncID, err error) {
	if r.log.Synced(id, err) && r.role == rolePrimary {
		r.countAcks()
	}
	r.finish()
}

// finish ends a handler: what changed goes to the disk, and what may leave leaves.
func (r *replica) finish() {
	if r.role == roleHalted {
		return
	}
	var meta [8]byte
	binary.LittleEndian.PutUint64(meta[:], uint64(r.epoch))
	r.log.Write(meta[:])
	r.out.Release(r.env, &r.log)
}

// AppliedUpTo implements [oplog.Applier].
func (r *replica) AppliedUpTo() (node sim.NodeID, index oplog.Index, ok bool) {
	return r.env.ID(), r.applied, r.role != roleHalted
}

// HashUpTo implements [oplog.Applier].
func (r *replica) HashUpTo(index oplog.Index) uint64 { return r.log.Chain(index) }

// Describe implements [sim.Describer].
func (r *replica) Describe() sim.State {
	return sim.State{Role: r.role, Epoch: uint64(r.epoch), Detail: []sim.Field{
		{Name: "last", Value: fmt.Sprintf("%d@e%d", r.log.Last(), r.log.LastEpoch())},
		{Name: "durable", Value: strconv.FormatUint(uint64(r.log.Stable()), 10)},
		{Name: "commit", Value: strconv.FormatUint(uint64(r.commit), 10)},
	}}
}
