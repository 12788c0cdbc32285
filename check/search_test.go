package check

import (
	"testing"

	"simrun/history"
)

// A search whose states grow must forget past states and still decide correctly.
func TestForgottenStates(t *testing.T) {
	spec := Define(Object[string]{
		Name: "text",
		Step: func(s string, op history.Operation) (string, bool) {
			tail, _ := op.Input.AsString()
			return s + tail, true
		},
	})
	var p problem
	p.auto, p.start = spec.newAutomaton(), []int32{0}
	w := newWindow(p.auto, p.start, DefaultBudget)
	for i := range int32(20) {
		op := history.Operation{F: "append", Input: history.String(string(rune('a' + i))), Outcome: history.OK}
		w.call(i, p.auto.class(&op))
		w.ret(i)
		w.forget()
		if n := p.auto.states.len(); n != 2 {
			t.Fatalf("%d states are held after operation %d, want the initial and the current one", n, i)
		}
	}
	if got := p.auto.states.describe(w.front.state(0)); got != "abcdefghijklmnopqrst" {
		t.Errorf("the last state is %q", got)
	}
}

// A search that took an operation for one that only reads starts again when it turns out to write, and decides.
func TestWindowStartsAgain(t *testing.T) {
	store := Define(Object[int64]{
		Name: "store",
		Step: func(n int64, op history.Operation) (int64, bool) {
			if op.F == "put" {
				return n + 1, true
			}
			return max(0, n-1), op.Outcome == history.Info || op.Output == history.Bool(n > 0) // take: nothing happens to an empty store
		},
	})
	var events []history.Event
	add := func(p int, t history.Type, f string, v history.Value) {
		events = append(events, history.Event{Index: len(events), Process: history.Process(p), Type: t, F: f, Value: v})
	}
	add(0, history.Invoke, "take", history.Null)
	add(1, history.Invoke, "take", history.Null)
	add(0, history.OK, "take", history.Bool(false))
	add(1, history.OK, "take", history.Bool(false))
	add(0, history.Invoke, "put", history.Null)
	add(1, history.Invoke, "take", history.Null)
	add(0, history.OK, "put", history.Null)
	add(1, history.OK, "take", history.Bool(true))
	add(0, history.Invoke, "take", history.Null)
	last := len(events)
	for taken, want := range map[bool]Outcome{false: Valid, true: Violation} {
		events = events[:last]
		add(0, history.OK, "take", history.Bool(taken))
		c, err := newCheck(store, events, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if a := runWindow(c.problem(0), DefaultBudget); a.outcome != want {
			t.Errorf("the last take finds something: %v: %v, want %v", taken, a.outcome, want)
		}
	}
}
