package sim_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"simrun/sim"
	"simrun/sim/fault"
)

// crashStep is a line of a plan about n1, in steps of 100 ms, so that many of them meet at one instant.
type crashStep struct {
	at, length int // a length of 0: a restart
}

func (s crashStep) line() string {
	if s.length == 0 {
		return fmt.Sprintf("at %dms restart n1", 100*s.at)
	}
	return fmt.Sprintf("at %dms crash n1 for %dms", 100*s.at, 100*s.length)
}

// downBetween is the dumb model: whether n1 is down between two steps of time. A crash is in force from its
// beginning to its end, unless a restart comes in between, or at the same instant and later in the plan.
func downBetween(steps []crashStep, step int) bool {
	for i, s := range steps {
		if s.at > step || s.at+s.length <= step {
			continue
		}
		voided := false
		for j, r := range steps {
			voided = voided || r.length == 0 && r.at <= step && (r.at > s.at || r.at == s.at && j > i)
		}
		if !voided {
			return true
		}
	}
	return false
}

// A node is down in every interval in which a crash of it is in force, whatever else begins or ends
// at the same instant, and up in every other.
func TestDownWhileACrashIsInForce(t *testing.T) {
	down, meet := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		steps := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) crashStep {
			return crashStep{rapid.IntRange(0, 8).Draw(t, "at"), rapid.IntRange(0, 4).Draw(t, "length")}
		}), 1, 6).Draw(t, "steps")
		var faults []fault.Fault
		for i, s := range steps {
			faults = append(faults, plan(s.line())...)
			for _, other := range steps[:i] {
				if s.length > 0 && other.at+other.length == s.at {
					meet++
				}
			}
		}
		r, err := sim.RunTraced((&script{}).system(), sim.Case{
			Nodes: 2, Clients: 1, Duration: sim.Duration(time.Second), Faults: faults, Recovery: sim.Recovery{Skip: true},
		})
		if err != nil {
			t.Fatal(err)
		}
		for step := range 10 {
			up, middle := false, sim.Time(step)*sim.Time(100*ms)+sim.Time(50*ms)
			for _, rec := range r.Trace.Records {
				if rec.Node == 1 && rec.Time < middle && (rec.Kind == sim.Boot || rec.Kind == sim.Crash) {
					up = rec.Kind == sim.Boot
				}
			}
			want := downBetween(steps, step)
			if up == want {
				t.Fatalf("from %d ms on n1 is up: %v, want %v", 100*step, up, !want)
			}
			if want {
				down++
			}
		}
	})
	if !testing.Short() && (down < 50 || meet < 10) { // -short lets rapid draw a fifth
		t.Errorf("n1 was down in %d intervals, and %d crashes began as another ended: too few to tell", down, meet)
	}
}
