package simtest_test

import (
	"strings"
	"testing"

	"simrun/check"
	"simrun/sim"
	"simrun/simtest"
	"simrun/trial"
	"simrun/visual/store"
)

// kept are a case that fails, its run, and its twin without the bug.
func kept(t *testing.T) (broken, mended *trial.Run) {
	t.Helper()
	raft := modelNamed(t, "raft")
	setup := trial.Setup{Model: raft, Base: sim.Case{Bugs: []sim.BugName{"stale-local-read"}}, Nemesis: "swarm"}
	broken, err := setup.Run(15, false)
	if err != nil {
		t.Fatal(err)
	}
	c := broken.Case
	c.Bugs = nil
	if mended, err = trial.Simulate(raft, c, false, nil, check.Options{}); err != nil {
		t.Fatal(err)
	}
	return broken, mended
}

// A corpus passes whose cases show what is expected of them, a failing one included.
func TestCorpusHolds(t *testing.T) {
	broken, mended := kept(t)
	dir := t.TempDir()
	for _, run := range []*trial.Run{broken, mended} {
		if _, added, err := store.Corpus(dir).Add(&run.Case, trial.ExpectedOf(run)); err != nil || !added {
			t.Fatal(added, err)
		}
	}
	simtest.Corpus(t, modelNamed(t, "raft"), dir)
}

// A test of a kept case fails if the case is worse than expected, and only then.
func TestCorpusTellsWhatIsWorse(t *testing.T) {
	broken, mended := kept(t)
	lost := trial.Expected{Outcome: check.Violation, Cause: &trial.Cause{Check: "durability"}}
	for _, c := range []struct {
		expected trial.Expected
		run      *trial.Run
		says     string // "": the test does not fail
	}{
		{trial.ExpectedOf(broken), broken, ""},
		{trial.ExpectedOf(broken), mended, ""},
		{trial.ExpectedOf(mended), broken, "fails: linearizability: "},
		{lost, broken, "fails for another cause than durability: "},
	} {
		p := failing(t, func(tb testing.TB) {
			simtest.CompareKept(tb, &store.Kept{File: "case.json", Expected: c.expected}, c.run)
		})
		if c.says == "" && p != "" || !strings.Contains(p, c.says) {
			t.Errorf("%+v: says %q, want %q", c.expected, p, c.says)
		}
	}
}
