package raft

import (
	"testing"

	"simrun/check"
	"simrun/internal/soak"
	"simrun/sim"
	"simrun/sim/nemesis"
	"simrun/trial"
)

// Everything at once: an operator changes the members, hands over and compacts, while others read and write, under any faults.
func TestEverythingOn(t *testing.T) {
	for i, options := range []map[sim.OptionName]string{
		{optionCompaction: on, optionMembership: string(joint), optionTransfer: on, optionFlow: "messages", optionReads: "lease"},
		{optionCompaction: on, optionMembership: string(single), optionTransfer: on, optionFlow: "messages", optionReads: "follower"},
		{optionReads: "follower"},
		{optionReads: "lease", optionMembership: string(single), optionPriority: on, optionSyncs: "several"},
	} {
		work := []string{"", "", operatedName, operatedName}[i]
		s := trial.Setup{Model: Model(), Base: sim.Case{Options: options, Workload: sim.Workload{Name: work}}, Nemesis: nemesis.Swarm}
		for seed := range sim.Seed(soak.N(8, 1_000)) {
			run, err := s.Run(1+seed, false)
			if err != nil {
				t.Fatal(err)
			}
			if run.Outcome != check.Valid {
				t.Errorf("options %v, seed %d: %v: %s", options, 1+seed, run.Outcome, run.Summary)
			}
		}
	}
}
