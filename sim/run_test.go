package sim_test

import (
	"strings"
	"testing"
	"time"

	"simrun/history"
	"simrun/sim"
)

// run runs a case of the toy with a trace.
func run(t testing.TB, c sim.Case) *sim.Result {
	t.Helper()
	r, err := sim.RunTraced(toySystem, c)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// quiet is a short case without faults.
func quiet(seed sim.Seed) sim.Case {
	return sim.Case{Seed: seed, Duration: sim.Duration(time.Second), Recovery: sim.Recovery{Within: sim.Duration(2 * time.Second)}}
}

// everything is a plan with a fault of each kind.
var everything = plan(
	"at 50ms partition n1,n2 | n3,n4,n5 for 100ms",
	"at 60ms crash n2 keeping torn for 40ms",
	"at 90ms isolate n3 dropping in-flight for 50ms",
	"at 120ms cut n1 > n4 for 60ms",
	"at 150ms clog on n5 for 50ms",
	"at 180ms loss 1/4 for 100ms",
	"at 200ms duplicate 1/3 on n1 for 100ms",
	"at 220ms reorder 1/2 by 10ms for 100ms",
	"at 240ms corrupt 1/1000 on n5 > n4 for 50ms",
	"at 260ms latency exponential 1ms 80ms on n1 <> n2 for 100ms",
	"at 280ms bandwidth 64kB/s queue 20 for 100ms",
	"at 300ms pause n4 for 60ms",
	"at 320ms slow n5 by 200µs for 100ms",
	"at 340ms skew n2 +400ms for 50ms",
	"at 360ms drift n3 +1/100 for 100ms",
	"at 380ms strobe n4 20ms every 5ms for 60ms",
	"at 400ms slow-sync n1 by 3ms for 100ms",
	"at 420ms stall-sync n2 for 40ms",
	"at 440ms swizzle-clog for 100ms",
	"at 460ms crash-loop n5 every 30ms for 90ms",
	"at 500ms crash n3 at disk op 1 wiping disk for 30ms",
	"on apply crash n4 for 30ms",
	"at 600ms partition bridge for 50ms",
	"at 700ms crash all keeping any for 50ms",
	"at 800ms cut n2 > n1",
	"at 810ms heal",
	"at 900ms pause n5",
	"at 910ms resume n5",
	"at 920ms crash n2",
	"at 930ms restart n2",
	"at 940ms crash n3",
)

func TestQuietRun(t *testing.T) {
	r := run(t, quiet(1))
	if len(r.Violations) > 0 {
		t.Fatalf("violations: %+v", r.Violations)
	}
	ops, err := history.Pair(r.History)
	if err != nil {
		t.Fatal(err)
	}
	ok := 0
	for _, op := range ops {
		if op.Outcome == history.OK {
			ok++
		}
	}
	if len(ops) < 150 || ok != len(ops) {
		t.Errorf("%d of %d operations are ok, want all of at least 150", ok, len(ops))
	}
}

func TestEveryFaultHeals(t *testing.T) {
	for seed := range sim.Seed(20) {
		c := quiet(seed)
		c.Faults = everything
		r := run(t, c)
		for _, v := range r.Violations {
			t.Errorf("seed %d: %+v", seed, v)
		}
		begun := map[string]bool{}
		for _, rec := range r.Trace.Records {
			if rec.Kind == sim.FaultOn {
				begun[strings.Fields(rec.Text)[2]] = true
			}
		}
		if len(begun) < 21 {
			t.Errorf("seed %d: only %d kinds of faults began: %v", seed, len(begun), begun)
		}
	}
}
