package raft

import (
	"simrun/models"
	"simrun/models/oplog"
	"simrun/models/workload"
	"simrun/sim"
)

// Model is Raft as a system under test.
func Model() models.Model {
	return models.Model{
		Name:      "raft",
		Summary:   "a key-value store replicated with Raft",
		Guarantee: "linearizable as long as a majority keeps what it synced, and available while a majority is connected",

		Boot:      func(env *sim.Env) sim.Node { return boot(env) },
		Client:    runClient,
		Workloads: []models.Workload{workload.KV(), workload.Register(), workload.CASRegister()},
		Options:   optionRows(),
		Bugs:      bugRows(),
		Profile:   profile(),
		Monitors:  func(c *sim.Case) []sim.Monitor { return monitors(c.Nodes) },
		Marks:     marks(),

		Timers:          []string{timerElection: "election", timerHeartbeat: "heartbeat", timerDisk: "disk"},
		DescribeMessage: describeMessage,
		Converged:       oplog.Converged,
	}
}

// AppliedUpTo implements [oplog.Applier].
func (s *server) AppliedUpTo() (node sim.NodeID, index Index, ok bool) {
	return s.id, s.applied, s.role != halted
}

// HashUpTo implements [oplog.Applier].
func (s *server) HashUpTo(index Index) uint64 { return s.log.Chain(index) }
