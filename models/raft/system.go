package raft

import (
	"fmt"

	"simrun/models/workload"
	"simrun/sim"
)

// System is the model for [sim.Run].
func System() sim.System {
	s := sim.System{
		Name:            "raft",
		Boot:            func(env *sim.Env) sim.Node { return boot(env) },
		Client:          runClient,
		Workloads:       []sim.WorkloadKind{workload.KV(), workload.Register(), workload.CASRegister()},
		Atlas:           Atlas(),
		Timers:          []string{timerElection: "election", timerHeartbeat: "heartbeat", timerDisk: "disk"},
		Options:         []string{OptionPreVote, OptionCheckQuorum, OptionReads},
		Monitors:        func(c *sim.Case) []sim.Monitor { return Monitors(c.Nodes) },
		DescribeMessage: describeMessage,
		Converged:       converged,
	}
	for _, b := range Bugs() {
		s.Bugs = append(s.Bugs, b.Name)
	}
	return s
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
		if first.applied != s.applied || first.log.chain(first.applied) != s.log.chain(s.applied) {
			return fmt.Sprintf("%s has applied %d entries, %s %d", first.id, first.applied, s.id, s.applied)
		}
	}
	return ""
}
