package primarybackup

import (
	"time"

	"simrun/models/oplog"
	"simrun/models/rsm"
	"simrun/models/viewservice"
	"simrun/models/wal"
	"simrun/sim"
	"simrun/sim/fault"
)

// patience is how long a replica in sync may not answer before it is to be removed.
const patience = 200 * time.Millisecond

var logFiles = wal.Options{Files: [2]string{"log", "log.copy"}, Magic: 0x31626b70} // "pkb1"

// replica is a primary or a backup.
type replica struct {
	rsm.Replica

	recovered oplog.Epoch      // that was on disk at boot: it must not lead in that one
	view      viewservice.View // the last that it heard of; that of its epoch, or older
	primary   sim.NodeID

	// of a primary
	match    []oplog.Index // by node: its log is durable and equal up to there
	next     []oplog.Index
	heard    []sim.Time // by node: its last answer in this epoch
	adding   fault.Set  // whom it asked to be added, in this epoch
	removing fault.Set  // whom it asked to be removed
}

func bootReplica(env *sim.Env) sim.Node {
	n := env.Nodes() + 1
	r := &replica{Replica: rsm.New(env, logFiles, 0), match: make([]oplog.Index, n), next: make([]oplog.Index, n), heard: make([]sim.Time, n)}
	if _, ok := r.Recover(); ok {
		r.start()
	}
	return r
}

// start begins to act, with what the disk held.
func (r *replica) start() {
	r.Role, r.recovered = roleBackup, r.Epoch
	r.tick()
}

// Receive implements [sim.Node].
func (r *replica) Receive(from sim.NodeID, payload []byte) {
	var m replicate
	var a ack
	if !r.Running() {
		return
	}
	if v, ok := viewservice.DecodeView(payload); ok {
		r.adopt(v)
	} else if m.decode(payload) {
		r.takeEntries(from, &m)
	} else if a.decode(payload) {
		r.takeAck(from, &a)
	}
	r.Finish()
}

// adopt takes over a newer view, and its role in it.
func (r *replica) adopt(v viewservice.View) {
	if v.Epoch < r.Epoch || v.Epoch == r.view.Epoch {
		return
	}
	r.enter(v.Epoch)
	r.view, r.primary = v, v.Primary
	switch {
	case v.Primary == r.Env.ID() && v.Epoch > r.recovered:
		r.lead()
	case v.InSync.Has(fault.Node(r.Env.ID())):
		r.become(roleBackup)
	default:
		r.become(roleJoining)
	}
}

// enter moves to a newer epoch, whose view is not known yet.
func (r *replica) enter(epoch oplog.Epoch) {
	if epoch <= r.Epoch {
		return
	}
	if r.Role == rolePrimary {
		r.become(roleBackup)
	}
	r.Enter(epoch)
	r.primary = 0
}

// become is the only way to a role other than primary.
func (r *replica) become(role string) {
	if r.Role == rolePrimary {
		r.Depose()
	}
	r.Role = role
}

// lead begins to act as primary of the epoch.
func (r *replica) lead() {
	r.become(roleBackup)
	r.Role, r.adding, r.removing = rolePrimary, 0, 0
	r.Env.Report(oplog.Led{Epoch: r.Epoch})
	for i := range r.match {
		r.match[i], r.next[i], r.heard[i] = 0, r.Log.Last()+1, r.Env.Now()
	}
	r.replicateAll()
}

// Timer implements [sim.TimerHandler].
func (r *replica) Timer(t sim.TimerID) {
	if t == rsm.DiskTimer {
		if _, ok := r.Retry(); ok {
			r.start()
		}
	} else {
		r.tick()
	}
	r.Finish()
}

// tick pings the view service, and tells the backups that the primary lives.
func (r *replica) tick() {
	r.Env.SetTimer(rsm.TickTimer, viewservice.Tick)
	p := viewservice.Ping{Epoch: r.Epoch, Last: r.Log.Stable(), LastEpoch: r.Log.Epoch(r.Log.Stable())}
	if r.Role == rolePrimary {
		r.askChanges()
		p.Add, p.Remove = r.adding&^r.removing, r.removing
		r.replicateAll()
	} else {
		p.Restarted = r.view.Primary == r.Env.ID() && r.view.Epoch == r.Epoch
	}
	r.Send(viewservice.Node, p)
}

// Synced implements [sim.SyncHandler].
func (r *replica) Synced(id sim.SyncID, err error) {
	if r.Log.Synced(id, err) && r.Role == rolePrimary {
		r.countAcks()
	}
	r.Finish()
}
