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
			[]event{{1, &BecameLeader{Term: 2}}, {3, &BecameLeader{Term: 2}}},
			[]event{{1, &BecameLeader{Term: 2}}, {3, &BecameLeader{Term: 3}}, {1, nil}, {1, &BecameLeader{Term: 4}}},
		},
		{
			"leader append-only",
			[]event{{1, &Appended{Index: 1}}, {1, &BecameLeader{Term: 2}}, {1, &Truncated{From: 1}}},
			[]event{{1, &Appended{Index: 1}}, {1, &BecameLeader{Term: 2}}, {1, &Appended{Index: 2}}, {1, &SteppedDown{}}, {1, &Truncated{From: 1}}},
		},
		{
			"leader append-only",
			[]event{{1, &Appended{Index: 1}}, {1, &BecameLeader{Term: 2}}, {1, &Appended{Index: 1}}},
			[]event{{1, &Appended{Index: 1}}, {1, &BecameLeader{Term: 2}}, {1, nil}, {1, &Appended{Index: 1}}},
		},
		{
			"log matching",
			[]event{{1, &Appended{Index: 2, Term: 1, Chain: 7}}, {2, &Appended{Index: 2, Term: 1, Chain: 8}}},
			[]event{{1, &Appended{Index: 2, Term: 1, Chain: 7}}, {2, &Appended{Index: 2, Term: 2, Chain: 8}}, {2, &Appended{Index: 2, Term: 1, Chain: 7}}},
		},
		{ // the leader of a later term lacks the entry
			"leader completeness",
			[]event{{1, &Appended{1, 1, 7}}, {1, &Committed{1, 1, 7, true}}, {2, &BecameLeader{Term: 2}}},
			[]event{{1, &Appended{1, 1, 7}}, {1, &Committed{1, 1, 7, true}}, {2, &Appended{1, 1, 7}}, {2, &BecameLeader{Term: 2}}},
		},
		{ // the later leader is there before the entry is committed
			"leader completeness",
			[]event{{2, &BecameLeader{Term: 2}}, {1, &Appended{1, 1, 7}}, {1, &Committed{1, 1, 7, true}}},
			[]event{{2, &BecameLeader{Term: 2}}, {2, &SteppedDown{2}}, {1, &Appended{1, 1, 7}}, {1, &Committed{1, 1, 7, true}}},
		},
		{ // an entry that only a later term committed is not asked of an earlier leader
			"leader completeness",
			[]event{{1, &Appended{1, 1, 7}}, {1, &Committed{1, 1, 7, true}}, {1, &Committed{1, 3, 7, true}}, {2, &BecameLeader{Term: 2}}},
			[]event{{1, &Appended{1, 1, 7}}, {1, &Committed{1, 3, 7, true}}, {2, &BecameLeader{Term: 2}}},
		},
		{ // restarts forget the log, until it is read again
			"leader completeness",
			[]event{{1, &Appended{1, 1, 7}}, {2, &Appended{1, 1, 7}}, {1, &Committed{1, 1, 7, true}}, {2, nil}, {2, &BecameLeader{Term: 2}}},
			[]event{{1, &Appended{1, 1, 7}}, {1, &Committed{1, 1, 7, true}}, {2, nil}, {2, &Appended{1, 1, 7}}, {2, &BecameLeader{Term: 2}}},
		},
		{
			"state-machine safety",
			[]event{{1, &Applied{1, 1, 7}}, {2, &Applied{1, 1, 8}}},
			[]event{{1, &Applied{1, 1, 7}}, {2, &Applied{1, 1, 7}}, {2, nil}, {2, &Applied{1, 1, 7}}},
		},
		{
			"state-machine safety",
			[]event{{1, &Applied{1, 1, 7}}, {1, &Applied{1, 1, 7}}},
			[]event{{1, &Applied{1, 1, 7}}, {1, &Applied{2, 1, 9}}},
		},
		{
			"commit monotone",
			[]event{{1, &Committed{Index: 5}}, {1, &Committed{Index: 4}}},
			[]event{{1, &Committed{Index: 5}}, {1, nil}, {1, &Committed{Index: 4}}},
		},
		{
			"commit monotone",
			[]event{{1, &Committed{Index: 5}}, {1, &Truncated{From: 5}}},
			[]event{{1, &Committed{Index: 5}}, {1, &Truncated{From: 6}}},
		},
		{
			"vote monotone",
			[]event{{1, &Voted{2, 3}}, {1, nil}, {1, &Voted{2, 4}}},
			[]event{{1, &Voted{2, 3}}, {1, nil}, {1, &Voted{2, 3}}, {1, &Voted{3, 4}}},
		},
		{
			"vote monotone",
			[]event{{1, &TermStored{3}}, {1, nil}, {1, &Recovered{Term: 2}}},
			[]event{{1, &TermStored{3}}, {1, nil}, {1, &Recovered{Term: 3}}},
		},
		{
			"durability",
			[]event{{1, &Acknowledged{5}}, {1, nil}, {1, &Recovered{Last: 4}}},
			[]event{{1, &Acknowledged{5}}, {1, &Truncated{5}}, {1, nil}, {1, &Recovered{Last: 4}}},
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
	monitors := monitors(5)
	for i, e := range events {
		for _, m := range monitors {
			if e.fact == nil {
				if b, ok := m.(sim.Booter); ok {
					b.Booted(sim.Time(i), e.node)
				}
			} else if m.Observe(sim.Time(i), e.node, e.fact) != "" {
				names = append(names, m.Name())
			}
		}
	}
	return names
}

func Example_monitors() {
	for _, m := range monitors(5) {
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
