package check_test

import (
	"math/rand/v2"
	"testing"

	"simrun/check"
	"simrun/history"
	"simrun/internal/soak"
)

// An object that changes does what Step says: it allows the same operations in the same order, also after one that it refused.
func TestPerformAgreesWithStep(t *testing.T) {
	performing := 0
	for n, a := range alphabets {
		perform := check.Performing(a.spec)
		if perform == nil {
			continue
		}
		performing++
		init, step, _ := a.spec.(check.RawSpec).Raw()
		rng := rand.New(rand.NewPCG(80, uint64(n)))
		refused, allowed := 0, 0
		for range soak.N(300, 10_000) {
			state, do := init, perform()
			for range 60 {
				o := a.ops[rng.IntN(len(a.ops))]
				op := history.Operation{F: o.f, Input: o.input, Outcome: history.OK, Output: o.outputs[rng.IntN(len(o.outputs))]}
				if rng.IntN(20) == 0 {
					op.Outcome, op.Output = history.Info, null
				}
				next, want := step(state, op)
				if want {
					state = next
					allowed++
				} else {
					refused++
				}
				if got := do(op); got != want {
					t.Fatalf("%s: %v is allowed: %v, and Step says %v", a.name(), op, got, want)
				}
			}
		}
		if refused < 1000 || allowed < 1000 {
			t.Errorf("%s: %d refused, %d allowed", a.name(), refused, allowed)
		}
	}
	if performing < 3 {
		t.Errorf("%d objects perform", performing)
	}
}
