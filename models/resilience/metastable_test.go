package resilience

import (
	"slices"
	"testing"

	"simrun/internal/soak"
	"simrun/sim"
)

// seeds is how many seeds each case is run with.
var seeds = sim.Seed(soak.N(3, 10))

// violated runs a case with its seeds under a plan, and counts those in which a check failed.
func violated(t *testing.T, check, plan string, c sim.Case) (runs int) {
	t.Helper()
	m := Model()
	var err error
	if c.Faults, err = m.Profile.ParsePlan("plan", plan); err != nil {
		t.Fatal(err)
	}
	for c.Seed = 1; c.Seed <= seeds; c.Seed++ {
		r, err := sim.Run(m.System(), c)
		if err != nil {
			t.Fatal(err)
		}
		if slices.ContainsFunc(r.Violations, func(v sim.Violation) bool { return v.Check == check }) {
			runs++
		}
	}
	return runs
}

// Bronson and others (2021), §1: a metastable failure needs a trigger, and goes on when that is gone. So without a fault each policy can be
// left out; after the store has hung for a while, retries or stale work keep the system down, and the system with all policies comes back.
func TestGoodputReturnsUnlessAPolicyIsLeftOut(t *testing.T) {
	const trigger = "at 6s pause n5 for 4s\n"
	for _, x := range []struct {
		name   string
		c      sim.Case
		breaks bool
	}{
		{"all policies", sim.Case{}, false},
		{"no retries", options("retry", "none"), false},
		{"a breaker for all", options("breaker", "all"), false},
		{"no breaker", options("breaker", "off"), false},
		{"hedged", options("hedge", "on"), false},
		{"no bulkhead", options("bulkhead", "off"), false},
		{"a long timeout", options("timeout", "250ms"), false},
		{"unbounded retries", options("retry", "unbounded"), true},
		{"no shedding", options("shedding", "off"), true},
		{"retry-without-budget", sim.Case{Bugs: []sim.BugName{bugNoBudget}}, true},
		{"queue-without-deadline", sim.Case{Bugs: []sim.BugName{bugStaleWork}}, true},
	} {
		t.Run(x.name, func(t *testing.T) {
			if n := violated(t, checkGoodput, "", x.c); n > 0 {
				t.Errorf("without a fault the goodput is low in %d of %d runs", n, seeds)
			}
			if n := violated(t, checkGoodput, trigger, x.c); (n > 0) != x.breaks {
				t.Errorf("the goodput does not return in %d of %d runs", n, seeds)
			}
		})
	}
}

// The bound on which the guarantee relies: both services pause for 10 s, and then look at all that came meanwhile.
func TestGoodputReturnsWhenServicesWereAway(t *testing.T) {
	if n := violated(t, checkGoodput, "at 0s pause n3,n4 for 10s\n", sim.Case{}); n > 0 {
		t.Errorf("the goodput does not return in %d of %d runs", n, seeds)
	}
}

func options(name sim.OptionName, value string) sim.Case {
	return sim.Case{Options: map[sim.OptionName]string{name: value}}
}
