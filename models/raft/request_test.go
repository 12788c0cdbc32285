package raft

import (
	"testing"

	"simrun/models/session"
	"simrun/sim"
)

// §8 and dissertation §6.3: a leader crashes after it committed and before it answered; the client repeats the command at the next.
func TestRetryIsAppliedOnce(t *testing.T) {
	for _, bug := range []sim.BugName{"", bugNoSessions} {
		r := newRig(t, 3, bug)
		r.elect(1, ids(3)...)
		client := register(r, 1)
		first := writeRequest(client, 1, "x", 1)
		r.Ask(1, first)
		r.settle(ids(3)...)
		r.crash(1)
		r.elect(2, 2, 3)
		other := register(r, 2)
		r.Ask(2, writeRequest(other, 1, "x", 2))
		again := r.Ask(2, first)
		r.settle(2, 3)
		if got := r.answer(2, again); got.Status != session.OK {
			t.Fatalf("the repeated command answers %v", got)
		}
		read := r.Ask(2, requestOf(session.Read, []byte("x")))
		r.settle(2, 3)
		want := int64(2)
		if bug != "" {
			want = 1
		}
		if got := r.answer(2, read); got != (session.Result{Status: session.OK, Value: want}) {
			t.Errorf("bug %q: x is %v, want %d", bug, got, want)
		}
		r.WantBroken()
	}
}

func register(r *rig, at sim.NodeID) uint64 {
	r.t.Helper()
	call := r.Ask(at, requestOf(session.Register, nil))
	r.settle(ids(3)...)
	got := r.answer(at, call)
	if got.Status != session.Registered {
		r.t.Fatalf("registration: %+v", got)
	}
	return uint64(got.Value)
}
