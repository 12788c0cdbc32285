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
