package raft

import (
	"testing"

	"simrun/sim"
)

// §8 and dissertation §6.3: a leader crashes after it committed and before it answered; the client repeats the command at the next.
func TestRetryIsAppliedOnce(t *testing.T) {
	for _, bug := range []sim.BugName{"", bugNoSessions} {
		r := newRig(t, 3, bug)
		r.elect(1, ids(3)...)
		session := register(r, 1)
		first := writeRequest(session, 1, "x", 1)
		r.ask(1, first)
		r.settle(ids(3)...)
		r.crash(1)
		r.elect(2, 2, 3)
		other := register(r, 2)
		r.ask(2, writeRequest(other, 1, "x", 2))
		again := r.ask(2, first)
		r.settle(2, 3)
		if got := r.answer(2, again); got.status != statusOK {
			t.Fatalf("the repeated command answers %v", got)
		}
		read := r.ask(2, requestOf(requestRead, []byte("x")))
		r.settle(2, 3)
		want := int64(2)
		if bug != "" {
			want = 1
		}
		if got := r.answer(2, read); got != (result{statusOK, want}) {
			t.Errorf("bug %q: x is %v, want %d", bug, got, want)
		}
		r.wantBroken()
	}
}

func register(r *rig, at sim.NodeID) uint64 {
	r.t.Helper()
	call := r.ask(at, requestOf(requestRegister, nil))
	r.settle(ids(3)...)
	got := r.answer(at, call)
	if got.status != statusRegistered {
		r.t.Fatalf("registration: %+v", got)
	}
	return uint64(got.value)
}
