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
	base := sim.Case{Nodes: 3, Duration: sim.Duration(length)}
	simtest.Property(t, register, func(t *rapid.T) sim.Case {
		c := base
		c.Seed = sim.Seed(rapid.Uint32().Draw(t, "seed"))
		c.Faults = simtest.Faults(register, base).Draw(t, "plan")
		return c
	})
}

func TestRegisterHoldsUnderTheSwarm(t *testing.T) {
	simtest.Sweep(t, register, sim.Case{Nodes: 3}, "swarm", 100)
}

func TestRaftHolds(t *testing.T) {
	raft := modelNamed(t, "raft")
	base := sim.Case{Duration: sim.Duration(length)}
	simtest.Property(t, raft, func(t *rapid.T) sim.Case {
		c := base
		c.Seed = sim.Seed(rapid.Uint32().Draw(t, "seed"))
		c.Faults = simtest.Faults(raft, base).Draw(t, "plan")
		return c
	})
}

// Where a bug is switched on, a property finds it, and what it leaves is small: few faults and operations, in a plan that reads as a
// person writes it, with a case that fails again and a report.
func TestPropertyMakesFailuresSmall(t *testing.T) {
	t.Chdir(t.TempDir()) // failing cases are kept there
	setFlag(t, "rapid.nofailfile", "true")
	setFlag(t, "rapid.seed", "1")
	raft := withoutLooks(modelNamed(t, "raft")) // which see it without any fault
	base := sim.Case{Duration: sim.Duration(2 * time.Second), Bugs: []sim.BugName{"ack-before-sync"}}
	said := failing(t, func(tb testing.TB) {
		simtest.Property(tb, raft, func(t *rapid.T) sim.Case {
			c := base
			c.Seed = sim.Seed(rapid.Uint32Min(1).Draw(t, "seed"))
			c.Faults = simtest.Faults(raft, base).Draw(t, "plan")
			return c
		})
	})
	file := filepath.Join(filepath.FromSlash(simtest.Dir), strings.ReplaceAll(t.Name(), "/", "_"), "case.json")
	for _, want := range []string{"simrun: raft, seed ", "shrunk from ", "\n  plan\n    ", file, "index.html", "simtest.Replay(t, model, "} {
		if !strings.Contains(said, want) {
			t.Errorf("%q is missing in:\n%s", want, said)
		}
	}
	if strings.Contains(said, "flaky") {
		t.Errorf("rapid takes the failure for a flaky one:\n%s", said)
	}
	c := readCase(t, file)
	if len(c.Faults) == 0 || len(c.Faults) > 3 {
		t.Errorf("%d faults are left: %v", len(c.Faults), c.Faults)
	}
	if again := failing(t, func(tb testing.TB) { simtest.Replay(tb, raft, file) }); !strings.Contains(again, "durability") {
		t.Errorf("the kept case does not fail again by the lost entry: %s", again)
	}
}

// withoutLooks is a model without the monitors that look at disks.
func withoutLooks(m models.Model) models.Model {
	all := m.Monitors
	m.Monitors = func(c *sim.Case) []sim.Monitor {
		return slices.DeleteFunc(all(c), func(m sim.Monitor) bool { _, looks := m.(sim.Looker); return looks })
	}
	return m
}

// Outside rapid too a failure leaves a small case and a report; without the bug the case is valid.
func TestFailureIsKept(t *testing.T) {
	t.Chdir(t.TempDir())
	base := sim.Case{Nodes: 3, Bugs: []sim.BugName{"no-write-back"}, Duration: sim.Duration(length),
		Network: sim.Network{Latency: sim.Latency{Dist: sim.Uniform, Min: sim.Duration(time.Millisecond), Max: sim.Duration(80 * time.Millisecond)}}}
	said := failing(t, func(tb testing.TB) { simtest.Sweep(tb, register, base, "none", 100) })
	file := filepath.Join(filepath.FromSlash(simtest.Dir), t.Name(), "case.json")
	if !strings.Contains(said, "linearizability") || !strings.Contains(said, file) {
		t.Fatalf("the failure says %q", said)
	}
	page, err := os.ReadFile(filepath.Join(filepath.Dir(file), "index.html"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"simtest.Replay", "<dt>cluster", "<dt>operations", "<dt>faults", "<dt>digest", "<dt>claims", "<dt>events"} {
		if !strings.Contains(string(page), want) {
			t.Errorf("the report does not say %q", want)
		}
	}
	if again := failing(t, func(tb testing.TB) { simtest.Replay(tb, register, file) }); again == "" {
		t.Error("the kept case does not fail again")
	}
	c := readCase(t, file)
	c.Bugs = nil
	if fixed := failing(t, func(tb testing.TB) { simtest.Check(tb, register, c) }); fixed != "" {
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

func readCase(t *testing.T, file string) sim.Case {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	c, err := sim.ParseCase(file, text)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// failing runs a test that is meant to fail, and returns what it said; "" if it passed.
func failing(t *testing.T, test func(testing.TB)) string {
	p := said(t, test)
	if !p.failed {
		return ""
	}
	return p.text.String()
}

// said runs a test and returns what became of it.
func said(t *testing.T, test func(testing.TB)) *probe {
	p := &probe{TB: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer p.clean()
		test(p)
	}()
	<-done
	return p
}

// probe is a test that records its failure instead of failing.
type probe struct {
	testing.TB
	failed   bool
	text     strings.Builder
	cleanups []func()
}

func (p *probe) Helper()                           {}
func (p *probe) Logf(format string, args ...any)   { fmt.Fprintf(&p.text, format+"\n", args...) }
func (p *probe) Log(args ...any)                   { fmt.Fprintln(&p.text, args...) }
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
func (p *probe) Cleanup(f func())                  { p.cleanups = append(p.cleanups, f) }

func (p *probe) clean() {
	for _, f := range slices.Backward(p.cleanups) {
		f()
	}
}
