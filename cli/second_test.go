package cli

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"simrun/check"
	"simrun/check/specs"
	"simrun/history"
	"simrun/models/all"
	"simrun/trial"
	"simrun/visual/store"
)

// liar is kv of one key with a promise that does not hold: that each value is an object
// of its own. So one engine accepts runs that porcupine rejects.
var liar = check.Define(check.Object[history.Value]{
	Name:      "liar",
	Partition: func(history.Operation) string { return "" },
	Element: func(op history.Operation) (history.Value, bool) {
		return history.String(op.Key + op.Input.String()), true
	},
	Step: func(v history.Value, op history.Operation) (history.Value, bool) {
		name := history.String(op.Key + op.Input.String())
		return name, v.IsNull() || v == name
	},
})

// Two engines that disagree are an internal error, and both answers are stored.
func TestDisagreementIsAnInternalError(t *testing.T) {
	cf := caseFlags{models: all.Models(), model: "raft", nodes: 3, clients: 2, ops: 20, duration: "1s", recovery: "1s", nemesis: "none"}
	s, err := prepare(&cf, &checkFlags{engine: "auto"})
	if err != nil {
		t.Fatal(err)
	}
	s.Spec = liar
	var out, said bytes.Buffer
	a := &app{program: "simrun", stdout: &out, stderr: &said}
	folder := t.TempDir()
	err = a.runSeed(t.Context(), s, 1, false, &outFlags{out: folder, format: "text"}, "simrun run")
	var internal *trial.InternalError
	if !errors.As(err, &internal) || !strings.Contains(err.Error(), "two engines disagree") || a.fail(err) != exitInternal {
		t.Fatalf("the error is %v", err)
	}
	files, _ := filepath.Glob(filepath.Join(folder, "*", "*", store.ResultsFile))
	if len(files) != 1 || !strings.Contains(err.Error(), files[0]) {
		t.Fatalf("stored %v, and said %v", files, err)
	}
	text, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	res, err := trial.ParseResults(files[0], text)
	if err != nil || res.Checks[0].Outcome != check.Valid || res.Checks[0].Second != check.Violation {
		t.Errorf("the stored answers are %v and %v: %v", res.Checks[0].Outcome, res.Checks[0].Second, err)
	}

	sweep := trial.Sweep{Setup: *s, First: 1, Last: 3, Workers: 1, VerifyOneIn: 1}
	_, tally := sweep.Do(t.Context())
	if _, err := tally.Err(); err == nil || !strings.Contains(err.Error(), "two engines disagree") {
		t.Errorf("the sweep says %v", err)
	}
	s.Spec = specs.KV
	sweep.Setup = *s
	if _, tally := sweep.Do(t.Context()); tally.Outcome() != check.Valid || tally.Verified != 3 {
		t.Errorf("without a liar: %v, %d verified", tally.Counts, tally.Verified)
	}
}
