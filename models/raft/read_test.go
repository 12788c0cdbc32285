package raft

import (
	"testing"

	"simrun/models/session"
	"simrun/sim"
)

// Dissertation §6.4: a leader that was deposed does not know it, and must not answer from its own state.
func TestReadIndexAtADeposedLeader(t *testing.T) {
	for _, bug := range []sim.BugName{"", bugStaleLocalRead} {
		t.Run("bug="+string(bug), func(t *testing.T) {
			r := newRig(t, 3, bug)
			r.elect(1, ids(3)...)
			client := register(r, 1)
			r.Ask(1, writeRequest(client, 1, "x", 1))
			r.settle(ids(3)...)
			r.elect(2, 2, 3) // behind the back of n1
			r.Ask(2, writeRequest(client, 2, "x", 2))
			r.settle(2, 3)
			r.Wire = nil
			read := r.Ask(1, requestOf(session.Read, []byte("x")))
			r.settle(1)
			got := r.answer(1, read)
			if bug != "" {
				if got != (session.Result{Status: session.OK, Value: 1}) {
					t.Errorf("the bug answers %v, want the stale 1", got)
				}
				return
			}
			if got != (session.Result{}) {
				t.Fatalf("deposed leader answered %v", got)
			}
			r.settle(ids(3)...)
			if got := r.answer(1, read); got.Status != session.NotLeader {
				t.Errorf("after it learnt of term 2: %v, want not leader", got)
			}
		})
	}
}

// Dissertation §6.4: an answer confirms only the rounds that had begun when the follower sent it.
func TestReadNeedsAnAnswerToItsOwnRound(t *testing.T) {
	for _, bug := range []sim.BugName{"", bugUnboundReadAcks} {
		r := newRig(t, 3, bug)
		r.elect(1, ids(3)...)
		client := register(r, 1)
		r.Ask(1, writeRequest(client, 1, "x", 1))
		r.settle(ids(3)...)
		r.fire(1, timerHeartbeat)
		r.Deliver(r.take(appendEntries, 1, 2)...)
		old := r.take(appendReply, 2, 1) // still on its way while n2 is elected
		r.Wire = nil
		r.elect(2, 2, 3)
		r.Wire = nil
		read := r.Ask(1, requestOf(session.Read, []byte("x")))
		r.Deliver(old...)
		if answered := r.answer(1, read) != (session.Result{}); answered != (bug != "") {
			t.Errorf("bug %q: answered: %v", bug, answered)
		}
	}
}

// Dissertation §6.4, step 1: a new leader learns what is committed only with an entry of its own term.
func TestNewLeaderReadsAfterItsFirstEntry(t *testing.T) {
	for _, bug := range []sim.BugName{"", bugReadBeforeReplay} {
		r := newRig(t, 3, bug)
		r.elect(1, ids(3)...)
		client := register(r, 1)
		r.Ask(1, writeRequest(client, 1, "x", 1))
		r.settle(ids(3)...)
		for _, id := range ids(3) {
			r.Restart(id)
		}
		r.win(2, 2, 3)
		read := r.Ask(2, requestOf(session.Read, []byte("x")))
		reply := (&message{kind: appendReply, term: r.servers[2].term, round: 1}).append(nil) // n3 answers the round, not the entry
		r.servers[2].Receive(3, reply)
		want := session.Result{}
		if bug != "" {
			want = session.Result{Status: session.Absent}
		}
		if got := r.answer(2, read); got != want {
			t.Errorf("bug %q: %v before the first entry is committed, want %v", bug, got, want)
		}
		r.hold = 0
		r.settle(ids(3)...)
		if got := r.answer(2, read); bug == "" && got != (session.Result{Status: session.OK, Value: 1}) {
			t.Errorf("%v in the end, want 1", got)
		}
	}
}

// Dissertation §6.4, step 2: a majority must acknowledge the round, the leader among them.
func TestReadNeedsAMajority(t *testing.T) {
	r := newRig(t, 5)
	r.elect(1, ids(5)...)
	read := r.Ask(1, requestOf(session.Read, []byte("x")))
	for i, follower := range []sim.NodeID{2, 3} {
		if got := r.answer(1, read); got != (session.Result{}) {
			t.Fatalf("answered %v after %d of 4 followers acknowledged", got, i)
		}
		r.Deliver(r.take(appendEntries, 1, follower)...)
		r.Deliver(r.take(appendReply, follower, 1)...)
	}
	if got := r.answer(1, read); got.Status != session.Absent {
		t.Errorf("%v after a majority acknowledged, want no value", got)
	}
}

// Dissertation §6.4: a read that comes while a round is under way waits for the next: what was acknowledged
// before the read came says nothing about it.
func TestReadDoesNotJoinARoundUnderWay(t *testing.T) {
	r := newRig(t, 3)
	r.elect(1, ids(3)...)
	first := r.Ask(1, requestOf(session.Read, []byte("x")))
	r.Deliver(r.take(appendEntries, 1, 2)...)
	acknowledged := r.take(appendReply, 2, 1)
	second := r.Ask(1, requestOf(session.Read, []byte("x")))
	r.Deliver(acknowledged...)
	if got := r.answer(1, first); got.Status != session.Absent {
		t.Errorf("the first read: %v, want no value", got)
	}
	if got := r.answer(1, second); got != (session.Result{}) {
		t.Errorf("the second read was answered %v by an acknowledgement of before it", got)
	}
	r.settle(ids(3)...)
	if got := r.answer(1, second); got.Status != session.Absent {
		t.Errorf("the second read: %v in the end, want no value", got)
	}
}
