// Package simtest tests replicated systems from `go test`: it runs a case,
// judges it, and fails the test with one line that says what broke and how to
// have it again.
//
//	func TestRegister(t *testing.T) {
//		rapid.Check(t, func(t *rapid.T) {
//			simtest.Check(t, model, sim.Case{Nodes: 3, Faults: simtest.Faults(3, 10*time.Second).Draw(t, "plan")})
//		})
//	}
//
// The package's own register_test.go is a whole protocol with its test, to be copied.
package simtest

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"simrun/check"
	"simrun/models"
	"simrun/sim"
	"simrun/trial"
	"simrun/visual"
	"simrun/visual/store"
)

// TB is what this package needs of a test: a *testing.T, a *testing.B or a *rapid.T.
type TB interface {
	Helper()
	Name() string
	Logf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// Dir is where failing cases are kept, relative to the package under test. The go
// command ignores folders of that name; commit what is in it to have it as a
// regression test, with [Replay].
const Dir = "testdata/simrun"

// Check runs a case of a model and returns what it brought forth. It fails the
// test if a promise was broken, if the history's verdict is unknown, or if the
// case cannot run, and keeps the case in [Dir].
//
// Inside rapid the last case that is kept is the smallest. Outside, the whole run
// is kept beside it, with a report for the browser.
func Check(t TB, m models.Model, c sim.Case) *sim.Result {
	t.Helper()
	r, err := sim.Run(m.System(), c)
	if err != nil {
		t.Fatalf("simrun: %v", err)
	}
	j, err := trial.Judge(m, r, nil, check.Options{})
	if err != nil {
		t.Fatalf("simrun: %v", err)
	}
	if j.Outcome == check.Valid {
		return r
	}
	kept, err := keep(t, m, r)
	if err != nil {
		t.Logf("simrun: the case could not be kept: %v", err)
	}
	// One call for all promises: rapid makes smaller only what fails at the same place.
	t.Fatalf("simrun: %s, seed %d: %v: %s%s", m.Name, c.Seed, j.Outcome, j.Summary, kept)
	return r
}

// Replay runs a case that was kept in a file, as [Check] does.
func Replay(t TB, m models.Model, file string) *sim.Result {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("simrun: %v", err)
	}
	c, err := sim.ParseCase(file, text)
	if err != nil {
		t.Fatalf("simrun: %v", err)
	}
	return Check(t, m, c)
}

// keep writes a failing case to a file, and its report if the test is no search that
// will fail many times, and tells of both.
func keep(t TB, m models.Model, r *sim.Result) (string, error) {
	text, err := sim.FormatCase(r.Case)
	if err != nil {
		return "", err
	}
	dir := filepath.Join(filepath.FromSlash(Dir), strings.Map(fileLetter, t.Name()))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	file := filepath.Join(dir, "case.json")
	if err := os.WriteFile(file, text, 0o644); err != nil {
		return "", err
	}
	told := fmt.Sprintf("; case %s", file)
	if _, ok := t.(interface{ ArtifactDir() string }); ok {
		report := filepath.Join(dir, "index.html")
		if err := writeReport(report, m, r.Case, file); err != nil {
			return told, err
		}
		told += fmt.Sprintf(", report %s", report)
	}
	return told, nil
}

// writeReport runs a case once more with a trace, and draws it.
func writeReport(file string, m models.Model, c sim.Case, caseFile string) error {
	r, err := sim.RunTraced(m.System(), c)
	if err != nil {
		return err
	}
	j, err := trial.Judge(m, r, nil, check.Options{})
	if err != nil {
		return err
	}
	text, err := sim.FormatCase(r.Case)
	if err != nil {
		return err
	}
	var checks []visual.Check
	for _, c := range store.ChecksOf(j) {
		checks = append(checks, c.Page())
	}
	var page bytes.Buffer
	err = visual.Write(&page, visual.Page{
		Title:    fmt.Sprintf("%s · seed %d", m.Name, c.Seed),
		Outcome:  j.Outcome,
		Summary:  j.Summary,
		Commands: []visual.Command{{Label: "replay", Line: fmt.Sprintf("simtest.Replay(t, model, %q)", filepath.ToSlash(caseFile))}},
		Checks:   checks,
		Case:     text,
		History:  r.History,
		Trace:    r.Trace,
	})
	if err != nil {
		return err
	}
	return os.WriteFile(file, page.Bytes(), 0o644)
}

// fileLetter keeps letters that are safe in the name of a folder on every system.
func fileLetter(r rune) rune {
	switch {
	case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '_', r == '.':
		return r
	}
	return '_'
}
