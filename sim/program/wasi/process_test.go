package wasi_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"simrun/sim"
	"simrun/sim/program"
	"simrun/sim/program/wasi"
)

// A program is started with the arguments and the environment of its configuration, and then of its node.
func TestArguments(t *testing.T) {
	s := &stage{program: cGuest(t, wasi.Config{Args: []string{"args", "two"}, Env: []string{"COLOR=red"}}), args: []string{"three words here", ""}}
	s.play(t, aCase())
	if got, want := text(s.lines), "program\nargs\ntwo\nthree words here\n\nUTC red\n"; got != want {
		t.Errorf("said %q, expected %q", got, want)
	}
}

// The case holds the identity of the program.
func TestIdentity(t *testing.T) {
	p := cGuest(t, wasi.Config{Args: []string{"echo"}, Made: "clang"})
	r := (&stage{program: p}).play(t, aCase())
	if got := p.Identity(); got.Path != "guest.wasm" || len(got.SHA256) != 64 || got.Args[0] != "echo" || got.Made != "clang" || r.Case.Program == nil || r.Case.Program.SHA256 != got.SHA256 {
		t.Errorf("identity %+v, the case holds %v", got, r.Case.Program)
	}
}

// Lines that come at once are given one after the other; long ones in pieces that fit the reader's buffer.
func TestInput(t *testing.T) {
	for name, guest := range map[string]*wasi.Program{"C": cGuest(t, wasi.Config{}), "Go": goGuest(t, wasi.Config{})} {
		s := &stage{program: guest, args: []string{"echo"}}
		sent := []string{"one", "", strings.Repeat("long ", 5000), "two"}
		s.client = func(c *sim.Client) {
			for _, line := range sent {
				c.Start(1, []byte(line), time.Hour)
			}
			for range sent {
				c.Wait()
			}
		}
		s.play(t, aCase())
		if got, want := text(s.lines), strings.Join(sent, "\n")+"\n"; got != want {
			t.Errorf("%s: said %.60q, expected %.60q", name, got, want)
		}
	}
}

// A program that sleeps wakes by its node's clock, and reads later what came meanwhile.
func TestSleep(t *testing.T) {
	s := &stage{program: cGuest(t, wasi.Config{}), args: []string{"sleep"}}
	s.client = func(c *sim.Client) {
		c.Sleep(time.Second)
		c.Call(1, []byte("hello"), time.Hour)
	}
	s.play(t, aCase())
	if got, want := strings.Join(s.lines, ", "), "n1 at 3s: three seconds are over, n1 at 3s: hello"; got != want {
		t.Errorf("said %q, expected %q", got, want)
	}
}

// The real-time clock jumps with the node's; the monotonic clock never goes back, and timers keep to it.
func TestClocks(t *testing.T) {
	for _, tc := range []struct{ fault, want string }{
		{"", "1s 00:00:01, 2s 00:00:02, 3s 00:00:03, 4s 00:00:04, 5s 00:00:05"},
		{"at 2500ms skew n1 +2s for 90s", "1s 00:00:01, 2s 00:00:02, 4.5s 00:00:04, 5s 00:00:05, 6s 00:00:06"},
		{"at 2500ms skew n1 -1200ms for 90s", "1s 00:00:01, 2s 00:00:02, 3s 00:00:03, 4s 00:00:04, 5s 00:00:05"},
	} {
		s := &stage{program: goGuest(t, wasi.Config{}), args: []string{"ticks"}}
		var plan []string
		if tc.fault != "" {
			plan = append(plan, tc.fault)
		}
		s.play(t, aCase(plan...))
		var got []string
		for _, l := range s.lines[:5] {
			got = append(got, l[strings.Index(l, ": ")+2:])
		}
		if got := strings.Join(got, ", "); got != tc.want {
			t.Errorf("%q: the clocks showed\n%s, expected\n%s", tc.fault, got, tc.want)
		}
	}
}

// Nothing is left of a run: its nodes were killed while they waited, crashed in the middle of a write, exited, trapped, or started by a Boot that
// did not return.
func TestNothingIsLeft(t *testing.T) {
	ends := 0
	guest := goGuest(t, wasi.Config{OnEnd: func(sim.NodeID, int, [32]byte) { ends++ }})
	before := runtime.NumGoroutine()
	boots := 0
	for _, args := range []string{"gossip", "echo", "panic"} {
		s := &stage{program: guest, args: []string{args}}
		s.atExit = func(env *sim.Env, e program.Exit) { env.Exit(e.Reason, time.Second) }
		c := aCase("at 50ms crash n1 at disk op 3 for 10ms", "at 300ms crash n2 for 1s", "at 400ms crash n3 at disk op 2 for 10ms")
		c.Nodes, c.Duration = 3, sim.Duration(2*time.Second)
		r, err := sim.RunTraced(s.system(), c)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range r.Trace.Records {
			if x.Kind == sim.Boot {
				boots++
			}
		}
	}
	if ends != boots || boots < 12 {
		t.Errorf("%d lives ended of %d", ends, boots)
	}
	if after := runtime.NumGoroutine(); after != before {
		t.Errorf("%d goroutines, %d before", after, before)
	}
}

// Also nothing of a program whose node died before its Boot returned.
func TestNothingIsLeftOfABoot(t *testing.T) {
	ends := 0
	guest := cGuest(t, wasi.Config{OnEnd: func(sim.NodeID, int, [32]byte) { ends++ }})
	before := runtime.NumGoroutine()
	s := &stage{program: guest, args: []string{"args"}}
	s.line = func(env *sim.Env, _ []byte) { env.Exit("it said something", time.Second) }
	s.play(t, aCase())
	if ends != 10 || len(s.exits) > 0 {
		t.Errorf("%d lives ended of 10; exits %v", ends, s.exits)
	}
	if after := runtime.NumGoroutine(); after != before {
		t.Errorf("%d goroutines, %d before", after, before)
	}
}

// A panic in what the program calls is not taken for an error of the program: it ends the run and says where it was.
func TestPanicOfTheHost(t *testing.T) {
	guest := cGuest(t, wasi.Config{})
	for _, tc := range []struct {
		do   func(env *sim.Env)
		want string
	}{
		{func(*sim.Env) { panic("a bug in the node") }, "panic: a bug in the node, at simrun/sim/program/wasi_test/process_test.go:"},
		{func(env *sim.Env) { env.Fatal("the node gives up") }, "assertion: the node gives up"},
	} {
		s := &stage{program: guest, args: []string{"echo"}}
		s.line = func(env *sim.Env, _ []byte) { tc.do(env) }
		s.client = func(c *sim.Client) { c.Call(1, []byte("hello"), time.Second) }
		r, err := sim.Run(s.system(), aCase())
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, v := range r.Violations {
			got += fmt.Sprintf("%s: %s", v.Check, v.Detail)
		}
		if !strings.HasPrefix(got, tc.want) {
			t.Errorf("violations %q, expected %q", got, tc.want)
		}
	}
}
