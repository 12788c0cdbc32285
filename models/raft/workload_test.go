package raft

import (
	"strings"
	"testing"

	"simrun/check"
	"simrun/history"
	"simrun/sim"
	"simrun/trial"
)

// Clients who are operators do all that the mix names, with the options that it needs, and the servers do it.
func TestOperatedDoesEverything(t *testing.T) {
	s := trial.Setup{Model: Model(), Base: sim.Case{Workload: sim.Workload{Name: operatedName}}, Nemesis: "none"}
	run, err := s.Run(1, false)
	if err != nil || run.Outcome != check.Valid {
		t.Fatalf("%v: %v", err, run.Summary)
	}
	if o := run.Case.Options; o[optionMembership] != string(joint) || o[optionCompaction] != on || o[optionTransfer] != on {
		t.Errorf("options %v", o)
	}
	done := map[string]int{}
	for _, e := range run.History {
		if e.Type == history.OK {
			done[e.F]++
		}
	}
	for _, w := range operated().Mix {
		if done[w.F] == 0 {
			t.Errorf("%s: none of %v succeeded", w.F, done)
		}
	}
	marks := map[string]bool{}
	for _, m := range run.Sometimes {
		marks[m.Name] = true
	}
	for _, m := range []string{markTransferred, markRemovedLeader, markInstalled} {
		if !marks[m] {
			t.Errorf("%q was not reached", m)
		}
	}
}

// A request of an operator says nothing about values, and does not hide what values say.
func TestOperatedIsChecked(t *testing.T) {
	op := func(process history.Process, f, key string, in, out history.Value) []history.Event {
		return []history.Event{{Process: process, Type: history.Invoke, F: f, Key: key, Value: in}, {Process: process, Type: history.OK, F: f, Key: key, Value: out}}
	}
	write, request := op(1, "write", "k1", history.Int(5), history.Int(5)), op(1, "transfer", "", history.Int(2), history.Int(2))
	for want, read := range map[check.Outcome]history.Value{check.Valid: history.Int(5), check.Violation: history.Null} {
		var events []history.Event
		for _, e := range [][]history.Event{write, request, op(2, "read", "k1", history.Null, read)} {
			events = append(events, e...)
		}
		for i := range events {
			events[i].Index, events[i].Time = i, history.Time(i+1)
		}
		v, err := check.Linearizable(operated().Spec, events, check.Options{})
		if err != nil || v.Outcome != want {
			t.Errorf("a read of %v: %v, %v", read, v.Outcome, err)
		}
	}
	dance := op(1, "dance", "", history.Null, history.Null)
	dance[1].Index = 1
	_, err := check.Linearizable(operated().Spec, dance, check.Options{})
	if err == nil || !strings.Contains(err.Error(), "dance") {
		t.Errorf("an operation that there is not: %v", err)
	}
}
