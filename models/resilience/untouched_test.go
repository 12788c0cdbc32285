package resilience

import (
	"testing"
	"time"

	"simrun/check"
	"simrun/sim"
	"simrun/trial"
)

// A fault of one node does not touch the callers who don't need it, unless what keeps it apart is left out.
func TestOthersAreUntouched(t *testing.T) {
	long := options(optionTimeout, "250ms")
	with := func(c sim.Case, bug sim.BugName) sim.Case {
		c.Bugs = []sim.BugName{bug}
		return c
	}
	const store, catalog, service = "at 2s pause n5 for 6s\n", "at 2s pause n6 for 6s\n", "at 2s pause n3 for 6s\n"
	for _, x := range []struct {
		name, plan string
		c          sim.Case
		touched    bool
	}{
		{"nothing is wrong", "", sim.Case{}, false},
		{"the store hangs", store, sim.Case{}, false},
		{"the store hangs, long timeouts", store, long, false},
		{"the store is cut off", "at 2s isolate n5 for 6s\n", long, false},
		{"the catalog hangs", catalog, sim.Case{}, false},
		{"a service hangs", service, sim.Case{}, false},
		{"a service is down", "at 2s crash n3 for 6s\n", sim.Case{}, false},
		{"a service hangs, no retries", service, options(optionRetry, "none"), false},
		{"no bulkhead", store, with(long, bugNoBulkhead), true},
		{"bulkhead=off", store, sim.Case{Options: map[sim.OptionName]string{optionTimeout: "250ms", optionBulkhead: "off"}}, true},
		{"no rate limit", "", with(sim.Case{}, bugNoLimit), true},
	} {
		t.Run(x.name, func(t *testing.T) {
			if n := violated(t, checkUntouched, x.plan, x.c); (n > 0) != x.touched {
				t.Errorf("callers are touched in %d of %d runs", n, seeds)
			}
		})
	}
}

// facts collects the facts of one type from a run.
type facts[F sim.Fact] struct{ list []F }

func (*facts[F]) Name() string { return "collects" }

func (m *facts[F]) Observe(_ sim.Sighting, f sim.Fact) *sim.Breach {
	if f, ok := f.(F); ok {
		m.list = append(m.list, f)
	}
	return nil
}

// collect runs a case with its seeds, and returns the facts of one type.
func collect[F sim.Fact](t *testing.T, plan string, c sim.Case) []F {
	t.Helper()
	m, all := Model(), &facts[F]{}
	m.Monitors = func(*sim.Case) []sim.Monitor { return []sim.Monitor{all} }
	var err error
	if c.Faults, err = m.Profile.ParsePlan("plan", plan); err != nil {
		t.Fatal(err)
	}
	c.Recovery.Skip = true
	for c.Seed = 1; c.Seed <= seeds; c.Seed++ {
		if _, err := sim.Run(m.System(), c); err != nil {
			t.Fatal(err)
		}
	}
	return all.list
}

// slow counts the calls that were answered and took more than a time.
func slow(list []ended, than time.Duration) (n int) {
	for _, e := range list {
		if e.answered && e.took > than {
			n++
		}
	}
	return n
}

// Hedged requests cut the tail: if a message is lost, the second attempt begins when the hedge is due, and not when the first has timed out. See Dean and Barroso
// (2013).
func TestHedgeCutsTheTail(t *testing.T) {
	const plan = "at 1s loss 1/20 for 9s\n"
	without, with := collect[ended](t, plan, sim.Case{}), collect[ended](t, plan, options(optionHedge, "on"))
	a, b := slow(without, 80*time.Millisecond), slow(with, 80*time.Millisecond)
	if a < 10*int(seeds) || 2*b > a {
		t.Errorf("answers that took more than 80 ms: %d of %d without hedges, %d of %d with", a, len(without), b, len(with))
	}
}

// Retries are no more than the budget allows, whatever happens: while the store hangs, and all calls to it fail.
func TestBudgetBoundsTheLoad(t *testing.T) {
	const plan = "at 2s pause n5 for 8s\n"
	share := func(c sim.Case) int {
		return 100 * len(collect[again](t, plan, c)) / len(collect[ended](t, plan, c))
	}
	if n := share(sim.Case{}); n > budgetPercent {
		t.Errorf("%d %% of the calls were retried, and the budget is %d %%", n, budgetPercent)
	}
	if n := share(sim.Case{Bugs: []sim.BugName{bugNoBudget}}); n <= 2*budgetPercent {
		t.Errorf("without a budget, only %d %% of the calls were retried", n)
	}
}

// A breaker that is open keeps calls from a catalog that hangs, and lets some through to see whether it is back.
func TestBreakerSparesTheCatalog(t *testing.T) {
	const plan = "at 2s pause n6 for 6s\n"
	with, without := len(collect[waits](t, plan, sim.Case{})), len(collect[waits](t, plan, options(optionBreaker, "off")))
	if with >= without {
		t.Errorf("%d calls waited for a backend with a breaker, %d without", with, without)
	}
}

// A call that is tried again with an idempotency key is done once, and without one twice.
func TestKeysMakeRetriesSafe(t *testing.T) {
	const plan = "at 0s loss 1/5 for 10s\n" // of answers, too
	m := Model()
	faults, err := m.Profile.ParsePlan("plan", plan)
	if err != nil {
		t.Fatal(err)
	}
	for _, bugs := range [][]sim.BugName{nil, {bugNoKey}} {
		twice := 0
		for seed := sim.Seed(1); seed <= seeds; seed++ {
			r, err := sim.Run(m.System(), sim.Case{Seed: seed, Bugs: bugs, Faults: faults})
			if err != nil {
				t.Fatal(err)
			}
			j, err := trial.Judge(m, r, nil, check.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if j.Outcome != check.Valid {
				twice++
			}
		}
		if (twice > 0) != (bugs != nil) {
			t.Errorf("bugs %v: additions were done twice in %d of %d runs", bugs, twice, seeds)
		}
	}
}
