package timeline_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"simrun/sim"
	"simrun/visual/timeline"
)

const ms = sim.Time(time.Millisecond)

func trace() *sim.Trace {
	state := func(role string, epoch uint64, value string) *sim.State {
		return &sim.State{Role: role, Epoch: epoch, Detail: []sim.Field{{Name: "last", Value: value}}}
	}
	return &sim.Trace{Before: 3, Records: []sim.Record{
		{Time: 0, Kind: sim.Boot, Node: 1},
		{Time: 0, Kind: sim.StateIs, Node: 1, State: state("follower", 0, "0")},
		{Time: 10 * ms, Kind: sim.Called, Node: -1, Text: "write k1 7"},
		{Time: 10 * ms, Kind: sim.Send, Node: -1, Peer: 1, Message: 1, Text: "write"},
		{Time: 11 * ms, Kind: sim.Deliver, Node: 1, Peer: -1, Message: 1},
		{Time: 11 * ms, Kind: sim.StateIs, Node: 1, State: state("follower", 0, "1")},
		{Time: 12 * ms, Kind: sim.Send, Node: 1, Peer: 2, Message: 2, Text: "append"},
		{Time: 13 * ms, Kind: sim.Drop, Node: 1, Peer: 2, Message: 2, Text: "partition"},
		{Time: 20 * ms, Kind: sim.FaultOn, Text: "at 20ms crash n1 for 10ms"},
		{Time: 20 * ms, Kind: sim.Crash, Node: 1, Text: "fault"},
		{Time: 30 * ms, Kind: sim.FaultOff, Text: "at 20ms crash n1 for 10ms"},
		{Time: 30 * ms, Kind: sim.Boot, Node: 1},
		{Time: 30 * ms, Kind: sim.StateIs, Node: 1, State: state("leader", 2, "1")},
		{Time: 31 * ms, Kind: sim.TimerRun, Node: 1, Text: "tick"},
		{Time: 31 * ms, Kind: sim.FactSeen, Node: 1, Text: "leads epoch 2"},
		{Time: 40 * ms, Kind: sim.Returned, Node: -1, Peer: 1, Text: "ok write k1 7"},
		{Time: 41 * ms, Kind: sim.Violated, Node: 1, Text: "one leader: too many"},
	}}
}

func told(t *testing.T, o timeline.Options) string {
	t.Helper()
	var b strings.Builder
	if err := timeline.Write(&b, trace(), o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestTimeline(t *testing.T) {
	want := `… 3 records before these were not kept
    0.000s  n1        starts
    0.000s  n1        is follower
    0.010s  c1        → write k1 7
    0.020s  fault     crash n1 for 10ms
    0.020s  n1        crashes
    0.030s  fault     over: crash n1 for 10ms
    0.030s  n1        starts
    0.030s  n1        is leader 2
    0.031s  n1        leads epoch 2
    0.040s  c1        ← ok write k1 7 (n1)
    0.041s  n1        violation: one leader: too many
`
	if got := told(t, timeline.Options{}); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// Options add lines and leave others out.
func TestOptions(t *testing.T) {
	for _, c := range []struct {
		o         timeline.Options
		has, lack []string
	}{
		{timeline.Options{Messages: true}, []string{"    0.012s  n1→n2     append", "    0.013s  n1→n2     lost (partition): append", "c1→n1     write"}, []string{"tick", "n1←c1"}},
		{timeline.Options{All: true}, []string{"n1←c1     write", "n1        timer tick", "is follower, last 1", "is leader 2, last 1"}, nil},
		{timeline.Options{From: 20 * ms, To: 30 * ms}, []string{"n1        crashes", "is leader 2"}, []string{"write k1 7", "leads epoch"}},
		{timeline.Options{Nodes: []sim.NodeID{-1}, Messages: true}, []string{"→ write k1 7", "c1→n1", "fault     crash n1"}, []string{"n1        ", "n1→n2"}},
	} {
		got := told(t, c.o)
		for _, line := range c.has {
			if !strings.Contains(got, line) {
				t.Errorf("%+v: no %q in\n%s", c.o, line, got)
			}
		}
		for _, line := range c.lack {
			if strings.Contains(got, line) {
				t.Errorf("%+v: %q in\n%s", c.o, line, got)
			}
		}
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("full") }

func TestErrorOfTheWriter(t *testing.T) {
	if err := timeline.Write(full{}, trace(), timeline.Options{}); err == nil {
		t.Error("no error")
	}
}
