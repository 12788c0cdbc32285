//go:build soak

package cli

import (
	"testing"

	"simrun/check"
	"simrun/models"
	"simrun/sim"
	"simrun/sim/nemesis"
	"simrun/simtest/programs"
	"simrun/trial"
)

// hashicorp/raft, unmodified, keeps its promise under the swarm; with a log that acknowledges entries before they are synced, the search sees it.
func TestHashicorpRaft(t *testing.T) {
	const seeds = 30
	swarm := trial.Setup{Base: sim.Case{Nodes: 3}, Nemesis: nemesis.Swarm}
	if seed, why := firstViolation(t, programs.Model(t, "../examples/hashicorp-raft"), swarm, seeds); seed != 0 {
		t.Errorf("seed %d: %s", seed, why)
	}
	if seed, _ := firstViolation(t, programs.Model(t, "../examples/hashicorp-raft", "-early"), swarm, seeds); seed == 0 {
		t.Errorf("the planted bug was not found within %d seeds", seeds)
	}
}

// tidwall/wal, unmodified, keeps its promise on the usual file systems of Linux. Where fsync promises what POSIX does, and no more, a crash
// takes its log; and a last entry that is torn it refuses to read.
func TestTidwallWAL(t *testing.T) {
	const seeds = 60
	for _, c := range []struct {
		args   []string
		setup  trial.Setup
		breaks bool
	}{
		{nil, trial.Setup{Nemesis: nemesis.Swarm}, false},
		{nil, trial.Setup{Nemesis: "crash", Base: sim.Case{Options: map[sim.OptionName]string{"fsync": "posix"}}}, true},
		{[]string{"-pad=2000"}, trial.Setup{Nemesis: "power"}, false},
		{[]string{"-pad=2000"}, trial.Setup{Nemesis: "power", Beyond: true}, true},
	} {
		c.setup.Base.Nodes = 1
		seed, why := firstViolation(t, programs.Model(t, "../examples/wal", c.args...), c.setup, seeds)
		if (seed != 0) != c.breaks {
			t.Errorf("%v under %s, beyond: %v, %v: seed %d: %s", c.args, c.setup.Nemesis, c.setup.Beyond, c.setup.Base.Options, seed, why)
		}
	}
}

// firstViolation is the first seed whose run breaks a promise, and how; 0 if none does.
func firstViolation(t *testing.T, m models.Model, s trial.Setup, seeds sim.Seed) (sim.Seed, string) {
	s.Model, s.Base.Model, s.Base.Workload.Name = m, m.Name, "lin-kv"
	if err := s.Check(); err != nil {
		t.Fatal(err)
	}
	for seed := sim.Seed(1); seed <= seeds; seed++ {
		r, err := s.Run(seed, false)
		if err != nil {
			t.Fatal(err)
		}
		if r.Outcome == check.Violation {
			return seed, r.Summary
		}
	}
	return 0, ""
}
