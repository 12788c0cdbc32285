package simtest

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"simrun/check"
	"simrun/history"
	"simrun/internal/count"
	"simrun/trial"
	"simrun/visual"
	"simrun/visual/store"
)

// Record returns a recorder for a test of a real system: of a service, or of a library that is called by many goroutines. When
// the test ends, what was recorded is decided: the test fails if it is not linearizable for the
// specification, or if that is unknown, as of a history in which nothing completed.
//
//	func TestService(t *testing.T) {
//		rec := simtest.Record(t, specs.CASRegister)
//		…
//	}
//
// The history of a test that failed is kept in [Dir] with a report. While the test runs, the history is there as far as it
// has come, so that one that crashes leaves what led to it.
func Record(t testing.TB, spec check.Spec) *history.Recorder {
	t.Helper()
	dir, err := folder(t)
	if err != nil {
		t.Fatalf("simrun: %v", err)
	}
	file := filepath.Join(dir, store.HistoryFile)
	out, err := os.Create(file)
	if err != nil {
		t.Fatalf("simrun: %v", err)
	}
	rec := history.NewRecorder(out)
	t.Cleanup(func() {
		t.Helper()
		if err := errors.Join(rec.Close(), out.Close()); err != nil {
			t.Errorf("simrun: %v", err)
			return
		}
		decide(t, spec, file)
	})
	return rec
}

// decide decides the history of a test, and fails the test if it isn't valid.
func decide(t testing.TB, spec check.Spec, file string) {
	t.Helper()
	r, err := readHistory(file)
	if err != nil {
		t.Errorf("simrun: %v", err)
		return
	}
	v, err := check.Linearizable(spec, r.Events, check.Options{Who: r.Who})
	if err != nil {
		t.Errorf("simrun: %v", r.Locate(err))
		return
	}
	if v.Outcome == check.Valid {
		t.Logf("simrun: %s: linearizable", count.Of(trial.CountOps(r.Events).Total(), "operation"))
		if !t.Failed() {
			os.Remove(file)
			os.Remove(filepath.Dir(file)) // unless it holds more
		}
		return
	}
	t.Errorf("simrun: %v: %s\n  history  %s\n%s", v.Outcome, v.Reason, file, reportOf(file, r, v))
}

// reportOf writes the report of a history next to it, and says where it is.
func reportOf(file string, r *history.Reading, v check.Verdict) string {
	run := &store.Run{Results: trial.HistoryResults(file, r, v), History: r.Events}
	again := fmt.Sprintf("simrun check %s --spec %s", filepath.ToSlash(file), v.Spec)
	page, err := run.Report(visual.Command{Label: "check", Line: again})
	report := filepath.Join(filepath.Dir(file), store.ReportFile)
	if err == nil {
		err = writePage(report, page)
	}
	if err != nil {
		return fmt.Sprintf("  the report could not be written: %v", err)
	}
	return fmt.Sprintf("  report   %s\n  again    %s", report, again)
}

func readHistory(file string) (*history.Reading, error) {
	in, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	return history.ReadWith(in, file, history.Options{Format: history.JSONL})
}
