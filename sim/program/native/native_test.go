//go:build unix

package native

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"simrun/history"
	"simrun/sim"
)

// Messages of a client and of nodes go through processes, and what they log arrives.
func TestMessages(t *testing.T) {
	t.Parallel()
	s := &stage{}
	s.ask = until(func() bool { return s.has("n1: pid") && s.has("n2: pid") }, repeat(1, "relay 2"))
	r := s.play(t, guest(t, "talker", Config{}), sim.Case{}, "")
	if got := last(t, r); got != "relayed by 2" {
		t.Errorf("answered %q", got)
	}
	if r.Live == nil {
		t.Error("the result does not say that the run was live")
	}
	if !strings.Contains(r.Live.String(), "not deterministic") {
		t.Errorf("%q does not say that the run was not deterministic", r.Live)
	}
}

// Each node has a folder of its own, and a program its arguments and environment.
func TestSurroundings(t *testing.T) {
	t.Parallel()
	keep := t.TempDir()
	p := guest(t, "talker", Config{Args: []string{"a b", "guest_test.go"}, Env: []string{"GREETING=hello"}, Keep: keep})
	s := &stage{}
	for id := sim.NodeID(1); id <= 2; id++ {
		node := id.String()
		s.ask = repeat(id, "where")
		r := s.play(t, p, sim.Case{}, "")
		dir, rest, _ := strings.Cut(last(t, r), " ")
		here, _ := os.Getwd()
		if want := "a b," + here + "/guest_test.go," + node + " hello"; rest != want {
			t.Errorf("%s got %q, expected %q", node, rest, want)
		}
		if filepath.Base(dir) != node {
			t.Errorf("%s runs in %s", node, dir)
		}
		if text, err := os.ReadFile(filepath.Join(dir, "lives")); err != nil || string(text) != "x" {
			t.Errorf("what %s wrote was not kept: %q, %v", node, text, err)
		}
	}
	if left, _ := filepath.Glob(keep + "/*"); len(left) != 2 {
		t.Errorf("kept are %q, expected a folder of each run", left)
	}
}

// Without Keep, nothing stays.
func TestFoldersGo(t *testing.T) {
	t.Parallel()
	s := &stage{ask: repeat(1, "where")}
	dir, _, _ := strings.Cut(last(t, s.play(t, guest(t, "talker", Config{}), sim.Case{}, "")), " ")
	if _, err := os.Stat(filepath.Dir(dir)); !os.IsNotExist(err) {
		t.Errorf("%s is still there: %v", dir, err)
	}
}

// The virtual network stands between processes: what is cut does not arrive, and what is slow arrives late.
func TestVirtualNetwork(t *testing.T) {
	t.Parallel()
	// The client goes on until a message was lost by the fault, and then cuts no more.
	s := &stage{ask: repeat(1, "relay 2")}
	c := sim.Case{Duration: sim.Duration(300 * time.Millisecond)}
	c.Network.Latency = sim.Latency{Dist: sim.Constant, Min: sim.Duration(7 * time.Millisecond)}
	r := s.play(t, guest(t, "talker", Config{}), c, "at 1ms cut all > n2")
	if got := last(t, r); got != "relayed by 2" {
		t.Errorf("answered %q after the heal", got)
	}
	sent := map[uint64]sim.Time{}
	for _, x := range r.Trace.Records {
		switch {
		case x.Kind == sim.Send && x.Peer > 0 && x.Node > 0:
			sent[x.Message] = x.Time
		case x.Kind == sim.Deliver && x.Peer > 0 && x.Node > 0:
			if took := x.Time - sent[x.Message]; took < sim.Time(7*time.Millisecond) {
				t.Errorf("a message took %v", took)
			}
			if x.Node == 2 && sent[x.Message] < sim.Time(c.Duration) {
				t.Errorf("n2 got at %v what was sent at %v, when it was cut off", x.Time, sent[x.Message])
			}
		}
	}
}

// A crash is kill -9: the next life finds the files of the one before.
func TestCrashKeepsFiles(t *testing.T) {
	t.Parallel()
	s := &stage{ask: repeat(1, "lives")}
	r := s.play(t, guest(t, "talker", Config{}), sim.Case{}, "after 1ms on 1st ack crash n1 for 1ms")
	// Where the machine is so busy that the process started after the heal only, there was no ack to wait for.
	want := "1"
	if len(r.Unfired) == 0 {
		want = "2"
	}
	if got := last(t, r); got != want {
		t.Errorf("n1 has lived %s times, expected %s\n%s", got, want, dump(r))
	}
}

// How a process ended comes after all that it said.
func TestExits(t *testing.T) {
	t.Parallel()
	for words, want := range map[string][]string{
		"exit":  {"as you like", "exited with code 3, finding false"},
		"crash": {"was ended by signal 9 (killed), finding true"},
	} {
		s := &stage{}
		asked := 0
		s.ask = func(c *sim.Client) { // what ends it first, then what it answers
			for {
				if _, ok := c.Next(); !ok {
					return
				}
				what := words
				if asked > 0 && s.has(want[len(want)-1]) {
					what = "lives"
				}
				asked++
				if _, err := c.Call(1, []byte(what), 100*time.Millisecond); err != nil {
					c.Info(err.Error())
				} else {
					c.OK(history.Null)
				}
			}
		}
		s.play(t, guest(t, "talker", Config{}), sim.Case{}, "")
		at := -1
		for _, line := range want {
			next := slices.IndexFunc(s.heard, func(h string) bool { return strings.HasSuffix(h, line) })
			if next <= at {
				t.Errorf("%s: heard %q, expected %q in this order", words, s.heard, want)
			}
			at = next
		}
	}
}

// A process in another language, found by its relative path.
func TestPython(t *testing.T) {
	t.Parallel()
	p, err := Command("python3 -u 'testdata/echo.py'", Config{})
	if err != nil {
		t.Fatal(err)
	}
	s := &stage{ask: repeat(1, "relay 2")}
	if got := last(t, s.play(t, p, sim.Case{}, "")); got != "relayed by n2" {
		t.Errorf("answered %q", got)
	}
}

// A process that can't be started has ended with a finding, and its node tries again.
func TestCannotStart(t *testing.T) {
	t.Parallel()
	script := filepath.Join(t.TempDir(), "node")
	if err := os.WriteFile(script, []byte("#!/bin/sh\nexec cat\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	p, err := New([]string{script}, Config{})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(script); err != nil {
		t.Fatal(err)
	}
	s := &stage{ask: func(c *sim.Client) {
		for _, ok := c.Next(); ok; _, ok = c.Next() {
			c.OK(history.Null)
		}
	}}
	r := s.play(t, p, sim.Case{}, "")
	if !s.has("n1: could not be started: fork/exec "+script+": no such file or directory, finding true") || r.Activity.Restarts == 0 {
		t.Errorf("heard %q, with %d restarts", s.heard, r.Activity.Restarts)
	}
}
