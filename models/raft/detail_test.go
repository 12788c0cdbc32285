package raft

import (
	"slices"
	"testing"
	"time"

	"simrun/models/modeltest"
	"simrun/models/oplog"
	"simrun/models/session"
	"simrun/sim"
)

// A timer that fires early waits for the rest of the timeout, and one that fires in time starts an election.
func TestElectionTimerWaitsForTheRest(t *testing.T) {
	r := newRig(t, 3)
	s := r.servers[2]
	const early = 10 * time.Millisecond
	r.Fire(2, timerElection, early)
	if got := r.Envs[2].Timers[timerElection]; s.role != follower || got != s.timeout-early {
		t.Errorf("n2 is %v, and its timer has %v left of %v", s.role, got, s.timeout)
	}
	r.Fire(2, timerElection, s.timeout-early)
	if s.role != preCandidate {
		t.Errorf("n2 is %v when nobody was heard for the whole timeout", s.role)
	}
}

// A leader that steps down waits a timeout of its own, and a follower that learns of a later term waits on.
func TestWhoWaitsAnew(t *testing.T) {
	r := newRig(t, 3)
	r.elect(1, ids(3)...)
	r.Now += sim.Time(time.Millisecond)
	behind := (&message{kind: requestVote, term: 9}).append(nil)
	r.Envs[1].Options[optionCheckQuorum], r.Envs[3].Options[optionCheckQuorum] = "off", "off"
	for _, id := range []sim.NodeID{1, 3} {
		r.servers[id].options.checkQuorum = false // a server that hears a leader would not listen
	}
	heard := r.servers[3].heard
	r.servers[3].Receive(2, behind)
	if s := r.servers[3]; s.term != 9 || s.heard != heard {
		t.Errorf("n3 is in term %d and heard somebody at %v, not %v", s.term, s.heard, heard)
	}
	r.servers[1].Receive(2, behind)
	if s := r.servers[1]; s.role != follower || s.heard != r.Now || r.Envs[1].Timers[timerElection] != s.timeout {
		t.Errorf("n1 is %v, heard at %v, its timer is %v of %v", s.role, s.heard, r.Envs[1].Timers[timerElection], s.timeout)
	}
}

// A leader that the smallest majority answers stays.
func TestCheckQuorumOfTheSmallestMajority(t *testing.T) {
	r := newRig(t, 3)
	r.elect(1, ids(3)...)
	r.fire(1, timerElection)
	r.Wire = nil
	r.fire(1, timerHeartbeat)
	r.Deliver(r.take(appendEntries, 1, 2)...)
	r.Deliver(r.take(appendReply, 2, 1)...)
	r.Wire = nil
	r.fire(1, timerElection)
	if got := r.servers[1].role; got != leader {
		t.Errorf("n1 is %v, though n2 answered", got)
	}
	if r.Marks[markUncommitted] || r.Marks[markNoQuorum] {
		t.Errorf("marks %v, and nothing was lost", r.Marks)
	}
	r.fire(1, timerElection)
	if !r.Marks[markNoQuorum] || r.Marks[markUncommitted] {
		t.Errorf("marks %v after n1 stepped down without commands", r.Marks)
	}
}

// A leader is heard for the shortest election timeout, and not a nanosecond longer.
func TestHowLongALeaderIsHeard(t *testing.T) {
	ask := (&message{kind: requestVote, term: 9, index: 9, logTerm: 9}).append(nil)
	for _, c := range []struct {
		after time.Duration
		term  Term
	}{{electionMin - 1, 1}, {electionMin, 9}} {
		r := newRig(t, 3)
		r.elect(1, ids(3)...)
		r.Now = r.servers[2].heard + sim.Time(c.after)
		r.servers[2].Receive(3, ask)
		if got := r.servers[2].term; got != c.term {
			t.Errorf("%v after it heard the leader n2 is in term %d, want %d", c.after, got, c.term)
		}
	}
}

// many is a log of n entries of term 1.
func many(n int) []Term { return slices.Repeat([]Term{1}, n) }

// A message carries up to 64 entries, and the leader is at most 256 ahead of what is acknowledged.
func TestBatchesAndWindow(t *testing.T) {
	r := newRig(t, 3)
	r.withLog(1, 1, many(500)...)
	r.withLog(2, 1, many(500)...)
	r.win(1, 1, 2)
	s := r.servers[1] // its own entry is number 501
	for first, last := range map[Index]Index{1: 64, 100: 163, 438: 501, 439: 501, 501: 501} {
		if got := s.batchEnd(first); got != last {
			t.Errorf("the message from entry %d ends with %d, want %d", first, got, last)
		}
	}
	for _, c := range []struct {
		match, next, then Index
	}{
		{1, 257, 321}, {1, 258, 258}, {100, 200, 392}, {400, 400, 502}, {501, 502, 502},
	} {
		r.Wire = nil
		s.peers[2] = peer{match: c.match, next: c.next, active: true}
		s.fillWindow(2)
		if got := s.peers[2].next; got != c.then {
			t.Errorf("with %d acknowledged and %d next, the leader sends up to %d, want %d", c.match, c.next, got-1, c.then-1)
		}
	}
}

// A leader that contradicts the last committed entry is impossible, which the server says.
func TestContradictionOfACommittedEntry(t *testing.T) {
	r := newRig(t, 3)
	r.withLog(2, 2, 1, 1, 1)
	other := logOf(1, 1, 2)
	at := func(i Index) []byte {
		return (&message{kind: appendEntries, term: 2, prev: i - 1, logTerm: 1, index: 2, entries: other.Raw(3, 3)}).append(nil)
	}
	r.servers[2].Receive(1, (&message{kind: appendEntries, term: 2, prev: 2, logTerm: 1, index: 2}).append(nil))
	r.servers[2].Receive(1, at(3))
	if n := len(r.Envs[2].Fatals); n != 0 || !slices.Equal(r.terms(2), []Term{1, 1, 2}) {
		t.Errorf("entry 3 is not committed, and %d contradictions were found; log %v", n, r.terms(2))
	}
	r.servers[2].Receive(1, at(2))
	if n := len(r.Envs[2].Fatals); n != 1 {
		t.Errorf("the contradiction of entry 2, which is committed, was found %d times", n)
	}
}

// After a rejection the leader goes on right after the last entry that may agree. Only where terms differ it goes back further.
func TestLeaderGoesBackToWhereTheLogsAgree(t *testing.T) {
	r := newRig(t, 3)
	r.withLog(1, 6, 1, 1, 1, 4, 4, 6)
	r.withLog(3, 6, 1)
	r.win(1, 1, 3)
	s := r.servers[1]
	reject := func(prev, index Index, logTerm Term) Index {
		r.Wire = nil
		s.peers[2] = peer{next: prev + 1, probing: true, active: true}
		s.Receive(2, (&message{kind: appendReply, term: s.term, prev: prev, index: index, logTerm: logTerm}).append(nil))
		sent := r.take(appendEntries, 1, 2)
		if len(sent) != 1 {
			t.Fatalf("%d messages after a rejection", len(sent))
		}
		var m message
		m.decode(sent[0].Payload)
		return m.prev
	}
	if got := reject(6, 3, 1); got != 3 || r.Marks[markBackedUp] {
		t.Errorf("n2 may agree up to 3: the leader goes on after %d; marks %v", got, r.Marks)
	}
	if got := reject(6, 5, 2); got != 3 || !r.Marks[markBackedUp] {
		t.Errorf("n2 has an entry 5 of term 2: the leader goes on after %d; marks %v", got, r.Marks)
	}
}

// The only server of a cluster answers a read as soon as its first entry is durable.
func TestServerAlone(t *testing.T) {
	r := newRig(t, 1)
	r.fire(1, timerElection)
	for r.servers[1].role != leader {
		r.SyncOne(1)
		r.Deliver(r.take(voteReply, 1, 1)...)
	}
	read := r.Ask(1, requestOf(session.Read, []byte("x")))
	if got := r.answer(1, read); got != (session.Result{}) || !r.Marks[markReadWaited] {
		t.Errorf("%v before the first entry is durable; marks %v", got, r.Marks)
	}
	r.Sync(1)
	if got := r.answer(1, read); got.Status != session.Absent {
		t.Errorf("%v when the first entry is durable, want no value", got)
	}
}

// Reads that come while a round is under way share the next one, and a read whose round is confirmed begins no other.
func TestReadsShareARound(t *testing.T) {
	r := newRig(t, 3)
	r.elect(1, ids(3)...)
	s := r.servers[1]
	var reads []uint64
	for range 4 {
		reads = append(reads, r.Ask(1, requestOf(session.Read, []byte("x"))))
	}
	if s.reads.round != 1 || r.Marks[markReadWaited] {
		t.Errorf("%d rounds while the first is under way; marks %v", s.reads.round, r.Marks)
	}
	r.settle(ids(3)...)
	if s.reads.round != 2 {
		t.Errorf("%d rounds for one read and three that came meanwhile", s.reads.round)
	}
	for _, read := range reads {
		if got := r.answer(1, read); got.Status != session.Absent {
			t.Errorf("a read got %v", got)
		}
	}

	r.win(2, 2, 3)
	r.Ask(2, requestOf(session.Read, []byte("x")))
	r.servers[2].Receive(3, (&message{kind: appendReply, term: r.servers[2].term, round: 1}).append(nil))
	if got := r.servers[2].reads; got.confirmed != 1 || got.round != 1 {
		t.Errorf("the read waits for an entry, and rounds %d were begun, %d confirmed", got.round, got.confirmed)
	}
}

// told records the facts of servers that say what is durable or promised.
type told struct {
	terms map[sim.NodeID][]Term
	acks  map[sim.NodeID][]Index
}

func (*told) Name() string { return "told" }

func (f *told) Observe(at sim.Sighting, fact sim.Fact) *sim.Breach {
	switch fact := fact.(type) {
	case *factTermStored:
		f.terms[at.Node] = append(f.terms[at.Node], fact.Term)
	case *factAcknowledged:
		f.acks[at.Node] = append(f.acks[at.Node], fact.Index)
	}
	return nil
}

// listen is a rig whose facts are recorded.
func listen(t *testing.T, nodes int) (*rig, *told) {
	f := &told{terms: map[sim.NodeID][]Term{}, acks: map[sim.NodeID][]Index{}}
	r := &rig{t: t, servers: make([]*Server, nodes+1)}
	r.Rig = modeltest.New(t, nodes, func(env *modeltest.Env) sim.Node {
		r.servers[env.ID()] = Boot(env, newStore(env))
		return r.servers[env.ID()]
	}, []sim.Monitor{f})
	return r, f
}

// That a term is durable is reported once, when it is.
func TestTermIsToldWhenDurable(t *testing.T) {
	r, facts := listen(t, 3)
	r.fire(1, timerElection)
	r.Deliver(r.take(preVote, 1, 2)...)
	r.Deliver(r.take(preVoteReply, 2, 1)...)
	if s := r.servers[1]; s.role != candidate || len(facts.terms[1]) != 0 {
		t.Fatalf("n1 is %v, and told of %v before a sync", s.role, facts.terms[1])
	}
	r.settle(ids(3)...)
	r.fire(1, timerHeartbeat)
	r.settle(ids(3)...)
	term := r.servers[1].term
	for _, id := range ids(3) {
		if got := facts.terms[id]; !slices.Equal(got, []Term{term}) {
			t.Errorf("%s told of the terms %v, want %d once", id, got, term)
		}
	}
	if r.Marks[markRepaired] {
		t.Error("a clean disk was repaired")
	}
}

// What a server acknowledges is reported once, and again when it was replaced.
func TestAcknowledgementIsToldOnce(t *testing.T) {
	r, facts := listen(t, 3)
	from := func(term Term, prev Index, logTerm Term, l oplog.Log, first, last Index) {
		m := message{kind: appendEntries, term: term, prev: prev, logTerm: logTerm}
		if first <= last {
			m.entries = l.Raw(first, last)
		}
		r.servers[2].Receive(1, m.append(nil))
		r.Sync(2)
	}
	old, other := logOf(1, 1, 1), logOf(1, 1, 2)
	from(1, 0, 0, old, 1, 3)
	from(1, 3, 1, old, 1, 0) // a heartbeat
	from(2, 2, 1, other, 3, 3)
	from(2, 3, 2, other, 1, 0)
	if got := facts.acks[2]; !slices.Equal(got, []Index{3, 3}) {
		t.Errorf("acknowledged %v, want 3, and 3 again when it was replaced", got)
	}
}
