package simtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"simrun/check"
	"simrun/internal/count"
	"simrun/sim"
	"simrun/sim/fault"
	"simrun/sim/shrink"
	"simrun/trial"
	"simrun/visual"
	"simrun/visual/store"
)

// Dir is where failing cases are kept, relative to the package under test. The go
// command ignores folders of that name; commit what is in it to have it as a
// regression test, with [Replay].
const Dir = "testdata/simrun"

// shrinkRuns bounds how often a failing case is run again to make it small: a second or two of work for most models.
const shrinkRuns = 600

// fail fails the test of a run that failed. Inside rapid, which calls again and again to make its draws small, the case is kept;
// outside it is made small first, and its report is written too.
func fail(t TB, run *trial.Run) {
	t.Helper()
	verify(t, run.Model, run.Case)
	if _, outside := t.(testing.TB); outside {
		t.Fatalf("%s", explain(t, run))
	}
	kept, err := keep(t, run.Case)
	if err != nil {
		t.Logf("simrun: the case could not be kept: %v", err)
	}
	// One call for all promises: rapid makes smaller only what fails at the same place.
	t.Fatalf("simrun: %s, seed %d: %v: %s; case %s", run.Model.Name, run.Case.Seed, run.Outcome, run.Summary, kept)
}

// explain makes a failing run small, keeps it with its report, and says what a person wants to know of it.
func explain(t TB, run *trial.Run) string {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "simrun: %s, seed %d: %v: %s\n", run.Model.Name, run.Case.Seed, run.Outcome, run.Summary)
	small, how := makeSmall(run)
	violations := run.Judgement.Failed()
	if len(violations) > 1 {
		b.WriteString("  violations, in order of time:\n")
		for _, v := range violations {
			fmt.Fprintf(&b, "    %v  %s: %s\n", v.Time, v.Name, v.Reason)
		}
	}
	fmt.Fprintf(&b, "  %s\n  plan%#v\n", how, fault.Plan(small.Case.Faults))
	if len(small.Unfired) > 0 {
		fmt.Fprintf(&b, "  without effect%#v\n", fault.Plan(small.Unfired))
	}
	file, err := keep(t, small.Case)
	if err != nil {
		return b.String() + fmt.Sprintf("  the case could not be kept: %v", err)
	}
	fmt.Fprintf(&b, "  case    %s\n", file)
	report := filepath.Join(filepath.Dir(file), store.ReportFile)
	if err := writeReport(report, small, file); err != nil {
		return b.String() + fmt.Sprintf("  the report could not be written: %v", err)
	}
	fmt.Fprintf(&b, "  report  %s\n  replay  simtest.Replay(t, model, %q)", report, filepath.ToSlash(file))
	return b.String()
}

// makeSmall shrinks a failing case as long as the same promise is broken, and says how far it came.
func makeSmall(run *trial.Run) (small *trial.Run, how string) {
	failed := run.Judgement.Failed()
	if len(failed) == 0 { // unknown: nothing to hold on to
		return run, "not made small: " + run.Outcome.String()
	}
	r, err := trial.Shrink(context.Background(), run, nil, check.Options{}, shrink.Options{Runs: shrinkRuns})
	if err == nil {
		small, err = trial.Simulate(run.Model, r.Case, true, nil, check.Options{})
	}
	if err != nil {
		return run, fmt.Sprintf("not made small: %v", err)
	}
	return small, fmt.Sprintf("shrunk from %s, %s, %s to %d, %d, %d", count.Of(len(run.Case.Faults), "fault"), count.Of(trial.CountOps(run.History).Total(), "operation"), count.Of(run.Case.Nodes, "node"),
		len(small.Case.Faults), trial.CountOps(small.History).Total(), small.Case.Nodes)
}

// keep writes a failing case into the folder of its test, and returns the path of the file.
func keep(t TB, c sim.Case) (string, error) {
	text, err := sim.FormatCase(c)
	if err != nil {
		return "", err
	}
	dir, err := folder(t)
	if err != nil {
		return "", err
	}
	file := filepath.Join(dir, store.CaseFile)
	return file, os.WriteFile(file, text, 0o644)
}

// folder makes the folder of a test.
func folder(t TB) (string, error) {
	dir := filepath.Join(filepath.FromSlash(Dir), strings.Map(fileLetter, t.Name()))
	return dir, os.MkdirAll(dir, 0o755)
}

// writeReport draws a run. One that has no trace is run again.
func writeReport(file string, run *trial.Run, caseFile string) error {
	if run.Trace == nil {
		var err error
		if run, err = trial.Simulate(run.Model, run.Case, true, nil, check.Options{}); err != nil {
			return err
		}
	}
	r, err := store.NewRun(run)
	if err != nil {
		return err
	}
	page, err := r.Report(visual.Command{Label: "replay", Line: fmt.Sprintf("simtest.Replay(t, model, %q)", filepath.ToSlash(caseFile))})
	if err != nil {
		return err
	}
	return writePage(file, page)
}

func writePage(file string, page visual.Page) error {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	return errors.Join(visual.Write(f, page), f.Close())
}

// fileLetter keeps letters that are safe in the name of a folder on every system.
func fileLetter(r rune) rune {
	switch {
	case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '_', r == '.':
		return r
	}
	return '_'
}
