package redlock

import (
	"testing"

	"simrun/check"
	"simrun/sim"
	"simrun/trial"
)

// The two ways in which Kleppmann (2016) breaks Redlock. The token withstands both.
const (
	// A worker pauses when it has looked at its clock, for longer than its lock lasts.
	pausedHolder = "after 1s on commit pause it for 600ms\nafter 3s on commit pause it for 600ms\nafter 5s on commit pause it for 600ms\nafter 7s on commit pause it for 600ms\n"

	// n7 reaches three lock servers, and n8 three. The clock of the one that both reach jumps when one has the lock.
	jumpingClock = "at 0s cut n7 <> n5,n6 for 9s\nat 0s cut n8 <> n2,n3 for 9s\n" +
		"after 1s on acquired skew n4 +1s for 500ms\nafter 3s on acquired skew n4 +1s for 500ms\nafter 5s on acquired skew n4 +1s for 500ms\nafter 7s on acquired skew n4 +1s for 500ms\n"
)

func TestPublishedAlgorithm(t *testing.T) {
	m := Model()
	for name, text := range map[string]string{"a holder pauses": pausedHolder, "a clock jumps": jumpingClock} {
		t.Run(name, func(t *testing.T) {
			plan, err := m.Profile.ParsePlan("plan", text)
			if err != nil {
				t.Fatal(err)
			}
			if breaches := m.Profile.Claims.Breaches(plan, m.Nodes); len(breaches) > 0 {
				t.Errorf("the plan is beyond the claims: %v", breaches)
			}
			broken, fenced := 0, 0
			for seed := sim.Seed(1); seed <= 20; seed++ {
				for _, bugs := range [][]sim.BugName{nil, {bugNoFencing}} {
					r, err := trial.Simulate(m, sim.Case{Model: m.Name, Seed: seed, Bugs: bugs, Workload: sim.Workload{Name: m.Workloads[0].Name}, Faults: plan}, false, nil, check.Options{})
					if err != nil {
						t.Fatal(err)
					}
					switch {
					case bugs == nil && r.Outcome != check.Valid:
						t.Errorf("seed %d: %s", seed, r.Summary)
					case bugs == nil:
						for _, mark := range r.Sometimes {
							if mark.Name == markFenced {
								fenced++
							}
						}
					case r.Outcome == check.Violation:
						broken++
					}
				}
			}
			if broken == 0 || fenced == 0 {
				t.Errorf("of 20 runs %d break the published algorithm, and a request is refused in %d", broken, fenced)
			}
			t.Logf("of 20 runs %d break the published algorithm; in %d the resource refuses a request", broken, fenced)
		})
	}
}
