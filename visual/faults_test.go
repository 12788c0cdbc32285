package visual

import (
	"testing"

	"simrun/history"
	"simrun/sim"
)

// In a history of simrun a fault has a beginning and an end; in others each line of
// the nemesis is a moment.
func TestNemesisFaults(t *testing.T) {
	line := func(at history.Time, f string, v history.Value) history.Event {
		return history.Event{Time: at, Process: history.Nemesis, Type: history.Info, F: f, Value: v}
	}
	h := []history.Event{
		line(10, "crash", history.String("at 10ns crash n1")),
		line(20, "crash", history.String("at 20ns crash n2")),
		{Time: 25, Process: 1, Type: history.Invoke, F: "end crash"}, // a client's operation, whatever its name
		line(30, "end crash", history.String("at 10ns crash n1")),
		line(40, "start", history.Null),
	}
	want := []headFault{
		{Start: 10, End: 30, Text: "at 10ns crash n1", Record: -1},
		{Start: 20, End: 20, Text: "at 20ns crash n2", Record: -1},
		{Start: 40, End: -1, Text: "fault", Record: -1},
	}
	got := nemesisFaults(h)
	if len(got) != len(want) {
		t.Fatalf("faults %+v, want %+v", got, want)
	}
	for i := range want {
		if got[i].Start != want[i].Start || got[i].End != want[i].End || got[i].Text != want[i].Text || got[i].Record != -1 {
			t.Errorf("fault %d is %+v, want %+v", i, got[i], want[i])
		}
	}
}

// A heal ends the fault whose beginning caused it, and no other.
func TestTraceFaults(t *testing.T) {
	faults := traceFaults([]sim.Record{
		{Event: 1, Time: 10, Kind: sim.FaultOn, Text: "at 10ns isolate n1 for 20ns"},
		{Event: 2, Time: 15, Kind: sim.FaultOn, Text: "at 15ns crash n2 forever"},
		{Event: 3, Time: 30, Kind: sim.FaultOff, Cause: 1, Text: "at 10ns isolate n1 for 20ns"},
	}, 3)
	if len(faults) != 2 || faults[0].End != 30 || faults[1].End != -1 || faults[1].Record != 1 {
		t.Fatalf("faults %+v", faults)
	}
	if len(faults[0].Sides) != 2 || faults[1].Sides != nil {
		t.Errorf("sides %v and %v", faults[0].Sides, faults[1].Sides)
	}
}

// A fault that takes no time is over when it has happened, also where another began in the same event.
func TestTraceFaultsOfAMoment(t *testing.T) {
	faults := traceFaults([]sim.Record{
		{Event: 1, Time: 10, Kind: sim.FaultOn, Text: "at 10ns lose-file n1"},
		{Event: 1, Time: 10, Kind: sim.FaultOn, Text: "at 10ns slow n1 by 1ms for 20ns"},
		{Event: 2, Time: 30, Kind: sim.FaultOff, Cause: 1, Text: "at 10ns slow n1 by 1ms for 20ns"},
	}, 3)
	if len(faults) != 2 || faults[0].End != 10 || faults[1].End != 30 {
		t.Errorf("faults %+v", faults)
	}
}

// Processes that follow each other after an info are one client, in one row.
func TestRows(t *testing.T) {
	var h []history.Event
	add := func(p history.Process, typ history.Type) {
		h = append(h, history.Event{Index: len(h), Time: history.Time(len(h)), Process: p, Type: typ, F: "read"})
	}
	add(0, history.Invoke)
	add(1, history.Invoke)
	add(0, history.Info)
	add(2, history.Invoke) // goes on for 0
	add(1, history.OK)
	add(1, history.Invoke)
	add(history.Nemesis, history.Info)
	add(2, history.Fail)
	add(3, history.Invoke) // a third at once
	ops := operations(h)
	row := rows(h, ops)
	if len(ops) != 5 || row[0] != row[2] || row[0] == row[1] || row[3] == row[0] || row[3] == row[1] || len(row) != 4 {
		t.Fatalf("%d operations in the rows %v", len(ops), row)
	}
	if ops[0].complete != 2 || ops[3].complete != -1 {
		t.Errorf("the first operation ends at %d, the fourth at %d", ops[0].complete, ops[3].complete)
	}
}
