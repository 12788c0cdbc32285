package raft

import (
	"fmt"
	"slices"
	"testing"

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
		r.wantBroken()
	}
}

// §5.1, Figure 2: the vote is updated on stable storage before the answer leaves.
func TestNoVoteLeavesBeforeItsSync(t *testing.T) {
	r := newRig(t, 3)
	r.servers[2].Receive(1, (&message{kind: requestVote, term: 1}).append(nil))
	if len(r.wire) != 0 {
		t.Fatalf("%d messages left before the sync", len(r.wire))
	}
	r.restart(2) // the crash forgets the vote, which nobody has seen
	r.servers[2].Receive(3, (&message{kind: requestVote, term: 1}).append(nil))
	r.sync(2)
	if got := r.take(voteReply, 2, 3); len(got) != 1 || got[0].payload[5] != 1 {
		t.Fatalf("the vote for n3 did not leave after the sync: %v", got)
	}
	r.wantBroken()
}

// §5.2: "Each server will vote for at most one candidate in a given term", restarts included.
func TestVoteSurvivesRestart(t *testing.T) {
	for _, bug := range []string{"", BugVoteNotPersisted, BugVoteWrittenLate} {
		t.Run("bug="+bug, func(t *testing.T) {
			r := newRig(t, 3, bug)
			for _, candidate := range []sim.NodeID{1, 3} {
				r.servers[2].Receive(candidate, (&message{kind: requestVote, term: 1}).append(nil))
				for range copies {
					r.syncOne(2)
				}
				r.restart(2) // between two disk operations
			}
			if bug == "" {
				r.wantBroken()
			} else {
				r.wantBroken(voteOrder)
			}
		})
	}
}

// Two leaders of one term: a duplicated vote counts once (§5.2).
func TestDuplicateVoteCountsOnce(t *testing.T) {
	for _, bug := range []string{"", BugCountVotesTwice} {
		r := newRig(t, 5, bug)
		for _, half := range [][]sim.NodeID{{1, 2}, {4, 5}} {
			c := half[0]
			r.servers[c].becomeCandidate()
			r.servers[c].finish()
			r.sync(c)
			r.settle(c)
			r.deliver(r.take(requestVote, c, half[1])...)
			r.sync(half[1])
			vote := r.take(voteReply, half[1], c)
			r.deliver(vote...)
			r.deliver(vote...)
			r.settle(half...)
			r.dropAll()
		}
		if bug == "" {
			r.wantBroken()
		} else {
			r.wantBroken(election)
		}
	}
}

// §5.4.1: "Raft uses the voting process to prevent a candidate from winning an election unless its log contains all
// committed entries."
func TestVoterDeniesACandidateThatIsBehind(t *testing.T) {
	for _, bug := range []string{"", BugVoteForAnyLog} {
		r := newRig(t, 3, bug)
		r.elect(1, 1, 2)
		r.fire(1, timerHeartbeat)
		r.settle(1, 2)
		r.crash(1)
		r.dropAll()
		if won := r.stand(3, 2, 3); won != (bug != "") { // n3 has an empty log
			t.Errorf("bug %q: n3 leads: %v", bug, won)
		}
		if bug == "" {
			r.wantBroken()
		} else {
			r.wantBroken(completeness)
		}
	}
}

// Figure 7: the leader at the top comes to power with followers in any of the states (a) to (f), and makes their logs equal its own.
func TestFigure7(t *testing.T) {
	leaderLog := []Term{1, 1, 1, 4, 4, 5, 5, 6, 6, 6}
	followers := map[string]struct {
		terms []Term
		votes bool // §5.4.1: whether it would vote for the leader
	}{
		"a": {[]Term{1, 1, 1, 4, 4, 5, 5, 6, 6}, true},
		"b": {[]Term{1, 1, 1, 4}, true},
		"c": {[]Term{1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6}, false},
		"d": {[]Term{1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7}, false},
		"e": {[]Term{1, 1, 1, 4, 4, 4, 4}, true},
		"f": {[]Term{1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3}, true},
	}
	r := newRig(t, 7)
	r.withLog(1, 7, leaderLog...)
	voters := []sim.NodeID{1}
	id := sim.NodeID(1)
	for _, name := range []string{"a", "b", "c", "d", "e", "f"} {
		id++
		r.withLog(id, 7, followers[name].terms...)
		if followers[name].votes {
			voters = append(voters, id)
		}
	}
	r.win(1, voters...)
	r.hold = 0
	for range 3 {
		r.settle(ids(7)...)
		r.fire(1, timerHeartbeat)
	}
	r.settle(ids(7)...)
	want := append(slices.Clone(leaderLog), 8)
	for id := sim.NodeID(1); id <= 7; id++ {
		if got := r.terms(id); !slices.Equal(got, want) {
			t.Errorf("%s: log %v, want %v", id, got, want)
		}
		if c := r.servers[id].commit; c != Index(len(want)) {
			t.Errorf("%s: commit %d, want %d", id, c, len(want))
		}
	}
	r.wantBroken()
}

// Figure 7 names who may vote for the leader: §5.4.1 decides.
func TestFigure7Voters(t *testing.T) {
	last := func(ts ...Term) (Term, Index) { return ts[len(ts)-1], Index(len(ts)) }
	lt, li := last(1, 1, 1, 4, 4, 5, 5, 6, 6, 6)
	for _, c := range []struct {
		name string
		log  []Term
		vote bool
	}{
		{"a", []Term{1, 1, 1, 4, 4, 5, 5, 6, 6}, true},
		{"c", []Term{1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6}, false},
		{"d", []Term{1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7}, false},
		{"f", []Term{1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3}, true},
	} {
		ft, fi := last(c.log...)
		if got := upToDate(lt, li, ft, fi); got != c.vote {
			t.Errorf("(%s) votes for the leader: %v, want %v", c.name, got, c.vote)
		}
	}
}

// Figure 8 and §5.4.2: an entry of term 2 that term 4's leader has on a majority is not committed by that; otherwise (d) S5
// overwrites it.
func TestFigure8(t *testing.T) {
	for _, bug := range []string{"", BugCommitOldTerm} {
		t.Run("bug="+bug, func(t *testing.T) {
			r := newRig(t, 5, bug)
			// (b) has happened: S1 and S2 hold the entry of term 2, S5 one of term 3.
			r.withLog(1, 3, 1, 2)
			r.withLog(2, 3, 1, 2)
			r.withLog(3, 3, 1)
			r.withLog(4, 3, 1)
			r.withLog(5, 3, 1, 3)
			// (c) S1 leads term 4 and completes the replication of the entry of term 2 to S3; its own entry reaches nobody.
			r.win(1, 1, 2, 3, 4)
			s1 := r.servers[1]
			r.sync(1)
			r.deliver(
				envelope{1, 2, (&message{kind: appendEntries, term: 4, prev: 2, logTerm: 2}).append(nil)},
				envelope{1, 3, (&message{kind: appendEntries, term: 4, prev: 1, logTerm: 1, entries: s1.log.raw(2, 2)}).append(nil)},
			)
			r.settle(ids(3)...)
			if got := []Index{s1.peers[2].match, s1.peers[3].match}; !slices.Equal(got, []Index{2, 2}) {
				t.Fatalf("match indexes %v, want 2 2", got)
			}
			if committed := s1.commit == 2; committed != (bug != "") {
				t.Errorf("the entry of term 2 is committed by counting: %v", committed)
			}
			// (d) S1 crashes, and S5 leads term 5 with votes of S2, S3 and S4: its entry replaces that of term 2.
			r.crash(1)
			r.hold = 0
			r.elect(5, 2, 3, 4, 5)
			r.settle(2, 3, 4, 5)
			r.fire(5, timerHeartbeat)
			r.settle(2, 3, 4, 5)
			if got := r.terms(2); !slices.Equal(got[:2], []Term{1, 3}) {
				t.Errorf("S2 holds %v, want 1 3 and what follows", got)
			}
			if bug == "" {
				r.wantBroken()
			} else {
				r.wantBroken(completeness)
			}
		})
	}
}

// Figure 8 (e): once an entry of term 4 is on a majority, S5 can't win, and the entry of term 2 is safe with it.
func TestFigure8CommittedByALaterEntry(t *testing.T) {
	r := newRig(t, 5)
	r.withLog(1, 3, 1, 2)
	r.withLog(2, 3, 1, 2)
	r.withLog(3, 3, 1)
	r.withLog(4, 3, 1)
	r.withLog(5, 3, 1, 3)
	r.elect(1, 1, 2, 3)
	if c := r.servers[1].commit; c != 3 {
		t.Errorf("commit %d, want 3", c)
	}
	r.crash(1)
	r.dropAll()
	if r.stand(5, 2, 3, 4, 5) {
		t.Error("S5 was elected without the committed entries")
	}
	r.wantBroken()
}

// §5.3: entries that are there already stay. An AppendEntries that comes late says less than the log holds by now.
func TestOldAppendEntriesDeletesNothing(t *testing.T) {
	for _, bug := range []string{"", BugTruncateOnStale} {
		r := newRig(t, 3, bug)
		r.elect(1, 1, 2)
		old := r.take(appendEntries, 1, 3)
		old[0].to = 2 // the same bytes went to n2: the network delivers them once more
		for i := range 3 {
			r.ask(1, writeRequest(0, 0, "x", int64(i)))
			r.settle(1, 2)
		}
		r.fire(1, timerHeartbeat)
		r.settle(1, 2)
		before := r.servers[2].log.last()
		r.deliver(old[0])
		if kept := r.servers[2].log.last() == before; kept != (bug == "") {
			t.Errorf("bug %q: the log of n2 is kept: %v", bug, kept)
		}
		if bug == "" {
			r.wantBroken()
		} else {
			r.wantBroken(commitOrder)
		}
	}
}

// Figure 2 and dissertation §10.2.1: the leader counts itself only for what is durable on its own disk.
func TestLeaderCountsItselfWhenDurable(t *testing.T) {
	r := newRig(t, 3)
	r.elect(1, ids(3)...)
	s := r.servers[1]
	before := s.commit
	r.ask(1, requestOf(requestRegister, nil))
	r.deliver(r.take(appendEntries, 1, 2)...)
	r.sync(2)
	r.deliver(r.take(appendReply, 2, 1)...)
	if s.commit != before {
		t.Errorf("committed %d with one durable copy of three", s.commit)
	}
	r.sync(1)
	if s.commit != before+1 {
		t.Errorf("commit %d with two durable copies of three, want %d", s.commit, before+1)
	}
}

// Dissertation §6.4: a leader that was deposed does not know it, and must not answer from its own state.
func TestReadIndexAtADeposedLeader(t *testing.T) {
	for _, bug := range []string{"", BugStaleLocalRead} {
		t.Run("bug="+bug, func(t *testing.T) {
			r := newRig(t, 3, bug)
			r.elect(1, ids(3)...)
			session := register(r, 1)
			r.ask(1, writeRequest(session, 1, "x", 1))
			r.settle(ids(3)...)
			r.elect(2, 2, 3) // behind the back of n1
			r.ask(2, writeRequest(session, 2, "x", 2))
			r.settle(2, 3)
			r.dropAll()
			read := r.ask(1, requestOf(requestRead, []byte("x")))
			r.settle(1)
			got := r.answer(1, read)
			if bug != "" {
				if got != (result{statusOK, 1}) {
					t.Errorf("the bug answers %v, want the stale 1", got)
				}
				return
			}
			if got != (result{}) {
				t.Fatalf("deposed leader answered %v", got)
			}
			r.settle(ids(3)...)
			if got := r.answer(1, read); got.status != statusNotLeader {
				t.Errorf("after it learnt of term 2: %v, want not leader", got)
			}
		})
	}
}

// Dissertation §6.4: an answer confirms only the rounds that had begun when the follower sent it.
func TestReadNeedsAnAnswerToItsOwnRound(t *testing.T) {
	for _, bug := range []string{"", BugUnboundReadAcks} {
		r := newRig(t, 3, bug)
		r.elect(1, ids(3)...)
		session := register(r, 1)
		r.ask(1, writeRequest(session, 1, "x", 1))
		r.settle(ids(3)...)
		r.fire(1, timerHeartbeat)
		r.deliver(r.take(appendEntries, 1, 2)...)
		old := r.take(appendReply, 2, 1) // still on its way while n2 is elected
		r.dropAll()
		r.elect(2, 2, 3)
		r.dropAll()
		read := r.ask(1, requestOf(requestRead, []byte("x")))
		r.deliver(old...)
		if answered := r.answer(1, read) != (result{}); answered != (bug != "") {
			t.Errorf("bug %q: answered: %v", bug, answered)
		}
	}
}

// Dissertation §6.4, step 1: a new leader learns what is committed only with an entry of its own term.
func TestNewLeaderReadsAfterItsFirstEntry(t *testing.T) {
	for _, bug := range []string{"", BugReadBeforeReplay} {
		r := newRig(t, 3, bug)
		r.elect(1, ids(3)...)
		session := register(r, 1)
		r.ask(1, writeRequest(session, 1, "x", 1))
		r.settle(ids(3)...)
		for _, id := range ids(3) {
			r.restart(id)
		}
		r.win(2, 2, 3)
		read := r.ask(2, requestOf(requestRead, []byte("x")))
		reply := (&message{kind: appendReply, term: r.servers[2].term, round: 1}).append(nil) // n3 answers the round, not the entry
		r.servers[2].Receive(3, reply)
		want := result{}
		if bug != "" {
			want = result{status: statusAbsent}
		}
		if got := r.answer(2, read); got != want {
			t.Errorf("bug %q: %v before the first entry is committed, want %v", bug, got, want)
		}
		r.hold = 0
		r.settle(ids(3)...)
		if got := r.answer(2, read); bug == "" && got != (result{statusOK, 1}) {
			t.Errorf("%v in the end, want 1", got)
		}
	}
}

// §8 and dissertation §6.3: a leader crashes after it committed and before it answered; the client repeats the command at the next.
func TestRetryIsAppliedOnce(t *testing.T) {
	for _, bug := range []string{"", BugNoSessions} {
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

// Dissertation §9.6: a server that was cut off comes back without a new term.
func TestPreVoteDisturbsNobody(t *testing.T) {
	r := newRig(t, 3)
	r.elect(1, ids(3)...)
	for range 5 {
		r.fire(3, timerElection)
		r.dropAll()
	}
	if got := r.servers[3].term; got != 1 {
		t.Errorf("n3 went to term %d alone", got)
	}
	r.envs[3].options[OptionPreVote] = "off"
	r.restart(3)
	r.fire(3, timerElection)
	if got := r.servers[3].term; got != 2 {
		t.Errorf("without pre-vote n3 is in term %d, want 2", got)
	}
}

// Dissertation §9.6: whoever is behind in term learns it from the answer that denies its pre-vote. Otherwise n1, whose term is
// later, and n2, whose log is longer, deny each other for ever, where both are needed for a majority.
func TestPreVoteTakesOverALaterTerm(t *testing.T) {
	for _, bug := range []string{"", BugPreVoteKeepsTerm} {
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
		r.wantBroken()
	}
}

// Dissertation §6.2: a leader that no majority answers steps down.
func TestCheckQuorum(t *testing.T) {
	r := newRig(t, 3)
	r.elect(1, ids(3)...)
	waiting := r.ask(1, requestOf(requestRead, []byte("x")))
	r.dropAll()
	r.fire(1, timerElection) // answers came since the election
	if r.servers[1].role != leader {
		t.Fatal("stepped down though both followers had answered")
	}
	r.fire(1, timerElection)
	if r.servers[1].role != follower {
		t.Error("still leader without an answer")
	}
	if got := r.answer(1, waiting); got.status != statusNotLeader {
		t.Errorf("the waiting read got %v", got)
	}
	r.wantBroken()
}

// A follower that is far behind, on a network that loses, catches up.
func TestCatchUp(t *testing.T) {
	r := newRig(t, 3)
	r.elect(1, 1, 2)
	const n = 1000
	for i := range n {
		r.ask(1, writeRequest(0, 0, "x", int64(i)))
	}
	r.settle(1, 2)
	for i := 0; r.servers[3].log.last() < n+1; i++ {
		if i > 100 {
			t.Fatalf("n3 has %d entries of %d", r.servers[3].log.last(), n+1)
		}
		if i%3 == 0 && len(r.wire) > 0 {
			r.wire = r.wire[1:] // the oldest is lost
		}
		r.settle(ids(3)...)
		r.fire(1, timerHeartbeat)
	}
	if a, b := r.servers[1].log.chain(n+1), r.servers[3].log.chain(n+1); a != b {
		t.Error("the logs differ")
	}
	r.wantBroken()
}

// A disk that refuses for a while delays a server, and makes it lose nothing.
func TestDiskRefusesForAWhile(t *testing.T) {
	r := newRig(t, 3)
	r.elect(1, ids(3)...)
	for round, during := range []func(){
		func() { r.ask(1, requestOf(requestRegister, nil)); r.settle(1, 2) }, // a write is refused
		func() {
			r.envs[2].refuse = nil
			r.ask(1, requestOf(requestRegister, nil))
			r.deliver(r.take(appendEntries, 1, 2)...)
			r.envs[2].refuse = errDisk
			r.sync(2)
		}, // a sync fails
	} {
		r.envs[2].refuse = errDisk
		during()
		if len(r.take(appendReply, 2, 1)) > 0 && round == 1 {
			t.Error("acknowledged what is not durable")
		}
		r.envs[2].refuse = nil
		r.fire(2, timerDisk)
		r.settle(ids(3)...)
		r.restart(2)
		if a, b := r.servers[1].log.last(), r.servers[2].log.last(); a != b {
			t.Errorf("round %d: after the restart n2 has %d entries, the leader %d", round, b, a)
		}
		r.fire(1, timerHeartbeat)
		r.settle(ids(3)...)
	}
	r.wantBroken()
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

func ExampleMonitors() {
	for _, m := range Monitors(5) {
		fmt.Println(m.Name())
	}
	// Output:
	// election safety
	// leader append-only
	// log matching
	// leader completeness
	// state-machine safety
	// commit monotone
	// vote monotone
	// durability
}
