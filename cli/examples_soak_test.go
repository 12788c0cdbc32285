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
	if seed, why := firstViolation(t, programs.Model(t, "../examples/hashicorp-raft"), seeds); seed != 0 {
		t.Errorf("seed %d: %s", seed, why)
	}
	if seed, _ := firstViolation(t, programs.Model(t, "../examples/hashicorp-raft", "-early"), seeds); seed == 0 {
		t.Errorf("the planted bug was not found within %d seeds", seeds)
	}
}

// firstViolation is the first seed whose run breaks a promise, and how; 0 if none does.
func firstViolation(t *testing.T, m models.Model, seeds sim.Seed) (sim.Seed, string) {
	s := trial.Setup{Model: m, Base: sim.Case{Model: m.Name, Nodes: 3, Workload: sim.Workload{Name: "lin-kv"}}, Nemesis: nemesis.Swarm}
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
