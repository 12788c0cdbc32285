package vr

import (
	"slices"
	"testing"

	"simrun/models/modeltest"
	"simrun/models/oplog"
	"simrun/models/rsm"
	"simrun/models/session"
	"simrun/sim"
)

// rig is a group driven by hand.
type rig struct{ *modeltest.Rig }

func newRig(t *testing.T, nodes int, bugs ...sim.BugName) rig {
	return rig{modeltest.New(t, nodes, func(env *modeltest.Env) sim.Node { return boot(env) }, oplog.Monitors(nodes, "primary", "view"), bugs...)}
}

func (r rig) replica(id sim.NodeID) *replica { return r.Nodes[id].(*replica) }

// propose gives a command to a primary; nothing is delivered.
func (r rig) propose(id sim.NodeID) uint64 {
	return r.Ask(id, session.Seal(session.Begin(nil), session.Register))
}

// change lets these replicas miss their primary, and then deliver what they say to each other.
func (r rig) change(ids ...sim.NodeID) {
	for _, id := range ids {
		r.Fire(id, timerView, impatience)
	}
	r.Settle(nil, ids...)
}

// want compares the role, the view and the length of the log of a replica.
func (r rig) want(id sim.NodeID, role string, view oplog.Epoch, last oplog.Index) {
	r.T.Helper()
	if x := r.replica(id); x.Role != role || x.Epoch != view || x.Log.Last() != last {
		r.T.Errorf("%s is %s in view %d with %d entries, want %s in view %d with %d", id, x.Role, x.Epoch, x.Log.Last(), role, view, last)
	}
}

// §4.1: "The primary waits for f PREPAREOK messages from different backups; at this point it considers the operation (and all earlier ones) to be committed".
func TestCommitWithFBackups(t *testing.T) {
	r := newRig(t, 5)
	r.change(modeltest.IDs(5)...)
	call := r.propose(1)
	r.Settle(nil, 1, 2)
	if r.replica(1).Commit != 0 || r.Envs[1].Replies[call] != nil {
		t.Error("one backup was enough")
	}
	r.Settle(nil, 1, 2, 3)
	if r.replica(1).Commit != 1 || r.Envs[1].Replies[call] == nil {
		t.Error("two backups were not enough")
	}
	r.WantBroken()
}

// A primary does not count itself before its disk holds the entry.
func TestCommitWaitsForTheOwnDisk(t *testing.T) {
	r := newRig(t, 3)
	r.change(modeltest.IDs(3)...)
	r.propose(1)
	r.Settle(nil, 2, 3)
	for m := r.Take(func(m modeltest.Envelope) bool { return m.From == 1 }); len(m) > 0; m = nil {
		r.Deliver(m...)
	}
	r.Sync(2)
	r.Deliver(r.Take(func(m modeltest.Envelope) bool { return m.To == 1 })...)
	if r.replica(1).Commit != 0 {
		t.Error("committed with one disk of three")
	}
	r.Sync(1)
	if r.replica(1).Commit != 1 {
		t.Error("not committed with two disks of three")
	}
}

// §4.2: the new primary "selects as the new log the one contained in the message with the largest v′; if several messages have the same v′ it selects the one among them with the
// largest n".
func TestTheLatestNormalViewWins(t *testing.T) {
	for _, c := range []struct {
		bugs []sim.BugName
		last oplog.Index
	}{{nil, 2}, {[]sim.BugName{bugLongest}, 3}} {
		r := newRig(t, 3, c.bugs...)
		r.change(1, 2, 3)
		for range 3 {
			r.propose(1) // and nobody hears of it
		}
		r.Sync(1)
		r.Take(func(m modeltest.Envelope) bool { return m.From == 1 })
		r.change(2, 3)
		r.want(2, rolePrimary, 2, 0)
		r.propose(2)
		r.propose(2)
		r.Settle(nil, 2, 3)         // committed
		r.Fire(1, rsm.TickTimer, 0) // it resigns
		r.change(1, 3)
		r.change(1, 3)
		r.want(3, rolePrimary, 3, c.last)
	}
}

// A replica that hears nobody stays in its view, however often it calls, and so do those that hear the primary.
func TestADeafReplicaEndsNoView(t *testing.T) {
	r := newRig(t, 3)
	r.change(1, 2, 3)
	for range 5 {
		r.Fire(3, timerView, impatience/3)
		r.Fire(1, rsm.TickTimer, 0)
		r.Settle(func(m modeltest.Envelope) bool { return m.To == 3 }, 1, 2, 3)
	}
	r.want(1, rolePrimary, 1, 0)
	r.want(2, roleBackup, 1, 0)
	r.want(3, roleBackup, 1, 0)
}

// A primary that hears no majority resigns.
func TestADeafPrimaryResigns(t *testing.T) {
	r := newRig(t, 3)
	r.change(1, 2, 3)
	r.Fire(1, rsm.TickTimer, impatience)
	r.want(1, roleViewChange, 1, 0)
	r.change(2, 3)
	r.want(2, rolePrimary, 2, 0)
}

// A replica that says that its status was normal in a view has the log of that view on disk.
func TestAnOfferWaitsForTheLogOfItsView(t *testing.T) {
	r := newRig(t, 3)
	r.change(1, 2)
	r.propose(1)
	r.Settle(nil, 1, 2)
	r.Deliver(r.Take(func(m modeltest.Envelope) bool { return m.To == 3 })...)
	r.Sync(3)
	r.Settle(func(m modeltest.Envelope) bool { return m.To == 3 }, 1, 3)
	r.Deliver(r.Take(func(m modeltest.Envelope) bool { return m.To == 3 })...)
	r.want(3, roleBackup, 1, 1)
	r.Deliver(modeltest.Envelope{From: 2, To: 3, Payload: message{kind: kindRefused, View: 2}.Append(nil)})
	offers := 0
	for len(r.Envs[3].Syncs) > 0 {
		r.SyncOne(3)
		for _, e := range r.Take(func(m modeltest.Envelope) bool { return m.From == 3 }) {
			if m, _ := decode(e.Payload); m.kind == kindDoViewChange {
				offers++
				if m.Normal != 1 || m.Last != 1 {
					t.Errorf("offered %d entries of view %d", m.Last, m.Normal)
				}
			}
		}
	}
	if offers == 0 {
		t.Error("nothing was offered")
	}
}

// A primary that restarts has forgotten what it has sent, and its log may be shorter than its backups': it never leads its view again.
func TestARestartedPrimaryDoesNotLeadItsView(t *testing.T) {
	r := newRig(t, 3)
	r.change(1, 2, 3)
	r.propose(1)
	for _, m := range r.Take(func(m modeltest.Envelope) bool { return m.From == 1 }) {
		r.Deliver(m)
	}
	r.Restart(1)
	r.want(1, roleViewChange, 1, 0)
	r.Settle(nil, 1, 2, 3)
	r.want(1, roleViewChange, 1, 0)
	r.change(1, 2, 3)
	r.want(2, rolePrimary, 2, 1)
	r.want(1, roleBackup, 2, 1)
	r.WantBroken()
}

// A replica that has joined a view does not act in an older one after its restart.
func TestTheViewSurvivesARestart(t *testing.T) {
	for _, bugs := range [][]sim.BugName{nil, {bugViewInMemory}} {
		r := newRig(t, 3, bugs...)
		r.change(1, 2, 3)
		r.propose(1)
		r.Settle(nil, 1, 2, 3)
		r.change(2, 3)
		r.Restart(3)
		r.Fire(3, timerView, impatience)
		r.Sync(3)
		if bugs == nil {
			r.want(3, roleBackup, 2, 1)
			r.WantBroken()
		} else {
			r.want(3, roleBackup, 1, 1)
			r.WantBroken("view monotone")
		}
	}
}

// All may crash at the same time: what was committed is on the disks of a majority.
func TestAllCrash(t *testing.T) {
	r := newRig(t, 3)
	ids := modeltest.IDs(3)
	r.change(ids...)
	r.propose(1)
	r.Settle(nil, 1, 3)
	for _, id := range ids {
		r.Restart(id)
	}
	r.change(2, 3)
	r.want(2, rolePrimary, 2, 1)
	r.WantBroken()
}

// A replica that was away takes over the log of the view in parts, and acknowledges nothing before it has it. With the bug it acknowledges what it lacks.
func TestAReplicaThatCatchesUpAcknowledgesNothing(t *testing.T) {
	for _, bugs := range [][]sim.BugName{nil, {bugAcksUnseen}} {
		r := newRig(t, 3, bugs...)
		r.change(1, 2)
		for range 100 {
			r.propose(1)
			r.Settle(nil, 1, 2)
		}
		r.Take(func(m modeltest.Envelope) bool { return m.To == 3 })
		r.Fire(1, rsm.TickTimer, 0)
		r.Settle(nil, 1)
		r.Settle(func(m modeltest.Envelope) bool { return m.From == 3 }, 1, 3)
		r.Sync(3)
		acks := slices.ContainsFunc(r.Wire, func(e modeltest.Envelope) bool {
			m, _ := decode(e.Payload)
			return m.kind == kindPrepareOK
		})
		if acks != (bugs != nil) {
			t.Errorf("bugs %v: an acknowledgement was sent: %v", bugs, acks)
		}
		r.WantBroken()
		r.Restart(3)
		if bugs != nil {
			r.WantBroken("durability")
		}
		r.Settle(nil, 1, 2, 3)
		r.want(3, roleBackup, 1, 100)
		if !r.Marks[markParts] {
			t.Error("100 entries came at once")
		}
	}
}

// A view begins with what a majority has. With one offer less the new primary may lack what was committed, and commits another entry in its place.
func TestAViewNeedsTheOffersOfAMajority(t *testing.T) {
	for _, bugs := range [][]sim.BugName{nil, {bugFewOffers}} {
		r := newRig(t, 3, bugs...)
		r.change(1, 2, 3)
		r.propose(1)
		r.Settle(nil, 1, 3) // committed, and n3 does not know that
		r.Deliver(modeltest.Envelope{From: 3, To: 2, Payload: message{kind: kindRefused, View: 2}.Append(nil)})
		r.Take(func(e modeltest.Envelope) bool { return e.From == 1 })
		if bugs == nil {
			r.want(2, roleViewChange, 2, 0)
			r.Fire(2, rsm.TickTimer, 0)
			r.change(2, 3)
			r.WantBroken()
			continue
		}
		r.want(2, rolePrimary, 2, 0)
		r.propose(2)
		r.Settle(nil, 2, 3)
		r.Fire(2, rsm.TickTimer, 0)
		r.Settle(nil, 2, 3)
		r.WantBroken("equal logs")
	}
}

// An entry is committed when a majority has it. With one replica less it can be lost in a view change.
func TestACommitNeedsAMajority(t *testing.T) {
	for _, bugs := range [][]sim.BugName{nil, {bugSmallQuorum}} {
		r := newRig(t, 3, bugs...)
		r.change(1, 2, 3)
		r.propose(1)
		r.Sync(1)
		r.Take(func(e modeltest.Envelope) bool { return e.From == 1 })
		r.change(2, 3)
		r.want(2, rolePrimary, 2, 0)
		r.propose(2)
		r.Settle(nil, 2, 3)
		if bugs == nil {
			r.WantBroken()
		} else {
			r.WantBroken("equal logs")
		}
	}
}

// A replica with a disk is where it was after a restart.
func TestARestartForgetsNothing(t *testing.T) {
	for _, bugs := range [][]sim.BugName{nil, {bugStartsEmpty}} {
		r := newRig(t, 3, bugs...)
		r.change(1, 2, 3)
		r.propose(1)
		r.Settle(nil, 1, 2, 3)
		r.Restart(3)
		if bugs == nil {
			r.want(3, roleBackup, 1, 1)
			r.WantBroken()
			continue
		}
		r.Fire(3, rsm.TickTimer, 0)
		r.Sync(3)
		r.Restart(3)
		r.want(3, roleBackup, 0, 0)
		r.WantBroken("view monotone")
	}
}
