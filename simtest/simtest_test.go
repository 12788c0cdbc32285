package simtest_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"simrun/models"
	"simrun/models/all"
	"simrun/sim"
	"simrun/simtest"
)

const length = 5 * time.Second

// A test of one's own protocol is these few lines.
func TestRegisterHolds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		simtest.Check(t, register, sim.Case{
			Nodes:    3,
			Duration: sim.Duration(length),
			Seed:     sim.Seed(rapid.Uint32().Draw(t, "seed")),
			Faults:   simtest.Faults(3, length).Draw(t, "plan"),
		})
	})
}

func TestRaftHolds(t *testing.T) {
	raft := modelNamed(t, "raft")
	rapid.Check(t, func(t *rapid.T) {
		simtest.Check(t, raft, sim.Case{
			Duration: sim.Duration(length),
			Seed:     sim.Seed(rapid.Uint32().Draw(t, "seed")),
			Faults:   simtest.Faults(5, length).Draw(t, "plan"),
		})
	})
}

// TestRapidMakesPlansSmall: where a bug is switched on, rapid finds it and leaves few of the
// faults that the first failing plan had.
func TestRapidMakesPlansSmall(t *testing.T) {
	t.Chdir(t.TempDir()) // failing cases are kept there
	setFlag(t, "rapid.nofailfile", "true")
	setFlag(t, "rapid.seed", "1")
	setFlag(t, "rapid.shrinktime", "5m") // it takes seconds: what is small enough shrinks no further
	const most, length = 3, 2 * time.Second
	raft := modelNamed(t, "raft")
	var first, last sim.Case
	small := func() bool { return first.Seed != 0 && len(last.Faults) <= most }
	said := failing(func(tb rapid.TB) {
		rapid.Check(tb, func(t *rapid.T) {
			run := sim.Case{
				Duration: sim.Duration(length),
				Bugs:     []sim.BugName{"ack-before-sync"},
				Seed:     sim.Seed(rapid.Uint32Min(1).Draw(t, "seed")),
				Faults:   simtest.Faults(5, length).Draw(t, "plan"),
			}
			if small() && (run.Seed != last.Seed || !slices.Equal(run.Faults, last.Faults)) {
				return
			}
			defer func() {
				if t.Failed() {
					if last = run; first.Seed == 0 {
						first = run
					}
				}
			}()
			simtest.Check(t, raft, run)
		})
	})
	if first.Seed == 0 {
		t.Fatal("rapid did not find the bug")
	}
	t.Logf("%d faults became %d: %v", len(first.Faults), len(last.Faults), last.Faults)
	if len(first.Faults) <= most || !small() {
		t.Errorf("%d faults became %d: expected more than %d to become fewer", len(first.Faults), len(last.Faults), most)
	}
	if !strings.Contains(said, "simrun: raft, seed ") || !strings.Contains(said, "case "+filepath.FromSlash(simtest.Dir)) {
		t.Errorf("the failure says %q: model, seed or case is missing", said)
	}
}

// TestFailureIsKept: outside rapid a failure leaves the case and a report, and the case fails again.
func TestFailureIsKept(t *testing.T) {
	t.Chdir(t.TempDir())
	var file string
	for seed := sim.Seed(1); file == "" && seed < 100; seed++ {
		said := failing(func(tb rapid.TB) {
			simtest.Check(keeper{tb}, register, sim.Case{Nodes: 3, Seed: seed, Bugs: []sim.BugName{"no-write-back"}, Duration: sim.Duration(length),
				Network: sim.Network{Latency: sim.Latency{Dist: sim.Uniform, Min: sim.Duration(time.Millisecond), Max: sim.Duration(80 * time.Millisecond)}}})
		})
		if said != "" {
			_, rest, _ := strings.Cut(said, "; case ")
			file, _, _ = strings.Cut(rest, ",")
		}
	}
	if file == "" {
		t.Fatal("the bug was not found")
	}
	page, err := os.ReadFile(filepath.Join(filepath.Dir(file), "index.html"))
	if err != nil || !strings.Contains(string(page), "simtest.Replay") {
		t.Errorf("the report does not tell how to replay the case: %v", err)
	}
	if again := failing(func(tb rapid.TB) { simtest.Replay(keeper{tb}, register, file) }); again == "" {
		t.Error("the kept case does not fail again")
	}
	fixed := failing(func(tb rapid.TB) {
		text, err := os.ReadFile(file)
		if err != nil {
			tb.Fatal(err)
		}
		c, err := sim.ParseCase(file, text)
		if err != nil {
			tb.Fatal(err)
		}
		c.Bugs = nil
		simtest.Check(tb, register, c)
	})
	if fixed != "" {
		t.Errorf("without the bug the case fails too: %s", fixed)
	}
}

func modelNamed(t *testing.T, name string) models.Model {
	t.Helper()
	m, err := models.ByName(all.Models(), name)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func setFlag(t *testing.T, name, value string) {
	t.Helper()
	f := flag.Lookup(name)
	before := f.Value.String()
	if err := f.Value.Set(value); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.Value.Set(before); err != nil {
			t.Error(err)
		}
	})
}

// failing runs a test that is meant to fail, and returns what it said; "" if it passed.
func failing(test func(rapid.TB)) string {
	p := &probe{}
	done := make(chan struct{})
	go func() {
		defer close(done)
		test(p)
	}()
	<-done
	if !p.failed {
		return ""
	}
	return p.said.String()
}

// probe is a test that records its failure instead of failing.
type probe struct {
	failed bool
	said   strings.Builder
}

func (p *probe) Helper()                           {}
func (p *probe) Name() string                      { return "probe" }
func (p *probe) Logf(format string, args ...any)   { fmt.Fprintf(&p.said, format+"\n", args...) }
func (p *probe) Log(args ...any)                   { fmt.Fprintln(&p.said, args...) }
func (p *probe) Skipf(format string, args ...any)  { p.Fatalf(format, args...) }
func (p *probe) Skip(args ...any)                  { p.Fatal(args...) }
func (p *probe) SkipNow()                          { p.FailNow() }
func (p *probe) Errorf(format string, args ...any) { p.Logf(format, args...); p.Fail() }
func (p *probe) Error(args ...any)                 { p.Log(args...); p.Fail() }
func (p *probe) Fatalf(format string, args ...any) { p.Logf(format, args...); p.FailNow() }
func (p *probe) Fatal(args ...any)                 { p.Log(args...); p.FailNow() }
func (p *probe) FailNow()                          { p.Fail(); runtime.Goexit() }
func (p *probe) Fail()                             { p.failed = true }
func (p *probe) Failed() bool                      { return p.failed }

// keeper is a probe that counts as a test outside rapid.
type keeper struct{ rapid.TB }

func (keeper) ArtifactDir() string { return "" }
