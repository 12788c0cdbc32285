package primarybackup

import (
	"time"

	"simrun/models/oplog"
	"simrun/models/rsm"
	"simrun/models/session"
	"simrun/models/viewservice"
	"simrun/sim"
	"simrun/sim/fault"
)

// Request implements [sim.Node].
func (r *replica) Request(from sim.Caller, payload []byte) {
	kind, body, ok := session.Open(payload)
	switch {
	case !r.Running() || !ok || kind == session.Read:
	case r.Role != rolePrimary:
		r.Refer(from, r.primary)
	default:
		r.Propose(from, kind, body)
		r.replicateAll()
		r.Finish()
	}
}

// others are the replicas that this one is not.
func (r *replica) others() fault.Set {
	return viewservice.Replicas(r.Env.Nodes()) &^ fault.SetOf(fault.Node(r.Env.ID()))
}

// replicateAll sends every replica the entries that come next for it, if any.
func (r *replica) replicateAll() {
	for n := range r.others().Nodes() {
		r.replicateTo(sim.NodeID(n))
	}
}

// replicateTo sends what comes after what a replica is known to have; it is repeated until it is acknowledged.
func (r *replica) replicateTo(to sim.NodeID) {
	after := r.next[to] - 1
	m := replicate{epoch: r.Epoch, after: after, afterEpoch: r.Log.Epoch(after), commit: r.Commit}
	if last := min(r.Log.Last(), after+rsm.Batch); last > after {
		m.entries = r.Log.Raw(after+1, last)
	}
	r.Send(to, &m)
}

// takeEntries takes what the primary of an epoch sends.
func (r *replica) takeEntries(from sim.NodeID, m *replicate) {
	if m.epoch < r.Epoch && !r.Env.Bug(bugNoFencing) {
		r.Env.Sometimes(rsm.MarkFenced)
		r.answer(from, ack{epoch: r.Epoch})
		return
	}
	if m.epoch > r.Epoch {
		r.enter(m.epoch)
		r.become(roleBackup)
	}
	if r.Role == rolePrimary {
		return // only a message of an older epoch that was not fenced off comes here
	}
	r.primary = from
	if r.Log.Epoch(m.after) != m.afterEpoch && !r.Env.Bug(bugApplyGaps) {
		r.answer(from, ack{epoch: m.epoch, index: r.Log.LastBefore(max(m.after, 1)-1, m.afterEpoch)})
		return
	}
	after := m.after
	if r.Env.Bug(bugApplyGaps) {
		after = r.Log.Last()
	}
	at := m.after + r.Put(after, m.entries)
	r.Advance(min(m.commit, at))
	r.answer(from, ack{epoch: m.epoch, index: at, ok: true})
}

// answer sends an acknowledgement once what it promises is on disk.
func (r *replica) answer(to sim.NodeID, a ack) {
	if !a.ok {
		r.Send(to, &a)
		return
	}
	r.SendAck(to, &a, a.index)
}

// takeAck takes a replica's answer.
func (r *replica) takeAck(from sim.NodeID, a *ack) {
	if a.epoch > r.Epoch {
		r.enter(a.epoch) // this primary was deposed
		return
	}
	if r.Role != rolePrimary || a.epoch < r.Epoch {
		return
	}
	r.heard[from] = r.Env.Now()
	switch {
	case !a.ok && a.index+1 < r.next[from] && a.index >= r.match[from]:
		r.next[from] = a.index + 1
		r.replicateTo(from)
	case a.ok && a.index > r.match[from]:
		r.match[from], r.next[from] = a.index, a.index+1
		r.countAcks()
		if a.index < r.Log.Last() {
			r.replicateTo(from)
		}
	}
}

// semiSync reports whether one backup is enough.
func (r *replica) semiSync() bool { return r.Env.Option(optionReplication) == "semi-sync" }

// askChanges decides whom the view should gain and lose: replicas that have caught up, and those that do not answer. What it
// asks for in an epoch it goes on asking for, since the service may have heard it.
func (r *replica) askChanges() {
	for n := range r.others().Nodes() {
		one := fault.SetOf(n)
		quiet := time.Duration(r.Env.Now()-r.heard[n]) > patience
		switch {
		case quiet && (r.view.InSync|r.adding)&one != 0 && r.mayLose(one):
			r.removing |= one
		case !quiet && r.view.InSync&one == 0 && r.match[n] == r.Log.Last():
			r.adding |= one
		}
	}
}

// mayLose reports whether a backup can leave the view. With semi-synchronous replication it may be the only one that has
// what is committed: it stays until another has, or nobody but the primary is left.
func (r *replica) mayLose(one fault.Set) bool {
	left := r.view.InSync & r.others() &^ (r.removing | one)
	return !r.semiSync() || left == 0 || oplog.Longest(r.match, left) >= r.Commit
}

// countAcks moves the commit index to what enough replicas have on disk.
func (r *replica) countAcks() {
	backups := r.view.InSync & r.others()
	to := r.Log.Stable()
	switch {
	case r.Env.Option(optionReplication) == "async" || r.Env.Bug(bugAsyncAck):
	case r.semiSync() && backups != 0:
		// One that is on its way out may not be in the view that the next primary is chosen from, nor may one on its way in.
		to = min(to, oplog.Longest(r.match, backups&^r.removing))
	default:
		for n := range (backups | r.adding).Nodes() {
			to = min(to, r.match[n])
		}
	}
	r.Advance(to)
}
