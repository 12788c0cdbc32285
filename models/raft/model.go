package raft

import (
	"fmt"

	"simrun/models"
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
		Converged:       converged,
	}
}

// converged compares the applied state of all servers that take part.
func converged(nodes []sim.Node) string {
	var first *server
	for _, n := range nodes {
		s, ok := n.(*server)
		if !ok || s.role == halted {
			continue
		}
		if first == nil {
			first = s
			continue
		}
		if first.applied != s.applied || first.log.Chain(first.applied) != s.log.Chain(s.applied) {
			return fmt.Sprintf("%s has applied %d entries, %s %d", first.id, first.applied, s.id, s.applied)
		}
	}
	return ""
}
