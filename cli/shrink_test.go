package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"simrun/internal/soak"
	"simrun/models/all"
	"simrun/sim"
	"simrun/sim/shrink"
	"simrun/visual/store"
)

// soakRows are the rows of the bench that soak makes small too. All of them take as long as the rest of it together: simrun bench shrink.
var soakRows = []string{
	"stale-local-read", "no-sessions", "commit-old-term", "ack-before-sync", "install-without-data", "learners-count", "async-ack", "no-fencing",
	"last-arrival-wins", "restart-empty", "generation-in-memory", "no-confirm", "promise-in-memory", "reader-ignores-writer",
}

// The bench of known bugs becomes as small as is promised: the cause of a vote that is forgotten is one crash between two votes.
func TestBenchShrink(t *testing.T) {
	args := []string{"simrun", "bench", "shrink", "--format", "json", "vote-not-persisted", "no-halt"}
	if soak.Deep {
		args = append(args, soakRows...)
	} else {
		args = append(args, "--runs", "700")
	}
	var out, says bytes.Buffer
	if code := run(all.Models(), args, nil, &out, &says); code != exitValid {
		t.Errorf("exit code %d: %s", code, &says)
	}
	var rows []shrinkRow
	if err := json.Unmarshal(out.Bytes(), &rows); err != nil {
		t.Fatal(err)
	}
	var faults, ops []int
	for _, r := range rows {
		t.Logf("%s: %d faults, %d operations, %d messages in %d runs", r.Name, r.To.Faults, r.To.Operations, r.To.Messages, r.Runs)
		faults, ops = append(faults, r.To.Faults), append(ops, r.To.Operations)
		if !r.Reproduces || r.To.Compare(r.From) > 0 {
			t.Errorf("%s, seed %d: from %+v to %+v, reproduces %v", r.Name, r.Seed, r.From, r.To, r.Reproduces)
		}
		if r.Name == "vote-not-persisted" && (r.To.Faults > 1 || r.To.Operations != 0 || r.To.Events > 68 || !r.Minimal) {
			t.Errorf("%s became %+v, minimal %v; want one fault at most, no operation and 68 events at most", r.Name, r.To, r.Minimal)
		}
	}
	if median(faults) > 2 || median(ops) > 3 {
		t.Errorf("the medians are %d faults and %d operations; want at most 2 and 3", median(faults), median(ops))
	}
}

// An interrupt ends the search, and the smallest case so far is stored.
func TestInterruptedShrinkIsStored(t *testing.T) {
	dir := t.TempDir()
	var out, says bytes.Buffer
	if code := run(all.Models(), []string{"simrun", "run", "--bug", "vote-not-persisted", "--seed", "41", "--out", dir}, nil, &out, &says); code != exitViolation {
		t.Fatalf("exit code %d: %s", code, &says)
	}
	from, err := filepath.EvalSymlinks(filepath.Join(dir, store.Latest))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	says.Reset()
	a := &app{models: all.Models(), program: "simrun", stdout: &out, stderr: &says}
	if err := a.shrink(ctx, from, &shrinkFlags{runs: shrink.DefaultRuns}, &programFlags{}, &checkFlags{engine: "auto"}, &outFlags{out: dir, format: "text"}); err != nil {
		t.Fatal(err)
	}
	if a.code != 130 || !bytes.Contains(says.Bytes(), []byte("interrupted: the smallest found so far")) {
		t.Errorf("exit code %d, and says %q", a.code, &says)
	}
	text, err := os.ReadFile(filepath.Join(from, "case.min.json"))
	if err != nil {
		t.Fatal(err)
	}
	if c, err := sim.ParseCase("case.min.json", text); err != nil || len(c.Faults) == 0 {
		t.Errorf("%v with %d faults is stored", err, len(c.Faults))
	}
}
