package vr

import (
	"bytes"
	"time"

	"simrun/models/oplog"
	"simrun/sim"
	"simrun/sim/fault"
)

// call is a replica's wish for a view, kindStartViewChange.
type call struct {
	view   oplog.Epoch
	at     sim.Time    // when it was heard last
	commit oplog.Index // of who calls
}

// hear takes note that the primary of the view lives.
func (r *replica) hear() {
	r.heard, r.wanted = r.Env.Now(), 0
	r.wait()
}

// misses reports whether the replica has not heard the primary of its view for so long that it is ready for another.
func (r *replica) misses() bool {
	return r.Role != rolePrimary && (r.heard == 0 || time.Duration(r.Env.Now()-r.heard) >= patience)
}

// miss calls for the next view.
func (r *replica) miss() {
	r.wait()
	r.call(max(r.wanted, r.Epoch+1))
}

// call tells all that this replica wants a view. In the paper it enters the view at once, and so does who hears of it; then a replica that hears nobody ends one view after the
// other. Here it stays where it is until a majority calls, and joins a call only if it misses the primary itself.
func (r *replica) call(view oplog.Epoch) {
	r.wanted = view
	for n := range r.others().Nodes() {
		r.Send(sim.NodeID(n), message{kind: kindStartViewChange, View: view, Commit: r.Commit})
	}
	r.countCalls()
}

func (r *replica) takeCall(from sim.NodeID, m message) {
	r.calls[from] = call{m.View, r.Env.Now(), m.Commit}
	switch {
	case m.View <= r.Epoch:
		r.Send(from, message{kind: kindRefused, View: r.Epoch})
	case r.misses() && m.View > r.wanted:
		r.call(m.View)
	default:
		r.countCalls()
	}
}

// countCalls enters the view that this replica wants when f others want it too.
func (r *replica) countCalls() {
	if r.wanted == 0 {
		return
	}
	callers := fault.SetOf(fault.Node(r.Env.ID()))
	for n := range r.others().Nodes() {
		if c := r.calls[n]; c.view == r.wanted && time.Duration(r.Env.Now()-c.at) < impatience {
			callers |= fault.SetOf(n)
		}
	}
	if callers.Len() >= r.majority() || r.Env.Bug(bugLoneCall) {
		r.enter(r.wanted)
	}
}

// enter begins to change to a greater view.
func (r *replica) enter(view oplog.Epoch) {
	r.resign()
	r.Enter(view)
	r.hear()
	clear(r.offers)
	r.offer()
}

// offer tells the primary of the view, once all of it is on disk, what this replica has: its log, from where the primary is known to have it, and in which view that was the log. It does
// not acknowledge the log: the view that is to begin may delete a part of it.
func (r *replica) offer() {
	to := r.primary()
	if to == r.Env.ID() {
		r.countOffers()
		return
	}
	last := r.Log.Last()
	m := message{kind: kindDoViewChange, View: r.Epoch, Normal: r.normal, Commit: r.Commit, Last: last, After: min(last, r.calls[to].commit), Crashes: r.crashes}
	if last > m.After {
		m.Body = r.Log.Raw(m.After+1, last)
	}
	r.SendAck(to, m, 0)
}

func (r *replica) takeOffer(from sim.NodeID, m message) {
	if r.Role == roleViewChange && r.primary() == r.Env.ID() && m.After <= r.Commit && r.crashes.join(m.Crashes) {
		m.Body = bytes.Clone(m.Body)
		r.offers[from] = m
		r.countOffers()
	}
}

// countOffers begins the view when f others have told what they have, and none of them has forgotten it since, as far as any of them knows: with the log of who was in the latest view in normal status, and among those the longest. All that is
// committed is in there. A primary that has lost its lead, or has restarted, does not begin its view again.
func (r *replica) countOffers() {
	if r.normal >= r.Epoch {
		return
	}
	best, offers, commit := message{Normal: r.normal, Last: r.Log.Last()}, 1, r.Commit
	for n, m := range r.offers {
		if m.kind == 0 || r.outlived(sim.NodeID(n), m) {
			continue
		}
		offers++
		commit = max(commit, m.Commit)
		if r.better(m, best) {
			best = m
		}
	}
	needed := r.majority()
	if r.Env.Bug(bugFewOffers) {
		needed = max(1, needed-1)
	}
	if offers < needed {
		return
	}
	if best.kind != 0 {
		if best.Last > r.Log.Last() {
			r.Env.Sometimes(markTakes)
		}
		r.Put(best.After, best.Body)
		r.Cut(best.Last + 1)
	}
	r.lead(commit)
}

// better compares what two replicas have.
func (r *replica) better(a, b message) bool {
	if a.Normal == b.Normal || r.Env.Bug(bugLongest) {
		return a.Last > b.Last
	}
	return a.Normal > b.Normal
}

// lead begins the view as its primary, with the log that it has now.
func (r *replica) lead(commit oplog.Index) {
	r.Role, r.began = rolePrimary, r.Log.Last()
	r.becomeNormal()
	r.Env.Report(oplog.Led{Epoch: r.Epoch})
	for n := range r.match {
		r.match[n], r.answer[n] = 0, r.Env.Now()
	}
	r.Advance(commit)
	for n, m := range r.offers {
		if m.kind != 0 {
			r.sendState(kindStartView, sim.NodeID(n), m.Commit)
		}
	}
	r.prepareAll()
}

// becomeNormal notes that the log is that of the view. The record of that and the change of the log are one.
func (r *replica) becomeNormal() {
	r.normal = r.Epoch
	r.Log.ChangeMeta()
}
