package raft

import (
	"slices"
	"testing"

	"simrun/models/session"
	"simrun/sim"
)

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
	r.WantBroken()
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
	for _, bug := range []sim.BugName{"", bugCommitOldTerm} {
		t.Run("bug="+string(bug), func(t *testing.T) {
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
			r.Sync(1)
			r.Deliver(
				envelope{From: 1, To: 2, Payload: (&message{kind: appendEntries, term: 4, prev: 2, logTerm: 2}).append(nil)},
				envelope{From: 1, To: 3, Payload: (&message{kind: appendEntries, term: 4, prev: 1, logTerm: 1, entries: s1.log.Raw(2, 2)}).append(nil)},
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
				r.WantBroken()
			} else {
				r.WantBroken(completeness)
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
	r.Wire = nil
	if r.stand(5, 2, 3, 4, 5) {
		t.Error("S5 was elected without the committed entries")
	}
	r.WantBroken()
}

// §5.3: entries that are there already stay. An AppendEntries that comes late says less than the log holds by now.
func TestOldAppendEntriesDeletesNothing(t *testing.T) {
	for _, bug := range []sim.BugName{"", bugTruncateOnStale} {
		r := newRig(t, 3, bug)
		r.elect(1, 1, 2)
		old := r.take(appendEntries, 1, 3)
		old[0].To = 2 // the same bytes went to n2: the network delivers them once more
		for i := range 3 {
			r.Ask(1, writeRequest(0, 0, "x", int64(i)))
			r.settle(1, 2)
		}
		r.fire(1, timerHeartbeat)
		r.settle(1, 2)
		before := r.servers[2].log.Last()
		r.Deliver(old[0])
		if kept := r.servers[2].log.Last() == before; kept != (bug == "") {
			t.Errorf("bug %q: the log of n2 is kept: %v", bug, kept)
		}
		if bug == "" {
			r.WantBroken()
		} else {
			r.WantBroken(commitOrder)
		}
	}
}

// Figure 2 and dissertation §10.2.1: the leader counts itself only for what is durable on its own disk.
func TestLeaderCountsItselfWhenDurable(t *testing.T) {
	r := newRig(t, 3)
	r.elect(1, ids(3)...)
	s := r.servers[1]
	before := s.commit
	r.Ask(1, requestOf(session.Register, nil))
	r.Deliver(r.take(appendEntries, 1, 2)...)
	r.Sync(2)
	r.Deliver(r.take(appendReply, 2, 1)...)
	if s.commit != before {
		t.Errorf("committed %d with one durable copy of three", s.commit)
	}
	r.Sync(1)
	if s.commit != before+1 {
		t.Errorf("commit %d with two durable copies of three, want %d", s.commit, before+1)
	}
}

// A follower that is far behind, on a network that loses, catches up.
func TestCatchUp(t *testing.T) {
	r := newRig(t, 3)
	r.elect(1, 1, 2)
	const n = 1000
	for i := range n {
		r.Ask(1, writeRequest(0, 0, "x", int64(i)))
	}
	r.settle(1, 2)
	for i := 0; r.servers[3].log.Last() < n+1; i++ {
		if i > 100 {
			t.Fatalf("n3 has %d entries of %d", r.servers[3].log.Last(), n+1)
		}
		if i%3 == 0 && len(r.Wire) > 0 {
			r.Wire = r.Wire[1:] // the oldest is lost
		}
		r.settle(ids(3)...)
		r.fire(1, timerHeartbeat)
	}
	if a, b := r.servers[1].log.Chain(n+1), r.servers[3].log.Chain(n+1); a != b {
		t.Error("the logs differ")
	}
	r.WantBroken()
}

// Figure 2: entries that replaced others at their indexes are acknowledged when they are durable, though the others were.
func TestReplacedEntriesAreAcknowledgedWhenDurable(t *testing.T) {
	r := newRig(t, 3)
	r.withLog(2, 3, 1, 2, 2)
	l := logOf(1, 3, 3)
	r.servers[2].Receive(1, (&message{kind: appendEntries, term: 3, prev: 1, logTerm: 1, entries: l.Raw(2, 3)}).append(nil))
	if got := r.take(appendReply, 2, 1); len(got) > 0 {
		t.Fatal("acknowledged before the sync")
	}
	r.Sync(2)
	if got := r.take(appendReply, 2, 1); len(got) != 1 {
		t.Fatalf("%d answers after the sync, want one", len(got))
	}
	r.Restart(2)
	if got := r.terms(2); !slices.Equal(got, []Term{1, 3, 3}) {
		t.Errorf("after a restart n2 holds %v, want 1 3 3", got)
	}
}

// The same where the sync of the replaced entries is under way: when it ends, it says nothing about those that took their place.
func TestSyncOfReplacedEntriesCountsForNothing(t *testing.T) {
	r := newRig(t, 3)
	old, replaced := logOf(1, 1, 1), logOf(1, 2, 2)
	r.servers[2].Receive(1, (&message{kind: appendEntries, term: 1, entries: old.Raw(1, 3)}).append(nil))
	r.Sync(2)
	r.Now += sim.Time(electionMax)
	r.servers[2].Receive(3, (&message{kind: requestVote, term: 2, index: 3, logTerm: 1}).append(nil)) // begins a sync
	again := (&message{kind: appendEntries, term: 2, prev: 1, logTerm: 1, entries: replaced.Raw(2, 3)}).append(nil)
	r.servers[2].Receive(3, again)
	for range copies {
		r.SyncOne(2)
	}
	r.servers[2].Receive(3, again)
	if got := r.take(appendReply, 2, 3); len(got) > 0 {
		t.Error("acknowledged before the sync of the new entries")
	}
	r.Sync(2)
	if got := r.take(appendReply, 2, 3); len(got) == 0 {
		t.Error("never acknowledged")
	}
}

// Figure 2: "commitIndex = min(leaderCommit, index of last new entry)": what comes after that entry may not be the leader's.
func TestCommitStopsAtTheLastEntryThatAgrees(t *testing.T) {
	r := newRig(t, 3)
	r.withLog(2, 2, 1, 2, 2)
	r.servers[2].Receive(1, (&message{kind: appendEntries, term: 3, prev: 1, logTerm: 1, index: 3}).append(nil))
	if c := r.servers[2].commit; c != 1 {
		t.Errorf("commit %d, want 1", c)
	}
}

// Answers that the network reordered take nothing back.
func TestOldAnswersTakeNothingBack(t *testing.T) {
	r := newRig(t, 3)
	r.elect(1, ids(3)...)
	for range 3 {
		register(r, 1)
	}
	s := r.servers[1]
	before := s.peers[2]
	for _, old := range []message{
		{kind: appendReply, ok: true, term: s.term, index: 2},
		{kind: appendReply, term: s.term, prev: 2, index: 1, logTerm: 1},
	} {
		s.Receive(2, old.append(nil))
		if after := s.peers[2]; after.match != before.match || after.next != before.next || after.probing {
			t.Errorf("%v: match %d, next %d, probing %v; before %d, %d, false", old.String(), after.match, after.next, after.probing, before.match, before.next)
		}
	}
}
