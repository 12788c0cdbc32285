package vr

import (
	"simrun/models/oplog"
	"simrun/models/rsm"
	"simrun/sim"
)

// giveState answers a replica that has not got the log of the view.
func (r *replica) giveState(to sim.NodeID, m message) {
	if r.Role == rolePrimary {
		r.answer[to] = r.Env.Now()
		r.sendState(kindNewState, to, m.Commit)
	}
}

// sendState sends a replica the log after what it knows to be committed. What is committed goes in batches; what is not, at once, since a replica takes over the log
// of a view as a whole.
func (r *replica) sendState(kind byte, to sim.NodeID, after oplog.Index) {
	if after > r.Log.Last() {
		return
	}
	last := after + rsm.Batch
	if last >= r.Commit {
		last = r.Log.Last()
	}
	m := message{kind: kind, View: r.Epoch, Commit: r.Commit, Last: r.Log.Last(), After: after}
	if last > after {
		m.Body = r.Log.Raw(after+1, last)
	}
	r.Send(to, m)
}

// takeState takes over the log of the view, or the next part of it. Until then the replica keeps its own: who deletes first what it does not know to be committed, as §5.2 lets it, may
// be the last to have it.
func (r *replica) takeState(from sim.NodeID, m message) {
	r.hear()
	if r.Role != roleViewChange || m.After > r.Commit {
		return
	}
	at := m.After + r.Put(m.After, m.Body)
	r.Advance(min(m.Commit, at))
	if at < m.Last {
		r.Env.Sometimes(markParts)
		r.Send(from, message{kind: kindGetState, View: r.Epoch, Commit: r.Commit})
		return
	}
	r.Cut(at + 1)
	r.Role = roleBackup
	r.becomeNormal()
	r.acknowledge(from, at)
}
