package raft

import (
	"bytes"
	"testing"

	"simrun/models/session"
	"simrun/sim"
)

var compacting = map[sim.OptionName]string{optionCompaction: on}

// lagging returns a cluster in which n3 has missed so much that the leader has dropped what it needs.
func lagging(t *testing.T, bugs ...sim.BugName) *rig {
	r := newRigWith(t, 3, compacting, bugs...)
	r.elect(1, ids(3)...)
	for range 3 * snapshotEvery {
		r.Ask(1, requestOf(session.Register, nil))
		r.settle(1, 2)
		r.Wire = nil
	}
	if s := r.servers[1]; s.log.Base() < 2*snapshotEvery || s.snapshot.index < s.log.Base() {
		t.Fatalf("log from %d, snapshot up to %d", s.log.Base()+1, s.snapshot.index)
	}
	return r
}

// §7: a follower that needs what the leader has dropped is sent the snapshot, in chunks, and then the rest of the log.
func TestLaggingFollowerGetsSnapshot(t *testing.T) {
	r := lagging(t)
	r.fire(1, timerHeartbeat)
	r.settle(ids(3)...)
	r.fire(1, timerHeartbeat)
	r.settle(ids(3)...)
	a, b := r.servers[1], r.servers[3]
	if b.snapshot.index == 0 || b.applied != a.applied || !bytes.Equal(a.machine.(*store).AppendState(nil), b.machine.(*store).AppendState(nil)) {
		t.Errorf("n3 has applied %d of %d, snapshot up to %d", b.applied, a.applied, b.snapshot.index)
	}
	if len(a.snapshot.bytes) <= chunkSize {
		t.Errorf("a snapshot of %d bytes fits in one chunk", len(a.snapshot.bytes))
	}
	r.Restart(3)
	if again := r.servers[3]; again.applied < b.snapshot.index || again.log.Last() != b.log.Last() {
		t.Errorf("after a restart n3 has applied %d, and its log ends with %d", again.applied, again.log.Last())
	}
	r.WantBroken()
}

// Crashes at every step of a transfer cost time alone: the follower that restarts is sent what it has forgotten.
func TestFollowerRestartsDuringInstall(t *testing.T) {
	r := lagging(t)
	r.fire(1, timerHeartbeat)
	for step := range 12 {
		r.Deliver(r.take(installSnapshot, 1, 3)...)
		if step%4 == 3 {
			r.Restart(3)
		}
		if step%3 == 2 {
			r.Sync(3)
		}
		r.Deliver(r.take(installReply, 3, 1)...)
		r.fire(1, timerHeartbeat)
		r.take(appendEntries, 1, 3)
	}
	for range 3 {
		r.fire(1, timerHeartbeat)
		r.settle(ids(3)...)
	}
	if a, b := r.servers[1], r.servers[3]; b.applied != a.applied {
		t.Errorf("n3 has applied %d, the leader %d", b.applied, a.applied)
	}
	r.WantBroken()
}

// A snapshot is acknowledged when the disk holds it.
func TestSnapshotIsAcknowledgedWhenDurable(t *testing.T) {
	r := lagging(t)
	snap := r.servers[1].snapshot
	r.Wire = nil
	r.Deliver(envelope{From: 1, To: 3, Payload: (&message{kind: installSnapshot, term: 1, index: snap.index, logTerm: snap.term, ok: true, entries: snap.bytes}).append(nil)})
	if got := r.servers[3].applied; got != snap.index {
		t.Fatalf("n3 has applied %d, want %d", got, snap.index)
	}
	for len(r.Envs[3].Syncs) > 0 {
		if len(r.take(appendReply, 3, 1)) > 0 {
			t.Fatal("acknowledged before it was durable")
		}
		r.SyncOne(3)
	}
	if len(r.take(appendReply, 3, 1)) != 1 {
		t.Error("not acknowledged when it was durable")
	}
	r.WantBroken()
}

// Figure 13, steps 6 and 7: what follows an entry with the index and term of the snapshot is kept, else the log is discarded.
func TestInstallKeepsOrDropsTheTail(t *testing.T) {
	for _, c := range []struct {
		term Term // of the entries of the follower
		last Index
	}{{1, 15}, {2, 10}} {
		r := newRigWith(t, 3, compacting)
		terms := make([]Term, 15)
		for i := range terms {
			terms[i] = 1
			if i >= 5 {
				terms[i] = c.term
			}
		}
		r.withLog(3, 3, terms...)
		m := newStore(r.Envs[1])
		chain := r.servers[3].log.Chain(10)
		snap := newSnapshot(10, 1, chain, r.servers[1].members, m)
		r.Deliver(envelope{From: 1, To: 3, Payload: (&message{kind: installSnapshot, term: 3, index: 10, logTerm: 1, ok: true, entries: snap.bytes}).append(nil)})
		if s := r.servers[3]; s.log.Last() != c.last || s.log.Base() != 10 || s.commit != 10 {
			t.Errorf("entries of term %d: log from %d to %d, commit %d; want its end at %d", c.term, s.log.Base()+1, s.log.Last(), s.commit, c.last)
		}
	}
}

// An AppendEntries that begins before the base says nothing new about what was dropped.
func TestAppendBeforeTheBase(t *testing.T) {
	for _, bug := range []sim.BugName{"", bugPurgedIsConflict} {
		r := lagging(t, bug)
		s := r.servers[2]
		last := s.log.Last()
		r.Deliver(envelope{From: 1, To: 2, Payload: (&message{kind: appendEntries, term: 1, prev: 1, logTerm: 1}).append(nil)})
		if kept := s.log.Last() == last; kept != (bug == "") {
			t.Errorf("bug %q: the log ends with %d, and did with %d", bug, s.log.Last(), last)
		}
		if bug == "" {
			r.WantBroken()
		} else {
			r.WantBroken(commitOrder)
		}
	}
}
