package rsm

import (
	"fmt"

	"simrun/models/oplog"
	"simrun/models/session"
	"simrun/sim"
)

// call is a client's command in the log of the replica that leads.
type call struct {
	index oplog.Index
	from  sim.Caller
}

// Propose appends a client's request to the log. The client is answered when the entry is applied, or when the replica no longer leads.
func (r *Replica) Propose(from sim.Caller, kind session.Kind, body []byte) {
	r.pending = append(r.pending, call{r.Log.Append(r.Epoch, oplog.Kind(kind), body), from})
}

// Reply answers a client.
func (r *Replica) Reply(to sim.Caller, res session.Result) { r.Env.Reply(to, res.Append(nil)) }

// Refer sends a client to another node; 0 is nobody that is known.
func (r *Replica) Refer(from sim.Caller, to sim.NodeID) {
	r.Reply(from, session.Result{Status: session.NotLeader, Value: int64(to)})
}

// Depose ends the lead of the epoch: what becomes of the requests that wait is not known.
func (r *Replica) Depose() {
	r.Env.Report(oplog.Deposed{Epoch: r.Epoch})
	for _, c := range r.pending {
		r.Reply(c.from, session.Result{Status: session.Lost})
	}
	r.pending = nil
}

// Put puts entries into the log after an index, and returns how many they are. Another entry that is there was never committed: it is deleted, with all
// that follow.
func (r *Replica) Put(after oplog.Index, entries []byte) (n oplog.Index) {
	for {
		e, rest, ok := oplog.NextEntry(entries)
		if !ok {
			return n
		}
		entries = rest
		n++
		if r.Log.Epoch(after+n) == e.Epoch {
			continue
		}
		r.Cut(after + n)
		r.Log.AppendRaw(e)
	}
}

// Cut deletes the entries from an index on, if there are any. None of them was ever committed.
func (r *Replica) Cut(from oplog.Index) {
	if from > r.Log.Last() {
		return
	}
	if from <= r.Commit {
		r.Env.Fatal(fmt.Sprintf("another log contradicts entry %d, which is committed up to %d", from, r.Commit))
	}
	r.Env.Sometimes(MarkConflict)
	r.Log.Truncate(from)
	r.Env.Report(oplog.Truncated{From: from})
}

// Advance moves the commit index, never back and not beyond the log, applies what it covers, and answers who waits for that. It reports whether it moved.
func (r *Replica) Advance(to oplog.Index) bool {
	if to = min(to, r.Log.Last()); to <= r.Commit {
		return false
	}
	first := r.Commit + 1
	r.Commit = to
	r.Env.Report(oplog.Committed{Index: to})
	for i := first; i <= to; i++ {
		r.apply(i)
	}
	return true
}

// apply applies one entry and answers who waits for it.
func (r *Replica) apply(i oplog.Index) {
	kind, data := r.Log.Entry(i)
	result := r.Machine.Apply(uint64(i), session.Kind(kind), data)
	r.Env.Report(oplog.Applied{Index: i, Hash: r.Log.Chain(i)})
	if len(r.pending) > 0 && r.pending[0].index == i {
		r.Reply(r.pending[0].from, result)
		r.pending = r.pending[1:]
	}
}
