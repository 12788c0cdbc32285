package sim_test

import (
	"slices"
	"testing"

	"simrun/sim"
)

func TestCauses(t *testing.T) {
	records := []sim.Record{
		0:  {Event: 0, Kind: sim.Boot, Node: 1},
		1:  {Event: 0, Kind: sim.StateIs, Node: 1},
		2:  {Event: 0, Kind: sim.Boot, Node: 2},
		3:  {Event: 0, Kind: sim.StateIs, Node: 2},
		4:  {Event: 1, Cause: 0, Kind: sim.TimerRun, Node: 1},
		5:  {Event: 1, Kind: sim.Send, Node: 1, Peer: 2, Message: 7, Text: "vote"},
		6:  {Event: 1, Kind: sim.Send, Node: 1, Peer: 3, Message: 8, Text: "vote"},
		7:  {Event: 1, Kind: sim.Drop, Node: 1, Peer: 3, Message: 8, Text: "loss"},
		8:  {Event: 2, Cause: 1, Kind: sim.Deliver, Node: 2, Peer: 1, Message: 7, Text: "vote"},
		9:  {Event: 2, Cause: 1, Kind: sim.FactSeen, Node: 2},
		10: {Event: 3, Cause: 1, Kind: sim.Deliver, Node: 2, Peer: 1, Message: 9, Text: "vote"}, // a duplicate
		11: {Event: 4, Kind: sim.FaultOn, Text: "crash n1"},
		12: {Event: 4, Kind: sim.Crash, Node: 1},
		13: {Event: 5, Cause: 2, Kind: sim.TimerRun, Node: 2},
		14: {Event: 6, Cause: 4, Kind: sim.FaultOff, Text: "crash n1"},
		15: {Event: 6, Kind: sim.Boot, Node: 1},
		16: {Event: 6, Kind: sim.StateIs, Node: 1},
		17: {Event: 7, Cause: 99, Kind: sim.TimerRun, Node: 1}, // of an event that left no record
		18: {Event: 8, Kind: sim.Called, Node: -1},
		19: {Event: 8, Kind: sim.Send, Node: -1, Peer: 1, Message: 20},
		20: {Event: 9, Cause: 98, Kind: sim.Send, Node: -1, Peer: 2, Message: 21}, // a retry, woken by what left no record
		21: {Event: 10, Cause: 99, Kind: sim.Send, Node: -2, Peer: 2, Message: 22},
	}
	want := []int{-1, 0, -1, 2, -1, 4, 4, 6, 5, 8, 5, -1, 11, 8, 11, 14, 15, -1, -1, 18, 18, -1}
	if got := sim.Causes(records); !slices.Equal(got, want) {
		t.Errorf("causes\n got %v\nwant %v", got, want)
	}
}
