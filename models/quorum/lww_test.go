package quorum

import (
	"testing"
	"time"

	"simrun/check"
	"simrun/internal/soak"
	"simrun/sim"
	"simrun/trial"
)

// found returns the seeds from 1 to last that are not linearizable, by the default search.
func found(t *testing.T, last sim.Seed, base sim.Case, nemesis string) (seeds []sim.Seed) {
	t.Helper()
	s := trial.Setup{Model: Model(), Base: base, Nemesis: nemesis}
	for seed := sim.Seed(1); seed <= last; seed++ {
		run, err := s.Run(seed, false)
		if err != nil {
			t.Fatal(err)
		}
		if run.Outcome == check.Violation {
			seeds = append(seeds, seed)
		}
	}
	return seeds
}

// B56: tags of skewed clocks lose acknowledged writes. Tags that ignore clocks lose none on the same seeds.
func TestSkewedClocksLoseWrites(t *testing.T) {
	seeds := sim.Seed(soak.N(12, 30))
	bug, twin := found(t, seeds, sim.Case{Bugs: []sim.BugName{bugSkewedClocks}}, "clock"), found(t, seeds, sim.Case{}, "clock")
	if len(bug) == 0 || len(twin) > 0 {
		t.Errorf("the bug shows in seeds %v, its twin fails in %v", bug, twin)
	}
	if without := found(t, seeds, sim.Case{Bugs: []sim.BugName{bugSkewedClocks}}, "none"); len(without) > len(bug)/2 {
		t.Errorf("%d seeds without any skew show the bug, %d with it", len(without), len(bug))
	}
}

func options(r, w, hints, repair string) map[sim.OptionName]string {
	return map[sim.OptionName]string{optionConsistency: lww, optionR: r, optionW: w, optionHints: hints, optionRepair: repair, optionAntiEntropy: "off"}
}

// Last writer wins is not linearizable, least of all if reads and writes need not meet.
func TestLastWriterWinsIsWeaker(t *testing.T) {
	seeds := sim.Seed(soak.N(10, 20))
	apart, overlap := found(t, seeds, sim.Case{Options: options("1", "1", "on", "on")}, "none"), found(t, seeds, sim.Case{Options: options("2", "2", "on", "on")}, "none")
	if len(apart) <= len(overlap) {
		t.Errorf("R + W < N fails in seeds %v, R + W > N in %v", apart, overlap)
	}
	if skewed := found(t, seeds, sim.Case{Options: options("2", "2", "on", "on")}, "clock"); len(skewed) == 0 {
		t.Error("skewed clocks do no harm to the last writer")
	}
}

// What n3 missed while it was cut off reaches it by hinted handoff or by read repair, and without both it does not.
func TestReplicasCatchUp(t *testing.T) {
	faults := plan(t, "at 0s partition n3 | n1,n2 for 3s")
	for _, c := range []struct {
		hints, repair    string
		reads, catchesUp bool
	}{
		{"off", "off", true, false},
		{"on", "off", false, true},
		{"off", "on", false, false}, // nobody reads
		{"off", "on", true, true},
	} {
		for seed := sim.Seed(1); seed <= 5; seed++ {
			got := behind(t, sim.Case{Seed: seed, Clients: 1, Options: options("1", "2", c.hints, c.repair), Faults: faults, Duration: sim.Duration(8 * time.Second),
				Workload: sim.Workload{Name: "register", Rate: 10}, Recovery: sim.Recovery{Skip: true}}, c.reads)
			if got == c.catchesUp {
				t.Errorf("seed %d, hints %s, read repair %s, reads %v: n3 is behind: %v", seed, c.hints, c.repair, c.reads, got)
			}
		}
	}
}

// behind runs a case in which the client writes 20 times and then only reads, or does nothing, and reports whether n3 ends with another
// value than n1.
func behind(t *testing.T, c sim.Case, reads bool) bool {
	t.Helper()
	system := Model().System()
	for i := range system.Workloads {
		next := system.Workloads[i].Next
		system.Workloads[i].Next = func(turn *sim.Turn) sim.Op {
			only := *turn
			only.Mix = []sim.Weight{{F: "write", Weight: 1}}
			if turn.Ordinal >= 20 {
				only.Mix[0].F = "read"
			}
			return next(&only)
		}
	}
	if !reads {
		c.Workload.Ops = 20
	}
	r, err := sim.RunTraced(system, c)
	if err != nil {
		t.Fatal(err)
	}
	last := map[sim.NodeID]string{}
	for _, rec := range r.Trace.Records {
		if rec.Kind == sim.StateIs && len(rec.State.Detail) > 0 {
			last[rec.Node] = rec.State.Detail[0].Value
		}
	}
	if last[1] == "" {
		t.Fatal("n1 has no value")
	}
	return last[3] != last[1]
}
