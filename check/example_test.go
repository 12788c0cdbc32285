package check_test

import (
	"fmt"

	"simrun/check"
	"simrun/history"
)

// A thermostat that only follows changes of at most five degrees. Your own
// specification needs an initial state and a step.
func ExampleDefine() {
	thermostat := check.Define(check.Object[int64]{
		Name: "thermostat",
		Init: 20,
		Step: func(degrees int64, op history.Operation) (int64, bool) {
			if op.F == "set" {
				wanted, _ := op.Input.AsInt()
				return wanted, wanted-degrees <= 5 && degrees-wanted <= 5
			}
			seen, _ := op.Output.AsInt()
			return degrees, op.Outcome == history.Info || seen == degrees
		},
	})

	events := []history.Event{
		{Index: 0, Time: 1e9, Process: 0, Type: history.Invoke, F: "set", Value: history.Int(24)},
		{Index: 1, Time: 2e9, Process: 0, Type: history.OK, F: "set"},
		{Index: 2, Time: 3e9, Process: 1, Type: history.Invoke, F: "read"},
		{Index: 3, Time: 4e9, Process: 1, Type: history.OK, F: "read", Value: history.Int(20)},
	}
	verdict, err := check.Linearizable(thermostat, events, check.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(verdict.Outcome, "by event", verdict.Inevitable, "core", verdict.Core)
	fmt.Println(verdict.Reason)
	// Output:
	// violation by event 3 core [0 2]
	// process 1 read → 20 from 3.000s to 4.000s, which no order allows together with: process 0 set 24 from 1.000s to 2.000s
}

// The certificate of a valid history is an order of its operations, which a few
// lines of code can check again.
func ExampleReplay() {
	counter := check.Define(check.Object[int64]{
		Name: "tally",
		Step: func(n int64, op history.Operation) (int64, bool) {
			return n + 1, op.Outcome == history.Info || op.Output == history.Int(n+1)
		},
	})
	events := []history.Event{
		{Index: 0, Process: 0, Type: history.Invoke, F: "count"},
		{Index: 1, Process: 1, Type: history.Invoke, F: "count"},
		{Index: 2, Process: 0, Type: history.OK, F: "count", Value: history.Int(2)},
		{Index: 3, Process: 1, Type: history.OK, F: "count", Value: history.Int(1)},
	}
	verdict, _ := check.Linearizable(counter, events, check.Options{})
	fmt.Println(verdict.Outcome, verdict.Witness, check.Replay(counter, events, verdict.Witness))
	fmt.Println(check.Replay(counter, events, []int{0, 1}))
	// Output:
	// valid [1 0] <nil>
	// the specification does not allow count of event 0 at its place in the witness
}

// Online follows a history while it is recorded.
func ExampleOnline() {
	register := check.Define(check.Object[history.Value]{
		Name: "register",
		Step: func(v history.Value, op history.Operation) (history.Value, bool) {
			if op.F == "write" {
				return op.Input, true
			}
			return v, op.Outcome == history.Info || op.Output == v
		},
	})
	online := check.NewOnline(register, check.Options{})
	for _, e := range []history.Event{
		{Process: 0, Type: history.Invoke, F: "write", Value: history.Int(1)},
		{Process: 0, Type: history.OK, F: "write"},
		{Process: 1, Type: history.Invoke, F: "read"},
		{Process: 1, Type: history.OK, F: "read", Value: history.Null},
	} {
		outcome, err := online.Feed(e)
		fmt.Println(e.Type, e.F, outcome, err)
	}
	// Output:
	// invoke write valid <nil>
	// ok write valid <nil>
	// invoke read valid <nil>
	// ok read violation <nil>
}
