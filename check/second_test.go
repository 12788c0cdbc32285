package check_test

import (
	"strings"
	"testing"

	"simrun/check"
	"simrun/check/specs"
	"simrun/history"
)

// liar breaks a promise: its elements depend on each other.
var liar = check.Define(check.Object[history.Value]{
	Name: "liar",
	Step: func(v history.Value, op history.Operation) (history.Value, bool) {
		return op.Input, op.Input.Compare(v) >= 0
	},
	Element: func(op history.Operation) (history.Value, bool) { return op.Input, true },
})

func TestSecondAnswer(t *testing.T) {
	var s story
	s.do("", "write", history.Int(2), null)
	s.do("", "write", history.Int(1), null)
	ask := func(spec check.Spec, steps int64) check.Verdict {
		v, err := check.Linearizable(spec, s, check.Options{Second: steps})
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	v := ask(specs.Register, check.SecondBudget)
	if v.Outcome != check.Valid || v.Second != check.Valid || v.Disagreement() != nil {
		t.Errorf("register: %v, and %v by porcupine: %v", v.Outcome, v.Second, v.Disagreement())
	}
	for _, steps := range []int64{0, 1} { // it is not asked; it does not come through
		if v := ask(specs.Register, steps); v.Second != check.Unknown || v.Disagreement() != nil {
			t.Errorf("with %d steps: %v by porcupine: %v", steps, v.Second, v.Disagreement())
		}
	}
	v = ask(liar, check.SecondBudget)
	if err := v.Disagreement(); err == nil || !strings.Contains(err.Error(), "window says valid, porcupine says violation") {
		t.Errorf("liar: %v, and %v by porcupine: %v", v.Outcome, v.Second, err)
	}
}
