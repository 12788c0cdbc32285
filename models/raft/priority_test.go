package raft

import (
	"testing"

	"simrun/sim"
)

// With priorities a server of a low one waits, and its pre-vote is denied, until nobody better has led for long enough; a leader that is heard begins
// the wait anew.
func TestLowPriorityWaits(t *testing.T) {
	r := newRigWith(t, 3, map[sim.OptionName]string{optionPriority: on})
	for range 2 {
		r.fire(3, timerElection)
	}
	if s := r.servers[3]; s.role != preCandidate || s.awaited != 1 {
		t.Fatalf("n3 is %v and waits for %d after two timeouts, which is good enough", s.role, s.awaited)
	}
	r.Deliver(r.take(preVote, 3, 2)...)
	if m := r.take(preVoteReply, 2, 3); len(m) != 1 || m[0].Payload[5] != 0 {
		t.Fatalf("n2, which waits for n1, answers %v", m)
	}
	r.fire(1, timerElection)
	r.settle(ids(3)...)
	for _, s := range r.servers[1:] {
		if s.leader != 1 {
			t.Errorf("%v follows %v", s.id, s.leader)
		}
	}
	if s := r.servers[3]; s.awaited != 3 {
		t.Errorf("n3 waits for %d after it has heard a leader", s.awaited)
	}
}
