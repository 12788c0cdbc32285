package multipaxos

import (
	"encoding/binary"
	"testing"
	"time"

	"simrun/models/modeltest"
	"simrun/models/oplog"
	"simrun/models/wire"
	"simrun/sim"
	"simrun/sim/fault"
)

// change lets a leader propose acceptors.
func change(r *modeltest.Rig, leader sim.NodeID, members ...fault.Node) {
	n := at(r, leader)
	n.waiting = append(n.waiting, command{kind: kindMembers, data: binary.LittleEndian.AppendUint64(nil, uint64(fault.SetOf(members...)))})
	n.advance()
	n.finish()
}

// fill has a leader and others choose commands until so many slots are chosen.
func fill(t *testing.T, r *modeltest.Rig, leader sim.NodeID, upTo oplog.Index, among ...sim.NodeID) {
	t.Helper()
	for n := at(r, leader); n.commit < upTo; {
		before := n.commit
		r.Ask(leader, write("x", int64(before)))
		r.Settle(nil, among...)
		if n.commit == before {
			t.Fatalf("slot %d is not chosen", before+1)
		}
	}
}

// §3, at its end: the state after slot i says who accepts in slot i+α, and nobody before.
func TestConfigurationTakesEffectAfterTheWindow(t *testing.T) {
	r := rig(t, 5)
	elect(t, r, 1, modeltest.IDs(5)...)
	change(r, 1, 1, 2, 3)
	r.Settle(nil, modeltest.IDs(5)...)
	fill(t, r, 1, window, modeltest.IDs(5)...) // slot 1 is the change
	r.Ask(1, write("x", 1))                    // slot 1+α
	r.Settle(nil, 1, 4, 5)
	if got := at(r, 1).commit; got != window {
		t.Errorf("%d slots are chosen: slot %d by two nodes that don't accept there any more", got, got)
	}
	r.Settle(nil, 1, 2)
	if got := at(r, 1).commit; got != window+1 {
		t.Errorf("%d slots are chosen, and two of three acceptors have accepted slot %d", got, window+1)
	}
	r.WantBroken()
	if !r.Marks[markChanged] {
		t.Error("the change did not take effect")
	}
}

// The old acceptors still decide about the α-1 slots after the change.
func TestOldConfigurationGovernsTheWindow(t *testing.T) {
	for _, tc := range []struct {
		bugs   []sim.BugName
		chosen oplog.Index
		broken []string
	}{{nil, 1, nil}, {[]sim.BugName{bugConfigAtOnce}, 2, []string{"chosen by a quorum"}}} {
		r := rig(t, 5, tc.bugs...)
		elect(t, r, 1, modeltest.IDs(5)...)
		change(r, 1, 1, 2, 3)
		r.Settle(nil, modeltest.IDs(5)...)
		r.Ask(1, write("x", 1))
		r.Settle(nil, 1, 2) // two of the new three, and of the old five
		if got := at(r, 1).commit; got != tc.chosen {
			t.Errorf("bugs %v: %d slots are chosen, want %d", tc.bugs, got, tc.chosen)
		}
		r.WantBroken(tc.broken...)
	}
}

// When acceptors are added, quorums grow.
func TestQuorumsGrow(t *testing.T) {
	for _, tc := range []struct {
		bugs   []sim.BugName
		chosen oplog.Index
		broken []string
	}{{nil, 2 * window, nil}, {[]sim.BugName{bugOldQuorums}, 2*window + 1, []string{"chosen by a quorum"}}} {
		r := rig(t, 5, tc.bugs...)
		all := modeltest.IDs(5)
		elect(t, r, 1, all...)
		change(r, 1, 1, 2, 3)
		r.Settle(nil, all...)
		fill(t, r, 1, window, all...)
		change(r, 1, 1, 2, 3, 4, 5) // in slot 1+α
		r.Settle(nil, all...)
		fill(t, r, 1, 2*window, all...)
		r.Ask(1, write("x", 1))
		r.Settle(nil, 1, 2)
		if got := at(r, 1).commit; got != tc.chosen {
			t.Errorf("bugs %v: %d slots are chosen, want %d", tc.bugs, got, tc.chosen)
		}
		r.WantBroken(tc.broken...)
	}
}

// A leader that begins in a configuration that is gone asks the acceptors of the next one for their promises before it proposes in its slots, and takes over what they
// have accepted.
func TestLeaderOfAConfigurationThatIsGone(t *testing.T) {
	for _, tc := range []struct {
		bugs     []sim.BugName
		proposed oplog.Index // by the new leader, as long as the acceptors of the new configuration are silent
		broken   []string
	}{{nil, window, nil}, {[]sim.BugName{bugPhaseOneOnce}, window + 1, []string{"chosen once"}}} {
		r := rig(t, 5, tc.bugs...)
		all := modeltest.IDs(5)
		elect(t, r, 1, all...)
		change(r, 1, 1, 2, 3)
		r.Settle(nil, all...)
		fill(t, r, 1, window, all...)
		r.Ask(1, write("y", 7)) // slot 1+α is chosen by n1 and n2 alone
		r.Settle(nil, 1, 2)
		drop := func() { r.Take(func(modeltest.Envelope) bool { return true }) }
		drop()
		for _, id := range []sim.NodeID{3, 4, 5} {
			r.Restart(id) // and forgets what it knew to be chosen
		}
		r.Fire(3, timerElect, time.Second)
		r.Settle(nil, 3, 4, 5)
		n3 := at(r, 3)
		r.Ask(3, write("y", 8))
		r.Settle(nil, 3, 4, 5)
		if n3.role != roleLeader || n3.commit != window || n3.proposed != tc.proposed {
			t.Errorf("bugs %v: n3 is %s, knows %d slots, and has proposed up to %d, want %d", tc.bugs, n3.role, n3.commit, n3.proposed, tc.proposed)
		}
		r.Take(func(m modeltest.Envelope) bool { return m.To == 1 || m.To == 2 && wire.Kind(m.Payload) != kindPrepare })
		r.Fire(3, timerTick, tick)
		r.Settle(nil, all...)
		if len(tc.broken) == 0 && (n3.commit != window+2 || !r.Marks[markLater]) {
			t.Errorf("%d slots are chosen when all nodes answer, want %d", n3.commit, window+2)
		}
		r.WantBroken(tc.broken...)
	}
}

// Nodes that don't accept go on learning, can lead, and are not counted.
func TestOthersLearnAndLead(t *testing.T) {
	r := rig(t, 5)
	all := modeltest.IDs(5)
	elect(t, r, 5, all...)
	change(r, 5, 1, 2, 3)
	r.Settle(nil, all...)
	fill(t, r, 5, 2*window, all...)
	if n5 := at(r, 5); n5.role != roleLeader || !r.Marks[markOutside] {
		t.Fatalf("n5 is %s", n5.role)
	}
	r.Fire(5, timerTick, tick)
	r.Settle(nil, all...)
	if at(r, 4).commit != at(r, 5).commit {
		t.Errorf("n4 knows %d slots, n5 %d", at(r, 4).commit, at(r, 5).commit)
	}
	before := at(r, 5).commit
	r.Ask(5, write("x", 1))
	r.Settle(nil, 1, 4, 5)
	if at(r, 5).commit != before {
		t.Error("chosen by one acceptor and two others")
	}
	r.Settle(nil, 1, 2, 5)
	if at(r, 5).commit == before {
		t.Error("not chosen by two acceptors")
	}
	r.WantBroken()
}

// A change that makes no sense changes nothing, whoever has it chosen.
func TestChangesWithoutSense(t *testing.T) {
	for _, data := range [][]byte{nil, {1}, make([]byte, 8), {0x80, 0, 0, 0, 0, 0, 0, 0}, {1, 0, 0, 0, 0, 0, 0, 0, 0}} {
		if set, ok := membersOf(data, 5); ok {
			t.Errorf("%x makes %v the acceptors", data, set)
		}
	}
}

// One of the acceptors can be lost, and a quorum of either phase is left.
func TestLeastMembers(t *testing.T) {
	for quorums, want := range map[string]int{"majority": 3, "small": 4} {
		if got := leastMembers(quorums); got != want {
			t.Errorf("%s: %d, want %d", quorums, got, want)
		}
	}
}
