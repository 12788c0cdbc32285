package primarybackup

import (
	"fmt"
	"time"

	"simrun/models/oplog"
	"simrun/models/session"
	"simrun/models/viewservice"
	"simrun/sim"
	"simrun/sim/fault"
)

// Request implements [sim.Node].
func (r *replica) Request(from sim.Caller, payload []byte) {
	kind, body, ok := session.Open(payload)
	switch {
	case r.role == roleHalted || !ok || kind == session.Read:
	case r.role != rolePrimary:
		r.reply(from, session.Result{Status: session.NotLeader, Value: int64(r.primary)})
	default:
		r.pending = append(r.pending, call{r.log.Append(r.epoch, oplog.Kind(kind), body), from})
		r.replicateAll()
		r.finish()
	}
}

func (r *replica) reply(to sim.Caller, res session.Result) { r.env.Reply(to, res.Append(nil)) }

// others are the replicas that this one is not.
func (r *replica) others() fault.Set {
	return viewservice.Replicas(r.env.Nodes()) &^ fault.SetOf(fault.Node(r.env.ID()))
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
	m := replicate{epoch: r.epoch, after: after, afterEpoch: r.log.Epoch(after), commit: r.commit}
	if last := min(r.log.Last(), after+batch); last > after {
		m.entries = r.log.Raw(after+1, last)
	}
	r.out.Hold(m.append(r.out.Room()), to, r.epoch)
}

// takeEntries takes what the primary of an epoch sends.
func (r *replica) takeEntries(from sim.NodeID, m *replicate) {
	if m.epoch < r.epoch && !r.env.Bug(bugNoFencing) {
		r.env.Sometimes(markFenced)
		r.answer(from, ack{epoch: r.epoch})
		return
	}
	if m.epoch > r.epoch {
		r.enter(m.epoch)
		r.become(roleBackup)
	}
	if r.role == rolePrimary {
		return // only a message of an older epoch that was not fenced off comes here
	}
	r.primary = from
	if r.log.Epoch(m.after) != m.afterEpoch && !r.env.Bug(bugApplyGaps) {
		r.answer(from, ack{epoch: m.epoch, index: r.log.LastBefore(max(m.after, 1)-1, m.afterEpoch)})
		return
	}
	at := m.after
	for b := m.entries; ; at++ {
		e, rest, ok := oplog.NextEntry(b)
		if !ok {
			break
		}
		b = rest
		r.place(at+1, e)
	}
	r.advance(min(m.commit, at))
	r.answer(from, ack{epoch: m.epoch, index: at, ok: true})
}

// answer sends an acknowledgement once what it promises is on disk.
func (r *replica) answer(to sim.NodeID, a ack) {
	if !a.ok {
		r.out.Hold(a.append(r.out.Room()), to, r.epoch)
		return
	}
	r.out.HoldAck(a.append(r.out.Room()), to, r.epoch, a.index)
}

// place puts an entry at an index. Another entry that is there was never acknowledged: it is deleted, with all that follow.
func (r *replica) place(at oplog.Index, e oplog.Entry) {
	if r.env.Bug(bugApplyGaps) {
		at = max(r.log.Last(), r.commit) + 1
	}
	if r.log.Epoch(at) == e.Epoch {
		return
	}
	if at <= r.log.Last() {
		if at <= r.commit {
			r.env.Fatal(fmt.Sprintf("the primary contradicts entry %d, which is committed up to %d", at, r.commit))
		}
		r.env.Sometimes(markConflict)
		r.log.Truncate(at)
		r.env.Report(oplog.Truncated{From: at})
	}
	r.log.AppendRaw(e)
}

// takeAck takes a replica's answer.
func (r *replica) takeAck(from sim.NodeID, a *ack) {
	if a.epoch > r.epoch {
		r.enter(a.epoch) // this primary was deposed
		return
	}
	if r.role != rolePrimary || a.epoch < r.epoch {
		return
	}
	r.heard[from] = r.env.Now()
	switch {
	case !a.ok && a.index+1 < r.next[from] && a.index >= r.match[from]:
		r.next[from] = a.index + 1
		r.replicateTo(from)
	case a.ok && a.index > r.match[from]:
		r.match[from], r.next[from] = a.index, a.index+1
		r.countAcks()
		if a.index < r.log.Last() {
			r.replicateTo(from)
		}
	}
}

// semiSync reports whether one backup is enough.
func (r *replica) semiSync() bool { return r.env.Option(optionReplication) == "semi-sync" }

// askChanges decides whom the view should gain and lose: replicas that have caught up, and those that do not answer. What it
// asks for in an epoch it goes on asking for, since the service may have heard it.
func (r *replica) askChanges() {
	for n := range r.others().Nodes() {
		one := fault.SetOf(n)
		quiet := time.Duration(r.env.Now()-r.heard[n]) > patience
		switch {
		case quiet && (r.view.InSync|r.adding)&one != 0 && r.mayLose(one):
			r.removing |= one
		case !quiet && r.view.InSync&one == 0 && r.match[n] == r.log.Last():
			r.adding |= one
		}
	}
}

// mayLose reports whether a backup can leave the view. With semi-synchronous replication it may be the only one that has
// what is committed: it stays until another has, or nobody but the primary is left.
func (r *replica) mayLose(one fault.Set) bool {
	left := r.view.InSync & r.others() &^ (r.removing | one)
	return !r.semiSync() || left == 0 || oplog.Longest(r.match, left) >= r.commit
}

// countAcks moves the commit index to what enough replicas have on disk.
func (r *replica) countAcks() {
	backups := r.view.InSync & r.others()
	to := r.log.Stable()
	switch {
	case r.env.Option(optionReplication) == "async" || r.env.Bug(bugAsyncAck):
	case r.semiSync() && backups != 0:
		// One that is on its way out may not be in the view that the next primary is chosen from, nor may one on its way in.
		to = min(to, oplog.Longest(r.match, backups&^r.removing))
	default:
		for n := range (backups | r.adding).Nodes() {
			to = min(to, r.match[n])
		}
	}
	r.advance(to)
}

// advance moves the commit index, never back, and applies what it covers.
func (r *replica) advance(to oplog.Index) {
	if to = min(to, r.log.Last()); to <= r.commit {
		return
	}
	r.commit = to
	r.env.Report(oplog.Committed{Index: to})
	for r.applied < r.commit {
		r.applied++
		r.apply(r.applied)
	}
}

// apply applies one entry and answers who waits for it.
func (r *replica) apply(i oplog.Index) {
	kind, data := r.log.Entry(i)
	result := r.machine.Apply(uint64(i), session.Kind(kind), data)
	r.env.Report(oplog.Applied{Index: i, Hash: r.log.Chain(i)})
	if len(r.pending) > 0 && r.pending[0].index == i {
		r.reply(r.pending[0].from, result)
		r.pending = r.pending[1:]
	}
}
