package vr

import (
	"slices"
	"time"

	"simrun/models/oplog"
	"simrun/models/rsm"
	"simrun/sim"
	"simrun/sim/fault"
)

// prepareAll sends each backup what it is not known to have, and the sign that the primary lives.
func (r *replica) prepareAll() {
	for n := range r.others().Nodes() {
		r.prepare(sim.NodeID(n))
	}
	r.countPrepared()
}

// prepare sends a backup what it is not known to have. Who is a backup of the view has the log with which it began.
func (r *replica) prepare(to sim.NodeID) {
	m := message{kind: kindPrepare, View: r.Epoch, Commit: r.Commit, Last: r.Log.Last(), After: max(r.began, r.match[to])}
	if last := min(r.Log.Last(), m.After+rsm.Batch); last > m.After {
		m.Body = r.Log.Raw(m.After+1, last)
	}
	r.Send(to, m)
}

// takePrepare appends what follows the log, and acknowledges all of it. A replica that has not the log of the view yet asks for it.
func (r *replica) takePrepare(from sim.NodeID, m message) {
	r.hear()
	switch r.Role {
	case roleViewChange:
		r.Send(from, message{kind: kindGetState, View: r.Epoch, Commit: r.Commit})
		if r.Env.Bug(bugAcksUnseen) {
			r.acknowledge(from, m.Last)
		}
	case roleBackup:
		if m.After > r.Log.Last() {
			return
		}
		r.Put(m.After, m.Body)
		r.Advance(m.Commit)
		r.acknowledge(from, r.Log.Last())
	}
}

// acknowledge says that this replica, which is a backup of the view, has its log up to an entry on disk.
func (r *replica) acknowledge(to sim.NodeID, last oplog.Index) {
	r.SendAck(to, message{kind: kindPrepareOK, View: r.Epoch, Last: last}, last)
}

func (r *replica) takePrepareOK(from sim.NodeID, m message) {
	if r.Role != rolePrimary {
		return
	}
	r.answer[from] = r.Env.Now()
	if m.Last > r.match[from] && m.Last <= r.Log.Last() {
		r.match[from] = m.Last
		r.countPrepared()
		if m.Last < r.Log.Last() {
			r.prepare(from)
		}
	}
}

// countPrepared commits what f backups and the primary have on their disks.
func (r *replica) countPrepared() {
	have := []oplog.Index{r.Log.Stable()}
	for n := range r.others().Nodes() {
		have = append(have, r.match[n])
	}
	slices.Sort(have)
	needed := r.majority()
	if r.Env.Bug(bugSmallQuorum) {
		needed = max(1, needed-1)
	}
	r.Advance(have[len(have)-needed])
}

// followed reports whether the primary still hears a majority. If it does not, it resigns: its backups may hear it, and would go on waiting for it.
func (r *replica) followed() bool {
	if r.Env.Bug(bugNeverResigns) {
		return true
	}
	followers := fault.SetOf(fault.Node(r.Env.ID()))
	for n := range r.others().Nodes() {
		if time.Duration(r.Env.Now()-r.answer[n]) < impatience {
			followers |= fault.SetOf(n)
		}
	}
	return followers.Len() >= r.majority()
}

// resign ends a lead.
func (r *replica) resign() {
	if r.Role == rolePrimary {
		r.Depose()
	}
	r.Role = roleViewChange
}
