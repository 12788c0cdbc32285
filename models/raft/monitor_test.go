package raft

import (
	"fmt"
	"slices"
	"testing"

	"simrun/sim"
)

// event is a fact of a node; a nil fact is a restart.
type event struct {
	node sim.NodeID
	fact sim.Fact
}

// Every monitor catches its own violation, and is silent about the nearest history that is right.
func TestMonitors(t *testing.T) {
	for _, c := range []struct {
		name           string
		planted, right []event
	}{
		{
			"election safety",
			[]event{{1, &factBecameLeader{Term: 2}}, {3, &factBecameLeader{Term: 2}}},
			[]event{{1, &factBecameLeader{Term: 2}}, {3, &factBecameLeader{Term: 3}}, {1, nil}, {1, &factBecameLeader{Term: 4}}},
		},
		{
			"leader append-only",
			[]event{{1, &factAppended{Index: 1}}, {1, &factBecameLeader{Term: 2}}, {1, &factTruncated{From: 1}}},
			[]event{{1, &factAppended{Index: 1}}, {1, &factBecameLeader{Term: 2}}, {1, &factAppended{Index: 2}}, {1, &factSteppedDown{}}, {1, &factTruncated{From: 1}}},
		},
		{
			"leader append-only",
			[]event{{1, &factAppended{Index: 1}}, {1, &factBecameLeader{Term: 2}}, {1, &factAppended{Index: 1}}},
			[]event{{1, &factAppended{Index: 1}}, {1, &factBecameLeader{Term: 2}}, {1, nil}, {1, &factAppended{Index: 1}}},
		},
		{
			"log matching",
			[]event{{1, &factAppended{Index: 2, Term: 1, Chain: 7}}, {2, &factAppended{Index: 2, Term: 1, Chain: 8}}},
			[]event{{1, &factAppended{Index: 2, Term: 1, Chain: 7}}, {2, &factAppended{Index: 2, Term: 2, Chain: 8}}, {2, &factAppended{Index: 2, Term: 1, Chain: 7}}},
		},
		{ // the leader of a later term lacks the entry
			"leader completeness",
			[]event{{1, &factAppended{1, 1, 7}}, {1, &factCommitted{1, 1, 7, true}}, {2, &factBecameLeader{Term: 2}}},
			[]event{{1, &factAppended{1, 1, 7}}, {1, &factCommitted{1, 1, 7, true}}, {2, &factAppended{1, 1, 7}}, {2, &factBecameLeader{Term: 2}}},
		},
		{ // the later leader is there before the entry is committed
			"leader completeness",
			[]event{{2, &factBecameLeader{Term: 2}}, {1, &factAppended{1, 1, 7}}, {1, &factCommitted{1, 1, 7, true}}},
			[]event{{2, &factBecameLeader{Term: 2}}, {2, &factSteppedDown{2}}, {1, &factAppended{1, 1, 7}}, {1, &factCommitted{1, 1, 7, true}}},
		},
		{ // an entry that only a later term committed is not asked of an earlier leader
			"leader completeness",
			[]event{{1, &factAppended{1, 1, 7}}, {1, &factCommitted{1, 1, 7, true}}, {1, &factCommitted{1, 3, 7, true}}, {2, &factBecameLeader{Term: 2}}},
			[]event{{1, &factAppended{1, 1, 7}}, {1, &factCommitted{1, 3, 7, true}}, {2, &factBecameLeader{Term: 2}}},
		},
		{ // restarts forget the log, until it is read again
			"leader completeness",
			[]event{{1, &factAppended{1, 1, 7}}, {2, &factAppended{1, 1, 7}}, {1, &factCommitted{1, 1, 7, true}}, {2, nil}, {2, &factBecameLeader{Term: 2}}},
			[]event{{1, &factAppended{1, 1, 7}}, {1, &factCommitted{1, 1, 7, true}}, {2, nil}, {2, &factAppended{1, 1, 7}}, {2, &factBecameLeader{Term: 2}}},
		},
		{
			"state-machine safety",
			[]event{{1, &factApplied{1, 1, 7}}, {2, &factApplied{1, 1, 8}}},
			[]event{{1, &factApplied{1, 1, 7}}, {2, &factApplied{1, 1, 7}}, {2, nil}, {2, &factApplied{1, 1, 7}}},
		},
		{
			"state-machine safety",
			[]event{{1, &factApplied{1, 1, 7}}, {1, &factApplied{1, 1, 7}}},
			[]event{{1, &factApplied{1, 1, 7}}, {1, &factApplied{2, 1, 9}}},
		},
		{ // a snapshot of other entries than those that were applied
			"state-machine safety",
			[]event{{1, &factApplied{1, 1, 7}}, {2, &factRestored{Index: 1, Chain: 8}}},
			[]event{{1, &factApplied{1, 1, 7}}, {1, &factApplied{2, 1, 9}}, {2, &factRestored{Index: 1, Chain: 7}}, {2, &factApplied{2, 1, 9}}},
		},
		{ // a snapshot of what nobody has applied
			"state-machine safety",
			[]event{{1, &factApplied{1, 1, 7}}, {2, &factRestored{Index: 2, Chain: 7}}},
			[]event{{1, &factApplied{1, 1, 7}}, {2, &factRestored{Index: 0}}},
		},
		{ // an entry that a leader committed is cut off
			"committed entries stay",
			[]event{{2, &factAppended{1, 1, 7}}, {1, &factCommitted{1, 1, 7, true}}, {2, &factTruncated{1}}},
			[]event{{2, &factAppended{1, 1, 8}}, {1, &factCommitted{1, 1, 7, true}}, {2, &factTruncated{1}}, {1, &factTruncated{2}}},
		},
		{ // what a snapshot has is present
			"leader completeness",
			[]event{{1, &factAppended{1, 1, 7}}, {1, &factCommitted{2, 1, 7, true}}, {2, &factRestored{Index: 1, Base: 1}}, {2, &factBecameLeader{Term: 2}}},
			[]event{{1, &factAppended{1, 1, 7}}, {1, &factCommitted{2, 1, 7, true}}, {2, &factRestored{Index: 2, Base: 2}}, {2, &factBecameLeader{Term: 2}}},
		},
		{ // what comes after a snapshot is as before
			"leader append-only",
			[]event{{1, &factRestored{Index: 5, Base: 3}}, {1, &factBecameLeader{Term: 2}}, {1, &factAppended{Index: 6}}},
			[]event{{1, &factRestored{Index: 5, Base: 3}}, {1, &factAppended{Index: 4}}, {1, &factBecameLeader{Term: 2}}, {1, &factAppended{Index: 5}}},
		},
		{
			"commit monotone",
			[]event{{1, &factCommitted{Index: 5}}, {1, &factCommitted{Index: 4}}},
			[]event{{1, &factCommitted{Index: 5}}, {1, nil}, {1, &factCommitted{Index: 4}}},
		},
		{
			"commit monotone",
			[]event{{1, &factCommitted{Index: 5}}, {1, &factTruncated{From: 5}}},
			[]event{{1, &factCommitted{Index: 5}}, {1, &factTruncated{From: 6}}},
		},
		{
			"vote monotone",
			[]event{{1, &factVoted{2, 3}}, {1, nil}, {1, &factVoted{2, 4}}},
			[]event{{1, &factVoted{2, 3}}, {1, nil}, {1, &factVoted{2, 3}}, {1, &factVoted{3, 4}}},
		},
		{
			"vote monotone",
			[]event{{1, &factTermStored{3}}, {1, nil}, {1, &factRecovered{Term: 2}}},
			[]event{{1, &factTermStored{3}}, {1, nil}, {1, &factRecovered{Term: 3}}},
		},
		{
			"vote monotone",
			[]event{{1, &factVoted{3, 2}}, {1, nil}, {1, &factRecovered{Term: 3}}},
			[]event{{1, &factVoted{3, 2}}, {1, nil}, {1, &factRecovered{Term: 3, Vote: 2}}, {1, &factRecovered{Term: 4}}},
		},
		{
			"durability",
			[]event{{1, &factAcknowledged{5}}, {1, nil}, {1, &factRecovered{Last: 4}}},
			[]event{{1, &factAcknowledged{5}}, {1, &factTruncated{5}}, {1, nil}, {1, &factRecovered{Last: 4}}},
		},
	} {
		if got := violated(c.planted); !slices.Contains(got, c.name) {
			t.Errorf("%s: %v is not caught; violated: %q", c.name, c.planted, got)
		}
		if got := violated(c.right); slices.Contains(got, c.name) {
			t.Errorf("%s: false alarm about %v", c.name, c.right)
		}
	}
}

// violated returns the names of the monitors that these events violate.
func violated(events []event) []string {
	var names []string
	monitors := Monitors(5)
	for i, e := range events {
		for _, m := range monitors {
			if e.fact == nil {
				if b, ok := m.(sim.Booter); ok {
					b.Booted(sim.Sighting{Time: sim.Time(i), Node: e.node})
				}
			} else if m.Observe(sim.Sighting{Time: sim.Time(i), Node: e.node}, e.fact) != nil {
				names = append(names, m.Name())
			}
		}
	}
	return names
}

func ExampleMonitors() {
	for _, m := range Monitors(5) {
		fmt.Println(m.Name())
	}
	// Output:
	// election safety
	// leader append-only
	// log matching
	// committed entries stay
	// leader completeness
	// state-machine safety
	// commit monotone
	// vote monotone
	// durability
	// durable when promised
	// committed on a majority
	// available in calm
	// equal machines
}
