package lease

import (
	"testing"

	"simrun/check"
	"simrun/check/specs"
	"simrun/sim"
)

// Beyond its claims the model fails: a clock that jumps back makes a holder answer reads when somebody else leads.
func TestClockThatJumps(t *testing.T) {
	m := Model()
	plan, err := m.Profile.ParsePlan("plan", "at 2s isolate leader for 2s\nat 2.2s skew leader -180ms for 3s\nat 6s isolate leader for 2s\nat 6.2s skew leader -180ms for 3s\n")
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Profile.Claims.Breaches(plan, 4)) == 0 {
		t.Error("the plan is within the claims")
	}
	found := 0
	for seed := sim.Seed(1); seed <= 20; seed++ {
		r, err := sim.Run(m.System(), sim.Case{Seed: seed, Faults: plan})
		if err != nil {
			t.Fatal(err)
		}
		v, err := check.Linearizable(specs.Register, r.History, check.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if v.Outcome == check.Violation {
			found++
		}
	}
	if found == 0 {
		t.Error("20 runs in which the clock of the holder jumps back are linearizable")
	}
	t.Logf("%d of 20 runs show a stale read", found)
}
