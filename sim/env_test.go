package sim_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"simrun/sim"
	"simrun/sim/rng"
)

// A timer that is set again fires once, when it was last set to; one that is stopped does not fire, and is
// no event.
func TestTimers(t *testing.T) {
	for _, tc := range []struct {
		name string
		set  func(env *sim.Env)
		want string
	}{
		{"once", func(e *sim.Env) { e.SetTimer(0, 10*ms) }, "0 at 10ms"},
		{"later", func(e *sim.Env) { e.SetTimer(0, 10*ms); e.SetTimer(0, 20*ms) }, "0 at 20ms"},
		{"earlier", func(e *sim.Env) { e.SetTimer(0, 20*ms); e.SetTimer(0, 10*ms) }, "0 at 10ms"},
		{"to and fro", func(e *sim.Env) { e.SetTimer(0, 20*ms); e.SetTimer(0, 10*ms); e.SetTimer(0, 30*ms) }, "0 at 30ms"},
		{"stopped", func(e *sim.Env) { e.SetTimer(0, 10*ms); e.StopTimer(0) }, ""},
		{"stopped unset", func(e *sim.Env) { e.StopTimer(9) }, ""},
		{"set again", func(e *sim.Env) { e.SetTimer(0, 10*ms); e.StopTimer(0); e.SetTimer(0, 15*ms) }, "0 at 15ms"},
		{"two", func(e *sim.Env) { e.SetTimer(1, 10*ms); e.SetTimer(0, 10*ms) }, "1 at 10ms, 0 at 10ms"},
		{"negative", func(e *sim.Env) { e.SetTimer(0, -ms) }, "0 at 0s"},
		{"never", func(e *sim.Env) { e.SetTimer(0, 1<<63-1) }, ""},
	} {
		var fired []string
		s := script{
			boot: func(env *sim.Env) {
				if env.ID() == 1 {
					tc.set(env)
				}
			},
			timer: func(env *sim.Env, id sim.TimerID) { fired = append(fired, fmt.Sprintf("%d at %v", id, env.Now())) },
		}
		r := s.play(t, sim.Case{})
		if got := strings.Join(fired, ", "); got != tc.want {
			t.Errorf("%s: fired %q, want %q", tc.name, got, tc.want)
		}
		if want := uint64(3 + len(fired)); r.Events != want { // two boots and the client's start
			t.Errorf("%s: %d events, want %d", tc.name, r.Events, want)
		}
	}
}

// A timer does not survive a crash, also not one that came up during a pause.
func TestTimersDieInACrash(t *testing.T) {
	for _, lines := range [][]string{
		{"at 5ms crash n1 for 2ms"},
		{"at 5ms pause n1 for 50ms", "at 15ms crash n1 for 2ms"},
		{"at 9ms slow n1 by 5ms for 100ms", "at 12ms crash n1 for 2ms"},
	} {
		var fired []time.Duration
		s := script{
			boot: func(env *sim.Env) {
				switch {
				case env.ID() == 1 && env.Boots() == 1:
					env.SetTimer(0, 10*ms)
				case env.ID() == 1:
					env.SetTimer(0, 100*ms)
				}
			},
			timer: func(env *sim.Env, _ sim.TimerID) { fired = append(fired, time.Duration(env.Now())) },
		}
		r := s.play(t, sim.Case{Faults: plan(lines...)})
		late := fired
		if strings.Contains(lines[0], "slow") {
			late = fired[1:] // the first was on time
		}
		if len(late) != 1 || late[0] < 107*ms || late[0] > 122*ms || len(r.Violations) > 0 {
			t.Errorf("%v: fired at %v, %v", lines, fired, r.Violations)
		}
	}
}

// What a crash finds waiting is gone: messages, syncs, timers, and what was not yet sent.
func TestCrashDropsWhatWaits(t *testing.T) {
	var log []string
	s := script{
		boot: func(env *sim.Env) {
			log = append(log, fmt.Sprintf("%v boots", env.ID()))
			env.SetTimer(0, ms)
		},
		timer: func(env *sim.Env, _ sim.TimerID) {
			if env.ID() == 2 {
				env.Send(1, []byte("hello"))
				return
			}
			env.Append("f", []byte{1})
			env.Sync("f", 7)
			env.Work(2 * ms)
			env.Send(2, []byte("done"))
			env.Append("f", []byte{1})
			env.Sync("f", 8)
		},
		recv: func(env *sim.Env, _ sim.NodeID, p []byte) { log = append(log, fmt.Sprintf("%v gets %s", env.ID(), p)) },
		sync: func(env *sim.Env, id sim.SyncID, _ error) {
			log = append(log, fmt.Sprintf("%v synced %d", env.ID(), id))
		},
	}
	c := sim.Case{Faults: plan("at 2ms pause n1", "at 20ms crash n1")}
	c.Disk.Sync = sim.Latency{Dist: sim.Constant, Min: sim.Duration(ms / 2)}
	r := s.play(t, c)
	if got := strings.Join(log, ", "); got != "n1 boots, n2 boots" {
		t.Errorf("got %s", got)
	}
	dropped := 0
	for _, rec := range r.Trace.Records {
		if rec.Kind == sim.Drop && rec.Text == "crash" && rec.Peer == 1 {
			dropped++
		}
	}
	if dropped != 1 || len(r.Violations) > 0 {
		t.Errorf("%d messages dropped by the crash, want 1; %v", dropped, r.Violations)
	}
}

// A crash ends the node's work as well: the next life acts at once.
func TestNextLifeIsNotBusy(t *testing.T) {
	var got []time.Duration
	s := script{
		boot: func(env *sim.Env) {
			if env.ID() == 1 {
				if env.Boots() == 1 {
					env.Work(500 * ms)
				}
				env.Send(2, nil)
			}
		},
		recv: func(env *sim.Env, _ sim.NodeID, _ []byte) { got = append(got, time.Duration(env.Now())) },
	}
	s.play(t, sim.Case{Faults: plan("at 10ms crash n1 for 10ms")})
	if len(got) != 1 || got[0] != 25*ms {
		t.Errorf("messages at %v, want one at 25ms", got)
	}
}

// Files through the environment: what was synced is there after a crash, and nothing else.
func TestFiles(t *testing.T) {
	var after string
	s := script{
		boot: func(env *sim.Env) {
			if env.ID() != 1 {
				return
			}
			check := func(err error) {
				if err != nil {
					env.Fatal(err.Error())
				}
			}
			if env.Boots() == 1 {
				check(env.Append("old", []byte("something")))
				check(env.WriteAt("old", 4, []byte("one")))
				check(env.Truncate("old", 7))
				check(env.Rename("old", "new"))
				env.Sync("new", 1)
				check(env.Append("gone", []byte("x")))
				check(env.Remove("gone"))
				if env.Rename("gone", "other") == nil {
					env.Fatal("a file that is not there was moved")
				}
				if env.Tracing() {
					env.Note("written")
				}
				env.SetTimer(0, 50*ms)
				return
			}
			for _, f := range []string{"old", "new", "gone"} {
				data, err := env.Read(f)
				check(err)
				after += fmt.Sprintf("%s=%s ", f, data)
			}
		},
		timer: func(env *sim.Env, _ sim.TimerID) { env.Append("new", []byte(" lost")) },
	}
	r := s.play(t, sim.Case{Faults: plan("at 100ms crash n1 for 10ms")})
	if after != "old= new=someone gone= " || len(r.Violations) > 0 {
		t.Errorf("after the crash %q, violations %v", after, r.Violations)
	}
	var texts []string
	for _, rec := range r.Trace.Records {
		if rec.Kind == sim.Written || rec.Kind == sim.Note {
			texts = append(texts, rec.Text)
		}
	}
	want := "append old 9 B; write old 3 B; truncate to old 7 B; rename old to new; append gone 1 B; remove gone; rename gone to other: disk: file does not exist; written; append new 5 B"
	if got := strings.Join(texts, "; "); got != want {
		t.Errorf("trace\n%s, want\n%s", got, want)
	}
}

// The draws of nodes and clients are keyed: equal names give equal values, others differ.
func TestDraws(t *testing.T) {
	seen := map[rng.Value]string{}
	name, other := rng.Of("a"), rng.Of("b")
	add := func(v rng.Value, what string) {
		if seen[v] != "" {
			t.Errorf("%s and %s are equal", what, seen[v])
		}
		seen[v] = what
	}
	s := script{
		boot: func(env *sim.Env) {
			add(env.Rand(name, 1), fmt.Sprint(env.ID(), " a 1"))
			add(env.Rand(name, 2), fmt.Sprint(env.ID(), " a 2"))
			add(env.Rand(other, 1), fmt.Sprint(env.ID(), " b 1"))
			if first, again := env.Rand(name, 1), env.Rand(name, 1); first != again {
				t.Error("equal names give different values")
			}
		},
		cli: func(c *sim.Client) { add(c.Rand(name, 1), "c1 a 1") },
	}
	s.play(t, sim.Case{})
	if len(seen) != 7 {
		t.Errorf("%d draws", len(seen))
	}
}

// An assertion that fails again and again is told once.
func TestAssertionIsToldOnce(t *testing.T) {
	s := script{boot: func(env *sim.Env) {
		if env.ID() == 1 {
			env.Fatal("never again")
		}
	}}
	r := s.play(t, sim.Case{Faults: plan("at 10ms restart n1", "at 20ms restart n1")})
	only(t, r, "assertion", 1, "never again")
	boots := 0
	for _, rec := range r.Trace.Records {
		if rec.Kind == sim.Boot && rec.Node == 1 {
			boots++
		}
	}
	if boots != 3 {
		t.Errorf("%d boots, want 3", boots)
	}
}

// Faults that are forever outlast the heal; all others end there.
func TestForever(t *testing.T) {
	c := quiet(1)
	c.Faults = plan("at 500ms crash n5 forever", "at 510ms skew n4 +10ms forever", "at 520ms skew n3 +10ms", "at 530ms pause n2", "at 540ms slow-sync n3 by 1ms")
	r := run(t, c)
	if len(r.Violations) > 0 {
		t.Error(r.Violations)
	}
	ended := map[string]sim.Time{}
	for _, rec := range r.Trace.Records {
		if rec.Kind == sim.FaultOff {
			ended[strings.Fields(rec.Text)[2]+strings.Fields(rec.Text)[3]] = rec.Time
		}
	}
	heal := sim.Time(time.Second)
	if len(ended) != 3 || ended["skewn3"] != heal || ended["pausen2"] != heal || ended["slow-syncn3"] != heal {
		t.Errorf("ended: %v", ended)
	}
}
