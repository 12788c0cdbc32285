package sim_test

import (
	"strings"
	"testing"

	"simrun/sim"
)

// Two runs part where one of them does something else. What the plan says does not count, nor how events are numbered.
func TestDiffer(t *testing.T) {
	first := []sim.Record{
		{Event: 1, Time: 1e6, Kind: sim.Boot, Node: 1},
		{Event: 2, Time: 2e6, Kind: sim.Send, Node: 1, Peer: 2, Message: 7, Text: "vote"},
		{Event: 3, Time: 3e6, Kind: sim.Deliver, Node: 2, Peer: 1, Message: 7},
	}
	planned := []sim.Record{
		first[0],
		{Event: 2, Time: 15e5, Kind: sim.FaultOn, Text: "at 1.5ms loss 1/2"},
		{Event: 3, Time: 2e6, Kind: sim.Send, Node: 1, Peer: 2, Message: 9, Text: "vote"},
		{Event: 4, Time: 3e6, Kind: sim.Deliver, Node: 2, Peer: 1, Message: 9},
	}
	if d := sim.Differ(first, planned); d != nil {
		t.Errorf("runs that are alike differ: %+v", d)
	}
	lost := append([]sim.Record{}, planned...)
	lost[3] = sim.Record{Time: 25e5, Kind: sim.Drop, Node: 1, Peer: 2, Message: 9, Text: "loss"}
	want := sim.Difference{Time: 25e5, First: "n2 receives vote from n1 at 3ms", Second: "vote from n1 to n2 is lost (loss) at 2.5ms"}
	if d := sim.Differ(first, lost); d == nil || *d != want {
		t.Errorf("%+v, want %+v", d, want)
	}
	want = sim.Difference{Time: 3e6, First: "n2 receives vote from n1 at 3ms"}
	if d := sim.Differ(first, planned[:3]); d == nil || *d != want {
		t.Errorf("%+v, want %+v", d, want)
	}
}

// A run differs from that of its case with another seed, and in words.
func TestDifferOfRuns(t *testing.T) {
	s := toySystem
	a, err := sim.RunTraced(s, sim.Case{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	b, err := sim.RunTraced(s, sim.Case{Seed: 2})
	if err != nil {
		t.Fatal(err)
	}
	if d := sim.Differ(a.Trace.Records, a.Trace.Records); d != nil {
		t.Errorf("a run differs from itself: %+v", d)
	}
	if d := sim.Differ(a.Trace.Records, b.Trace.Records); d == nil || !strings.Contains(d.First, " at ") || d.First == d.Second {
		t.Errorf("runs of two seeds differ by %+v", d)
	}
}
