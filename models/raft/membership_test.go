package raft

import (
	"encoding/binary"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"simrun/models/session"
	"simrun/sim"
	"simrun/sim/fault"
)

var (
	oneByOne  = map[sim.OptionName]string{optionMembership: string(single), optionCompaction: on}
	allAtOnce = map[sim.OptionName]string{optionMembership: string(joint), optionCompaction: on}
)

func set(nodes ...fault.Node) fault.Set { return fault.SetOf(nodes...) }

// want asks a leader for voters.
func (r *rig) want(leader sim.NodeID, voters fault.Set) {
	body := binary.LittleEndian.AppendUint64([]byte{controlMembers}, uint64(voters))
	r.Ask(leader, requestOf(session.Control, body))
}

// beats lets a leader send heartbeats, and settles after each.
func (r *rig) beats(leader sim.NodeID, n int, among ...sim.NodeID) {
	for range n {
		r.fire(leader, timerHeartbeat)
		r.settle(among...)
	}
}

// wantMembers wants servers to have a configuration without a change under way.
func (r *rig) wantMembers(want fault.Set, of ...sim.NodeID) {
	r.t.Helper()
	for _, id := range of {
		if s := r.servers[id]; s.members != (members{voters: want}) || s.configs.pending(s.commit) {
			r.t.Errorf("%v has %v, committed %v; want voters %v", id, s.members, !s.configs.pending(s.commit), want)
		}
	}
}

// Dissertation §4.1 and Raft §6: both ways lead to the members that were asked for, over learners that catch up first.
func TestMembersBecomeWhatWasAsked(t *testing.T) {
	for _, options := range []map[sim.OptionName]string{oneByOne, allAtOnce} {
		r := newRigWith(t, 5, options)
		r.elect(1, ids(5)...)
		r.want(1, set(1, 2, 3))
		r.settle(ids(5)...)
		r.beats(1, 2, ids(5)...)
		r.wantMembers(set(1, 2, 3), 1, 2, 3)
		for range 3 * snapshotEvery {
			register(r, 1)
		}
		r.want(1, set(1, 4, 5))
		r.settle(ids(5)...)
		r.beats(1, 4, ids(5)...)
		r.wantMembers(set(1, 4, 5), 1, 4, 5)
		if a, b := r.servers[1], r.servers[5]; a.applied != b.applied || b.snapshot.index == 0 {
			t.Errorf("n5 has applied %d of %d, snapshot up to %d", b.applied, a.applied, b.snapshot.index)
		}
		r.Restart(5)
		if got := r.servers[5].members; got.voters != set(1, 4, 5) {
			t.Errorf("after a restart n5 knows %v", got)
		}
		r.WantBroken()
	}
}

// Dissertation §4.2.2: a leader that is removed leads until that is committed, and does not count itself.
func TestRemovedLeaderStepsDown(t *testing.T) {
	r := newRigWith(t, 4, oneByOne)
	r.elect(1, ids(4)...)
	r.want(1, set(2, 3, 4))
	s := r.servers[1]
	last := s.log.Last()
	r.settle(1, 2) // n1 and n2 are half of those that were, and one of three that will be
	if s.role != leader || s.commit == last {
		t.Errorf("n1 is %v, and committed %d of %d with one voter of three", s.role, s.commit, last)
	}
	r.settle(ids(4)...)
	if s.role != follower || s.commit != last {
		t.Errorf("n1 is %v, and committed %d of %d", s.role, s.commit, last)
	}
	r.fire(1, timerElection)
	if s.role != follower {
		t.Errorf("n1, which is no member, is %v", s.role)
	}
	r.elect(2, 2, 3, 4)
	r.wantMembers(set(2, 3, 4), 2)
	r.WantBroken()
}

// A change that another leader overwrites is undone (§6: a server uses the latest configuration in its log).
func TestUncommittedChangeIsUndone(t *testing.T) {
	r := newRigWith(t, 5, allAtOnce)
	r.elect(1, ids(5)...)
	r.want(1, set(1, 2, 3))
	r.Sync(1)
	if s := r.servers[1]; !s.members.joint() {
		t.Fatalf("n1 has %v", s.members)
	}
	r.Wire = nil
	r.elect(5, 2, 3, 4, 5)
	r.beats(5, 2, ids(5)...)
	r.wantMembers(fault.All(5), ids(5)...)
	if !r.Marks[markMembersUndone] {
		t.Error("nothing was undone")
	}
	r.WantBroken()
}

// The bug of 2015 (Ongaro, raft-dev): a new leader that changes the members at once does not know of the change that its predecessor began, and
// the two changes are decided by servers that need not meet.
func TestSingleServerBugOf2015(t *testing.T) {
	for _, bug := range []sim.BugName{"", bugChangeBeforeOwnCommit} {
		r := newRigWith(t, 5, oneByOne, bug)
		r.elect(1, ids(5)...)
		r.want(1, set(1, 2, 3, 4))
		r.settle(ids(5)...)
		r.beats(1, 2, ids(5)...)
		r.wantMembers(set(1, 2, 3, 4), 1, 2, 3, 4)

		r.want(1, set(1, 2, 3)) // reaches nobody: n1 alone knows that n4 is to go
		r.Sync(1)
		r.Wire = nil
		r.win(2, 2, 3, 4)
		r.want(2, set(2, 3, 4)) // n2 removes n1, which n1 does not hear
		changed := r.servers[2].members.voters == set(2, 3, 4)
		if changed != (bug != "") {
			t.Errorf("bug %q: n2 has %v before it committed an entry of its term", bug, r.servers[2].members)
		}
		if bug == "" {
			r.WantBroken()
		} else {
			r.WantBroken(membersOrder)
		}
	}
}

// While the configuration is joint, a majority of each set of voters is needed.
func TestJointMajorities(t *testing.T) {
	m := members{voters: set(3, 4, 5), outgoing: set(1, 2, 3)}
	for by, want := range map[fault.Set]bool{
		set(3, 4): false, set(1, 2): false, set(4, 5): false, set(1, 2, 3): false, set(1, 3, 4): true, set(1, 2, 4, 5): true, set(2, 3, 5): true,
	} {
		if m.won(by) != want {
			t.Errorf("%v win: %v", by, !want)
		}
	}
}

// Majorities of the two ways to go from one configuration to the next always meet, as counted by trying all of them.
func TestOverlap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string) fault.Set { return fault.Set(rapid.Uint64Range(1, 31).Draw(t, name)) }
		a, b := members{voters: draw("a")}, members{voters: draw("b")}
		apart := false
		for x := range fault.Set(32) {
			apart = apart || a.won(x) && b.won(fault.All(5)&^x)
		}
		if overlap(a, b) == apart {
			t.Fatalf("%v and %v: overlap %v", a, b, !apart)
		}
		joined := members{voters: b.voters, outgoing: a.voters}
		if !overlap(a, joined) || !overlap(joined, b) {
			t.Fatalf("%v does not lead from %v to %v", joined, a, b)
		}
	})
}

// The monitor of changes sees each breach of its rules, and nothing else.
func TestOverlappingMonitor(t *testing.T) {
	four, three := configuration{4, members{voters: fault.All(4)}}, members{voters: fault.All(3)}
	for _, c := range []struct {
		fact factMembers
		seen bool
	}{
		{factMembers{Index: 9, members: three, before: four, Leader: true, commit: 8, settled: true}, false},
		{factMembers{Index: 9, members: three, before: four, commit: 3}, false}, // a follower does what its leader did
		{factMembers{Index: 9, members: three, before: four, Leader: true, commit: 3, settled: true}, true},
		{factMembers{Index: 9, members: three, before: four, Leader: true, commit: 8}, true},
		{factMembers{Index: 9, members: members{voters: set(3, 4, 5)}, before: configuration{4, three}, commit: 8}, true},
	} {
		if got := (overlapping{}).Observe(sim.Sighting{Node: 1}, &c.fact); (got != nil) != c.seen {
			t.Errorf("%v after %v: %v", &c.fact, c.fact.before, got)
		}
	}
}

// A snapshot brings the members along, and those that it replaces are forgotten.
func TestSnapshotBringsMembers(t *testing.T) {
	for _, bug := range []sim.BugName{"", bugInstallKeepsMembers} {
		r := newRigWith(t, 5, oneByOne, bug)
		r.elect(1, ids(5)...)
		r.want(1, set(1, 2, 3, 5))
		r.settle(1, 2, 3, 4)
		r.beats(1, 2, 1, 2, 3, 4)
		for range 2 * snapshotEvery {
			r.Ask(1, requestOf(session.Register, nil))
			r.settle(1, 2, 3)
		}
		r.Wire = slices.DeleteFunc(r.Wire, func(m envelope) bool { return m.To == 5 })
		r.beats(1, 3, 1, 2, 3, 5)
		if got := r.servers[5].members.voters == set(1, 2, 3, 5); got != (bug == "") {
			t.Errorf("bug %q: n5 has %v", bug, r.servers[5].members)
		}
	}
}
