package mvcc

import (
	"slices"
	"testing"

	"simrun/check"
	"simrun/models"
	"simrun/sim"
	"simrun/sim/nemesis"
	"simrun/sim/shrink"
	"simrun/trial"
)

// ran is a run of a case with what the swarm draws for it, judged.
func ran(t testing.TB, c sim.Case) trial.Judgement {
	t.Helper()
	m := Model()
	c, err := trial.Draw(m, c, nemesis.Swarm, false)
	if err != nil {
		t.Fatal(err)
	}
	run, err := trial.Simulate(m, c, false, nil, check.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return run.Judgement
}

// The isolation check alone finds every bug within its tier, and knows it by the name of its anomaly. At the same seed the correct store is silent.
func TestBugsAreNamed(t *testing.T) {
	for _, b := range Model().Bugs {
		t.Run(string(b.Name), func(t *testing.T) {
			t.Parallel()
			testBug(t, b)
		})
	}
}

func testBug(t *testing.T, b models.Bug) {
	for seed := uint64(1); seed <= b.Tier.Seeds(); seed++ {
		c := sim.Case{Seed: sim.Seed(seed), Workload: sim.Workload{Name: b.Workload}, Options: b.Options}
		buggy := c
		buggy.Bugs = []sim.BugName{b.Name}
		j := ran(t, buggy)
		if j.Isolation == nil {
			t.Fatal("the isolation was not checked")
		}
		failed := j.Failed()
		if len(failed) == 0 {
			continue
		}
		t.Logf("seed %d: %s", seed, j.Summary)
		if len(failed) != 1 || failed[0].Name != j.Checks[0].Name || !slices.Contains(b.Oracles, failed[0].Name) {
			t.Errorf("seed %d fails by %s, expected one of %q alone", seed, trial.Names(failed), b.Oracles)
		}
		if j := ran(t, c); j.Outcome != check.Valid {
			t.Errorf("seed %d of the correct store: %s", seed, j.Summary)
		}
		return
	}
	t.Error("not found")
}

// A case that is made small shows the same anomaly: two transactions and what it takes to begin.
func TestShrinkingKeepsTheAnomaly(t *testing.T) {
	m := Model()
	c, err := trial.Draw(m, sim.Case{Seed: 2, Bugs: []sim.BugName{bugLastWins}}, nemesis.Swarm, false)
	if err != nil {
		t.Fatal(err)
	}
	run, err := trial.Simulate(m, c, false, nil, check.Options{})
	if err != nil {
		t.Fatal(err)
	}
	small, err := trial.Shrink(t.Context(), run, nil, check.Options{}, shrink.Options{Workers: 1, Runs: 300})
	if err != nil {
		t.Fatal(err)
	}
	again, err := trial.Simulate(m, small.Case, false, nil, check.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if first := again.Judgement.Checks[0]; first.Name != "lost-update" || small.Size.Operations > 4 || small.Size.Faults > 0 {
		t.Errorf("%s with %+v", first.Name, small.Size)
	}
}
