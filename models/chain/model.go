// Package chain is chain replication as a system under test: the head of a chain orders the commands of the clients, each
// server hands them to the next, and what the tail has is committed. A master (n1) decides who is in the chain.
//
// The protocol is that of van Renesse and Schneider, "Chain Replication for Supporting High Throughput and Availability", OSDI 2004; reads at any
// server are those of Terrace and Freedman, "Object Storage on CRAQ", USENIX ATC 2009 (apportioned queries). Both suppose
// that a server which the master removes has stopped. Here it may only be cut off, so each server rejects what comes with an older epoch, and a read is answered
// when the master has confirmed that the chain is still the current one.
package chain

import (
	"simrun/models"
	"simrun/models/kv"
	"simrun/models/oplog"
	"simrun/models/rsm"
	"simrun/models/viewservice"
	"simrun/models/workload"
	"simrun/sim"
	"simrun/sim/fault"
)

// Model is chain replication as a system under test.
func Model() models.Model {
	return models.Model{
		Name:      "chain",
		Summary:   "a key-value store on a chain of servers with a master: writes at the head, reads at the tail or at any server",
		Guarantee: "linearizable as long as disks keep what they synced; available while the master, and a server of the chain that it can reach, are up",

		Boot:      boot,
		Client:    func(c *sim.Client) { kv.RunClient(c, kv.Options{}) },
		Workloads: []models.Workload{workload.KV(), workload.Register(), workload.CASRegister()},
		Options: []models.Option{{Name: optionReads,
			Summary: "which servers answer reads: any server of the chain, which asks the tail about keys with writes under way (CRAQ), or the tail alone",
			Values:  []string{"apportioned", "tail"}}},
		Nodes:    5,
		MinNodes: 2,
		Profile: models.Profile{
			Roles:   []string{viewservice.Role, roleHead, roleMiddle, roleTail, roleJoining, rsm.Halted},
			Leader:  roleHead,
			Elected: oplog.Elected,
			Events:  oplog.Events(),
			Claims:  fault.Claims{Torn: true, Errors: fault.Everybody, Corrupted: true, Skew: fault.Forever, Drift: 100},
		},
		Monitors:        func(c *sim.Case) []sim.Monitor { return rsm.Monitors(c.Nodes, "head", "epoch", logFiles, 0) },
		Marks:           append(viewservice.Marks(), rsm.MarkFenced, rsm.MarkConflict, markDirty),
		Timers:          rsm.Timers(),
		DescribeMessage: describe,
		Converged:       oplog.Converged,

		Bugs: []models.Bug{
			{Name: bugAckAtHead, Tier: models.Easy,
				Summary: "the head answers a write when it has it on disk itself, before the tail has it",
				Oracles: []string{"linearizability", "equal logs", "assertion"},
				Source:  "OSDI 2004 §2.2: \"the tail … generates the reply\"; the premature reply is B44 in a chain"},
			{Name: bugNoConfirm, Tier: models.Easy,
				Summary: "a server answers reads without asking whether it is still in the chain",
				Oracles: []string{"linearizability"},
				Source:  "OSDI 2004 §2 and ATC 2009 §2 suppose that servers fail by stopping; a tail that is cut off has not stopped"},
			{Name: bugDirtyReads, Tier: models.Easy,
				Summary: "a server answers reads of a key from what it has received, though the tail may not have it",
				Oracles: []string{"linearizability"},
				Source:  "ATC 2009 §2.3: a dirty object must be asked for at the tail"},
			{Name: bugNoFencing, ID: "B45", Tier: models.Easy,
				Summary: "servers take what comes with an older epoch, so that a head that was replaced goes on",
				Oracles: []string{"equal logs", "linearizability", "assertion"},
				Source:  "Jepsen's analyses of systems without fencing, such as Elasticsearch 1.1 and RabbitMQ 3.3"},
		},
	}
}

const optionReads sim.OptionName = "reads"

const (
	bugAckAtHead  sim.BugName = "ack-at-head"
	bugNoConfirm  sim.BugName = "no-confirm"
	bugDirtyReads sim.BugName = "dirty-reads"
	bugNoFencing  sim.BugName = "no-fencing"
)

const (
	roleHead    = "head"
	roleMiddle  = "middle"
	roleTail    = "tail"
	roleJoining = "joining"
)

// markDirty is a state worth reaching.
const markDirty = "read of a key with writes under way asked at the tail"

// boot starts the master at n1, and a server anywhere else.
func boot(env *sim.Env) sim.Node {
	if env.ID() == viewservice.Node {
		return viewservice.Boot(env, viewservice.Rules{Holds: viewservice.EachHolds, Watches: true})
	}
	return bootServer(env)
}
