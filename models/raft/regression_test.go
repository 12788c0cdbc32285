package raft

import (
	"testing"

	"simrun/sim"
)

// A server that grants its vote waits anew before it stands itself (§5.2: "If a follower receives no communication over a period
// of time …"; Figure 2, Followers: "If election timeout elapses without … granting vote to candidate").
func TestGrantedVoteRestartsTheElectionTimer(t *testing.T) {
	r := newRig(t, 3)
	r.Now += sim.Time(electionMin)
	r.Deliver(envelope{From: 1, To: 2, Payload: (&message{kind: requestVote, term: 1}).append(nil)})
	if s := r.servers[2]; s.vote != 1 || s.heard != r.Now || r.Envs[2].Timers[timerElection] != s.timeout {
		t.Errorf("n2 voted for %v and heard at %v; its timer is %v of %v", s.vote, s.heard, r.Envs[2].Timers[timerElection], s.timeout)
	}
	heard := r.servers[2].heard
	r.Now += sim.Time(electionMin)
	r.Deliver(envelope{From: 3, To: 2, Payload: (&message{kind: requestVote, term: 1}).append(nil)})
	if s := r.servers[2]; s.vote != 1 || s.heard != heard {
		t.Error("a vote that is denied restarts the timer")
	}
}

// Without faults one leader is elected and stays: nobody steps down without cause.
func TestLeaderStaysWithoutFaults(t *testing.T) {
	system := Model().System()
	for seed := sim.Seed(1); seed <= 20; seed++ {
		r, err := sim.Run(system, sim.Case{Seed: seed})
		if err != nil {
			t.Fatal(err)
		}
		if r.Activity.Leaders != 1 {
			t.Errorf("seed %d: %d leaders were elected without a fault", seed, r.Activity.Leaders)
		}
	}
}

// A rejection of an old message changes nothing: the leader knows better by now.
func TestStaleRejectionIsIgnored(t *testing.T) {
	r := newRig(t, 3)
	r.elect(1, ids(3)...)
	for range 3 {
		register(r, 1)
	}
	s := r.servers[1]
	p := s.peers[2]
	if p.match != 4 || p.probing {
		t.Fatalf("n2 matches %d, probing %v", p.match, p.probing)
	}
	reject := func(prev Index) {
		r.Deliver(envelope{From: 2, To: 1, Payload: (&message{kind: appendReply, term: s.term, prev: prev}).append(nil)})
	}
	reject(2) // not after what n2 is known to have
	reject(4) // nor is the last of it
	if got := s.peers[2]; got.next != p.next || got.probing || len(r.Wire) > 0 {
		t.Errorf("after an old rejection next is %d, probing %v, %d messages left", got.next, got.probing, len(r.Wire))
	}
	s.peers[2] = peer{match: 1, next: 4, probing: true, active: true}
	reject(2) // probing at 3: the answer is to another message
	if got := s.peers[2]; got.next != 4 || len(r.Wire) > 0 {
		t.Errorf("while probing at 3, an answer about 2 made next %d, %d messages left", got.next, len(r.Wire))
	}
	reject(3)
	if got := s.peers[2]; got.next >= 4 || len(r.Wire) == 0 {
		t.Errorf("the answer to the probe was ignored: next %d", got.next)
	}
}

// Messages to n3 that were held back come all at once: those of two leaders, the second of whom takes back what the first had n3 append. The answer to the first
// waits for the disk, and leaves when n3 has what the second sent. It promises nothing that n3 must have by then.
func TestLateAnswerToAnOlderTermIsNoPromise(t *testing.T) {
	c, err := sim.ParseCase("case.json", []byte(`{"version": 1, "model": "raft", "seed": 7731,
		"workload": {"only": ["c4#0", "c4#21", "c3#21"], "mix": [{"f": "read", "weight": 0}, {"f": "write", "weight": 0}, {"f": "cas", "weight": 8}]},
		"duration": "1.805s", "recovery": {"skip": true}, "faults": ["at 1.064s swizzle-clog for 736ms", "at 1.6s isolate n3"]}`))
	if err != nil {
		t.Fatal(err)
	}
	r, err := sim.Run(Model().System(), c)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Violations) > 0 {
		t.Error(r.Violations)
	}
}
