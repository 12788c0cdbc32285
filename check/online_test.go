package check_test

import (
	"math/rand/v2"
	"testing"

	"simrun/check"
	"simrun/internal/soak"
)

// A history that is fed event by event has the same outcome as the whole history, and
// a violation is not reported before it is inevitable.
func TestOnlineAgreesWithWhole(t *testing.T) {
	violations, early := 0, 0
	for n, a := range alphabets {
		m := &maker{rng: rand.New(rand.NewPCG(77, uint64(n)))}
		for range soak.N(500, 5_000) {
			events := m.history(&a, fuzzOperations)
			want, err := check.Linearizable(a.spec, events, check.Options{AllowEmpty: true})
			if err != nil {
				t.Fatal(err)
			}
			o := check.NewOnline(a.spec, check.Options{AllowEmpty: true})
			told := -1
			for i, e := range events {
				got, err := o.Feed(e)
				if err != nil {
					t.Fatalf("%s: %v\n%s", a.spec.Name(), err, dump(events))
				}
				if got == check.Violation && told < 0 {
					told = i
				}
			}
			got := o.Finish()
			if got != want.Outcome || told >= 0 && told < want.Inevitable {
				t.Fatalf("%s: %v at event %d; as a whole %v at %d\n%s", a.spec.Name(), got, told, want.Outcome, want.Inevitable, dump(events))
			}
			if got == check.Violation {
				violations++
			}
			if told >= 0 && told < len(events)-1 {
				early++
			}
		}
	}
	t.Logf("%d violations, %d told before the last event", violations, early)
	if violations < soak.N(900, 9_000) || early < violations/2 {
		t.Error("too few violations to mean anything")
	}
}
