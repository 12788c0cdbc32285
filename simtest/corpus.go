package simtest

import (
	"testing"

	"simrun/check"
	"simrun/models"
	"simrun/sim"
	"simrun/trial"
	"simrun/visual/store"
)

// Corpus runs the cases of a model that are kept in a folder, [Dir] mostly, each in a test of its own: what simrun corpus add and failing
// tests have put there. A test fails if its case fails though it was expected to be valid, or fails for another cause than the one that
// is expected. One that now passes, or still fails as expected, says so in the log. It fails the test if no case is of the model, so that a
// folder that was moved does not pass.
func Corpus(t *testing.T, m models.Model, dir string) {
	t.Helper()
	all, err := store.Corpus(dir).All()
	if err != nil {
		t.Fatalf("simrun: %v", err)
	}
	found := false
	for _, k := range all {
		c, err := sim.ParseCase(k.File, k.Text)
		if err != nil {
			t.Errorf("simrun: %v", err)
			continue
		}
		if c.Model != m.Name {
			continue
		}
		found = true
		t.Run(k.Name, func(t *testing.T) {
			run, err := simulate(m, c)
			if err != nil {
				t.Fatalf("simrun: %s: %v", k.File, err)
			}
			compareKept(t, &k, run)
		})
	}
	if !found {
		t.Errorf("simrun: %s holds no case of %s: see simrun corpus add", dir, m.Name)
	}
}

// compareKept compares a run with what is expected of it.
func compareKept(t TB, k *store.Kept, run *trial.Run) {
	t.Helper()
	word, worse := k.Expected.Compare(run)
	if worse {
		t.Fatalf("simrun: %s %s: %s", k.File, word, run.Summary)
	} else if k.Expected.Outcome != check.Valid {
		t.Logf("simrun: %s %s: %s", k.File, word, run.Summary)
	}
}
