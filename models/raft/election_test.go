package raft

import (
	"testing"

	"simrun/models/session"
	"simrun/sim"
)

// §5.2: "A candidate wins an election if it receives votes from a majority of the servers in the full cluster for the same term."
func TestElectionNeedsAMajority(t *testing.T) {
	for _, c := range []struct {
		voters int
		wins   bool
	}{{2, false}, {3, true}, {5, true}} {
		r := newRig(t, 5)
		r.fire(1, timerElection)
		r.settle(ids(c.voters)...)
		if won := r.servers[1].role == leader; won != c.wins {
			t.Errorf("with %d of 5 voters: leader %v, want %v", c.voters, won, c.wins)
		}
		r.WantBroken()
	}
}

// §5.1, Figure 2: the vote is updated on stable storage before the answer leaves.
func TestNoVoteLeavesBeforeItsSync(t *testing.T) {
	r := newRig(t, 3)
	r.servers[2].Receive(1, (&message{kind: requestVote, term: 1}).append(nil))
	if len(r.Wire) != 0 {
		t.Fatalf("%d messages left before the sync", len(r.Wire))
	}
	r.Restart(2) // the crash forgets the vote, which nobody has seen
	r.servers[2].Receive(3, (&message{kind: requestVote, term: 1}).append(nil))
	r.Sync(2)
	if got := r.take(voteReply, 2, 3); len(got) != 1 || got[0].Payload[5] != 1 {
		t.Fatalf("the vote for n3 did not leave after the sync: %v", got)
	}
	r.WantBroken()
}

// §5.2: "Each server will vote for at most one candidate in a given term", restarts included.
func TestVoteSurvivesRestart(t *testing.T) {
	for _, bug := range []sim.BugName{"", bugVoteNotPersisted, bugVoteWrittenLate} {
		t.Run("bug="+string(bug), func(t *testing.T) {
			r := newRig(t, 3, bug)
			for _, candidate := range []sim.NodeID{1, 3} {
				r.servers[2].Receive(candidate, (&message{kind: requestVote, term: 1}).append(nil))
				for range copies {
					r.SyncOne(2)
				}
				r.Restart(2) // between two disk operations
			}
			if bug == "" {
				r.WantBroken()
			} else {
				r.WantBroken(voteOrder)
			}
		})
	}
}

// Two leaders of one term: a duplicated vote counts once (§5.2).
func TestDuplicateVoteCountsOnce(t *testing.T) {
	for _, bug := range []sim.BugName{"", bugCountVotesTwice} {
		r := newRig(t, 5, bug)
		for _, half := range [][]sim.NodeID{{1, 2}, {4, 5}} {
			c := half[0]
			r.servers[c].becomeCandidate()
			r.servers[c].finish()
			r.Sync(c)
			r.settle(c)
			r.Deliver(r.take(requestVote, c, half[1])...)
			r.Sync(half[1])
			vote := r.take(voteReply, half[1], c)
			r.Deliver(vote...)
			r.Deliver(vote...)
			r.settle(half...)
			r.Wire = nil
		}
		if bug == "" {
			r.WantBroken()
		} else {
			r.WantBroken(election)
		}
	}
}

// §5.4.1: "Raft uses the voting process to prevent a candidate from winning an election unless its log contains all
// committed entries."
func TestVoterDeniesACandidateThatIsBehind(t *testing.T) {
	for _, bug := range []sim.BugName{"", bugVoteForAnyLog} {
		r := newRig(t, 3, bug)
		r.elect(1, 1, 2)
		r.fire(1, timerHeartbeat)
		r.settle(1, 2)
		r.crash(1)
		r.Wire = nil
		if won := r.stand(3, 2, 3); won != (bug != "") { // n3 has an empty log
			t.Errorf("bug %q: n3 leads: %v", bug, won)
		}
		if bug == "" {
			r.WantBroken()
		} else {
			r.WantBroken(completeness)
		}
	}
}

// Dissertation §9.6: a server that was cut off comes back without a new term.
func TestPreVoteDisturbsNobody(t *testing.T) {
	r := newRig(t, 3)
	r.elect(1, ids(3)...)
	for range 5 {
		r.fire(3, timerElection)
		r.Wire = nil
	}
	if got := r.servers[3].term; got != 1 {
		t.Errorf("n3 went to term %d alone", got)
	}
	r.Envs[3].Options[optionPreVote] = "off"
	r.Restart(3)
	r.fire(3, timerElection)
	if got := r.servers[3].term; got != 2 {
		t.Errorf("without pre-vote n3 is in term %d, want 2", got)
	}
}

// Dissertation §9.6: whoever is behind in term learns it from the answer that denies its pre-vote. Otherwise n1, whose term is
// later, and n2, whose log is longer, deny each other forever, where both are needed for a majority.
func TestPreVoteTakesOverALaterTerm(t *testing.T) {
	for _, bug := range []sim.BugName{"", bugPreVoteKeepsTerm} {
		r := newRig(t, 3, bug)
		r.withLog(1, 7, 1)
		r.withLog(2, 2, 1, 2)
		r.crash(3)
		for range 3 {
			r.stand(1, 1, 2)
			r.stand(2, 1, 2)
		}
		if leads := r.servers[2].role == leader; leads != (bug == "") {
			t.Errorf("bug %q: n2 leads: %v", bug, leads)
		}
		r.WantBroken()
	}
}

// Dissertation §6.2: a leader that no majority answers steps down.
func TestCheckQuorum(t *testing.T) {
	r := newRig(t, 3)
	r.elect(1, ids(3)...)
	waiting := r.Ask(1, requestOf(session.Read, []byte("x")))
	command := r.Ask(1, requestOf(session.Register, nil))
	r.Wire = nil
	r.fire(1, timerElection) // answers came since the election
	if r.servers[1].role != leader {
		t.Fatal("stepped down though both followers had answered")
	}
	r.fire(1, timerElection)
	if r.servers[1].role != follower {
		t.Error("still leader without an answer")
	}
	if got := r.answer(1, waiting); got.Status != session.NotLeader {
		t.Errorf("the waiting read got %v", got)
	}
	if got := r.answer(1, command); got.Status != session.Lost { // it may still be committed
		t.Errorf("the waiting command got %v", got)
	}
	r.WantBroken()
}

// Dissertation §4.2.3: "if a server receives a RequestVote request within the minimum election timeout of hearing from a current leader,
// it does not update its term or grant its vote".
func TestVoterThatHearsALeaderIgnoresCandidates(t *testing.T) {
	r := newRig(t, 3)
	r.elect(1, ids(3)...)
	ask := (&message{kind: requestVote, term: 9, index: 9, logTerm: 9}).append(nil)
	for _, heard := range []sim.NodeID{1, 2} {
		r.fire(1, timerHeartbeat)
		r.settle(ids(3)...)
		r.servers[heard].Receive(3, ask)
		if got := r.servers[heard].term; got != 1 {
			t.Errorf("%s went to term %d though it hears a leader", heard, got)
		}
	}
	r.Now += sim.Time(electionMax)
	r.servers[2].Receive(3, ask)
	if got := r.servers[2].term; got != 9 {
		t.Errorf("n2 is in term %d though it hears no leader, want 9", got)
	}
}
