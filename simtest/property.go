package simtest

import (
	"context"
	"fmt"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"simrun/check"
	"simrun/models"
	"simrun/sim"
	"simrun/trial"
)

// Property checks a model on cases that rapid draws, as many as -rapid.checks says. What fails is made small, first by rapid for a
// few runs, then by simrun's own shrinker, which takes away operations, nodes, faults and time; it is kept in [Dir] with a report.
// In the end the test's log (go test -v) lists the states worth reaching that no case reached.
func Property(t testing.TB, m models.Model, draw func(t *rapid.T) sim.Case) {
	t.Helper()
	p := &property{}
	defer func() {
		if p.failing != nil { // rapid has failed the test, and unwinds it
			t.Errorf("%s", explain(t, p.failing))
		}
	}()
	system := m.System()
	rapid.Check(t, func(rt *rapid.T) {
		c, err := system.Complete(draw(rt))
		if err != nil {
			rt.Fatalf("simrun: %v", err)
		}
		if p.failing == nil {
			verifyFirst(rt, m, c)
		}
		// rapid takes failures for the same if they come from the same line.
		if message := p.failure(rt, t, m, c); message != "" {
			rt.Fatalf("%s", message)
		}
	})
}

// failure says how a case fails; "" if it does not, or is no longer tried. t is the test around rapid.
func (p *property) failure(rt *rapid.T, t testing.TB, m models.Model, c sim.Case) string {
	if p.failing != nil {
		if p.again(&c) {
			return p.message
		}
		if p.tries++; p.tries > rapidTries {
			return ""
		}
	}
	run, err := simulate(m, c)
	if err != nil {
		return "simrun: " + err.Error()
	}
	reached(t, m, run.Sometimes)
	if run.Outcome == check.Valid {
		return ""
	}
	if p.failing == nil {
		verify(rt, m, run.Case)
	}
	p.failing, p.message = run, fmt.Sprintf("simrun: %s, seed %d: %v: %s", m.Name, run.Case.Seed, run.Outcome, run.Summary)
	return p.message
}

// property is a property under test.
type property struct {
	failing *trial.Run // the last that failed: rapid goes on from it; nil: none has
	message string     // of that failure
	tries   int        // that rapid made to make it smaller
}

// rapidTries bounds the runs in which rapid makes a failure smaller. After them every other case passes, so that rapid comes
// to an end: simrun's own shrinker, which knows what a case means, goes on from there.
const rapidTries = 50

// again reports whether a case is the last that failed. Much of what rapid draws has no part in a case.
func (p *property) again(c *sim.Case) bool {
	f := &p.failing.Case
	return c.Seed == f.Seed && slices.Equal(c.Faults, f.Faults) && reflect.DeepEqual(c, f)
}

// Sweep checks a model on the seeds from 1 to a number, on all cores, under a nemesis. A share of the seeds is run twice and
// compared. The first seed that fails is made small and kept in [Dir] with a report, and fails the test. The test's log (go test -v)
// says how much the seeds exercised, and lists the states worth reaching that none reached.
func Sweep(t testing.TB, m models.Model, base sim.Case, n Nemesis, seeds int) {
	t.Helper()
	s := trial.Sweep{
		Setup: trial.Setup{Model: m, Base: base, Nemesis: string(n)},
		First: 1, Last: sim.Seed(seeds), Workers: runtime.GOMAXPROCS(0), MaxFailures: 1, VerifyOneIn: 50,
	}
	if err := m.Check(); err != nil {
		t.Fatalf("simrun: %v", err)
	}
	if err := s.Setup.Check(); err != nil {
		t.Fatalf("simrun: %v", err)
	}
	c, err := s.Case(1)
	if err != nil {
		t.Fatalf("simrun: %v", err)
	}
	verifyFirst(t, m, c)
	_, tally := s.Do(context.Background())
	for _, f := range tally.Failures {
		c, err := s.Case(f.Seed)
		if err != nil || f.Err != nil {
			t.Fatalf("simrun: %s, seed %d: %s", m.Name, f.Seed, f.Summary)
		}
		run, err := simulate(m, c)
		if err != nil {
			t.Fatalf("simrun: %v", err)
		}
		fail(t, run)
	}
	if n := tally.Counts[check.Unknown.String()]; n > 0 {
		t.Errorf("simrun: %s: %d of %d seeds could not be decided", m.Name, n, seeds)
	}
	e := &tally.Exercise
	t.Logf("simrun: %s: %d seeds valid; operations that changed the state %d to %d, median %d; %d of %d faults fired", m.Name, seeds, e.Changes.Least(), e.Changes.Most(), e.Changes.Median(), e.Fired, e.Faults)
	if tally.Little > 0 {
		t.Logf("simrun: %s: the verdict of %d seeds means little: %s", m.Name, tally.Little, trial.WhyLittle)
	}
	if names := tally.Unreached(); len(names) > 0 {
		t.Logf("simrun: %s: never reached: %s", m.Name, strings.Join(names, ", "))
	}
}

// verified holds the names of the tests of which a case was run twice.
var verified sync.Map

// verifyFirst runs the first case of a test twice, and fails the test if the two differ.
func verifyFirst(t TB, m models.Model, c sim.Case) {
	t.Helper()
	if _, done := verified.LoadOrStore(t.Name()+"\x00"+m.Name, true); !done {
		verify(t, m, c)
	}
}

// marks holds, by test and model, the states worth reaching that were not reached yet.
var marks sync.Map

// unreached is what a test has not reached yet.
type unreached struct {
	mu    sync.Mutex
	names map[string]bool
}

// reached notes the states that a run reached. At its end the test lists those that none of its runs reached. Inside rapid there
// is no such end: [Property] has one.
func reached(t TB, m models.Model, list []sim.Mark) {
	tb, ok := t.(testing.TB)
	if !ok || len(m.Marks) == 0 {
		return
	}
	fresh := &unreached{names: map[string]bool{}}
	for _, name := range m.Marks {
		fresh.names[name] = true
	}
	key := t.Name() + "\x00" + m.Name
	kept, known := marks.LoadOrStore(key, fresh)
	u := kept.(*unreached)
	if !known {
		tb.Cleanup(func() {
			marks.Delete(key)
			if left := u.left(m); len(left) > 0 {
				tb.Logf("simrun: %s: never reached: %s", m.Name, strings.Join(left, ", "))
			}
		})
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, mark := range list {
		delete(u.names, mark.Name)
	}
}

// left lists what is not reached, in the order of the model.
func (u *unreached) left(m models.Model) []string {
	u.mu.Lock()
	defer u.mu.Unlock()
	var list []string
	for _, name := range m.Marks {
		if u.names[name] {
			list = append(list, name)
		}
	}
	return list
}
