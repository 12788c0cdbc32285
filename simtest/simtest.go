// Package simtest tests replicated systems from `go test`: it runs cases of a model, judges them, and fails the test with
// what broke and how to have it again.
//
//	func TestRegister(t *testing.T) {
//		simtest.Sweep(t, model, sim.Case{Nodes: 3}, simtest.Nemesis("swarm"), 200)
//	}
//
//	func TestRegisterProperty(t *testing.T) {
//		simtest.Property(t, model, func(t *rapid.T) sim.Case {
//			return sim.Case{Nodes: 3, Faults: simtest.Faults(model, sim.Case{Nodes: 3}).Draw(t, "plan")}
//		})
//	}
//
// The package's own register_test.go is a whole protocol with its tests, to be copied.
package simtest

import (
	"errors"
	"os"

	"simrun/check"
	"simrun/models"
	"simrun/sim"
	"simrun/trial"
)

// TB is what this package needs of a test: a *testing.T, a *testing.B or a *rapid.T.
type TB interface {
	Helper()
	Name() string
	Logf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// Check runs a case of a model and returns what came out of it. It fails the
// test if a promise was broken, if the history's verdict is unknown, if the
// case can't run, or if a second run of it differs from the first.
//
// The first case of a test, and each one that fails, is run twice and compared. What failed is kept in [Dir]: inside rapid the case,
// of which the last is the smallest; outside, the whole run, made small, with a report for the browser. [Property] does both.
func Check(t TB, m models.Model, c sim.Case) *sim.Result {
	t.Helper()
	verifyFirst(t, m, c)
	run, err := simulate(m, c)
	if err != nil {
		t.Fatalf("simrun: %v", err)
	}
	reached(t, m, run.Sometimes)
	if run.Outcome != check.Valid {
		fail(t, run)
	}
	if little := run.Exercise.Little(); little != "" {
		t.Logf("simrun: %s, seed %d: valid, but that means little: %s", m.Name, run.Case.Seed, little)
	}
	return run.Result
}

// simulate runs and judges a case.
func simulate(m models.Model, c sim.Case) (*trial.Run, error) {
	if err := m.Check(); err != nil {
		return nil, err
	}
	return trial.Simulate(m, c, false, nil, check.Options{})
}

// Replay runs a case that was kept in a file, as [Check] does.
func Replay(t TB, m models.Model, file string) *sim.Result {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("simrun: %v", err)
	}
	return replay(t, m, file, text)
}

// ReplayText runs a case that is given as text, as [Check] does. It is what the tests that simrun shrink writes call.
func ReplayText(t TB, m models.Model, text string) *sim.Result {
	t.Helper()
	return replay(t, m, "the case", []byte(text))
}

func replay(t TB, m models.Model, file string, text []byte) *sim.Result {
	t.Helper()
	c, err := sim.ParseCase(file, text)
	if err != nil {
		t.Fatalf("simrun: %v", err)
	}
	return Check(t, m, c)
}

// verify fails the test if two runs of a case differ.
func verify(t TB, m models.Model, c sim.Case) {
	t.Helper()
	err := trial.Verify(m, c)
	var d *trial.DivergenceError
	if errors.As(err, &d) {
		t.Fatalf("simrun: %s is not deterministic: %v\nLook in the code that handled this event for a loop over a map, time.Now, math/rand, a goroutine or a variable outside of the node.", m.Name, d)
	}
	if err != nil {
		t.Fatalf("simrun: %v", err)
	}
}
