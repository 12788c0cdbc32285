// Package primarybackup is primary-backup replication as a system under test: one primary orders the commands of the
// clients and copies them to its backups; a view service (n1) decides who the primary is.
//
// The scheme is that of PacificA (Lin, Yang, Zhang and Zhou, "PacificA: Replication in Log-Based Distributed Storage
// Systems", MSR-TR-2008-25), which Kafka's in-sync replicas resemble: a view names an epoch, the primary and the replicas
// that are in sync. With synchronous replication a command is acknowledged when every replica in sync has it on disk, so that
// any of them can become primary. A replica rejects what comes with an older epoch than its own (fencing), and its epoch is as durable as
// its log. A primary that restarts asks for a new epoch before it leads again, since it has forgotten what it asked for in the old one.
package primarybackup

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

// Model is primary-backup replication as a system under test.
func Model() models.Model {
	return models.Model{
		Name:      "primarybackup",
		Summary:   "a key-value store with a primary, backups and a view service",
		Guarantee: "linearizable with synchronous and semi-synchronous replication as long as disks keep what they synced; available while the view service, and a replica in sync that it can reach, are up",

		Boot:      boot,
		Client:    func(c *sim.Client) { kv.RunClient(c, kv.Options{LogReads: true}) },
		Workloads: []models.Workload{workload.KV(), workload.Register(), workload.CASRegister()},
		Options: []models.Option{{Name: optionReplication,
			Summary: "who must have a command on disk before it is acknowledged: every replica in sync, one of them, or the primary alone, which loses writes when it fails over",
			Values:  []string{"sync", "semi-sync", "async"}, Weaker: []string{"async"}}},
		Nodes:    4,
		MinNodes: 2,
		Profile: models.Profile{
			Roles:   []string{viewservice.Role, rolePrimary, roleBackup, roleJoining, rsm.Halted},
			Leader:  rolePrimary,
			Elected: oplog.Elected,
			Events:  oplog.Events(),
			Claims:  fault.Claims{Torn: true, Errors: fault.Everybody, Corrupted: true, Skew: fault.Forever, Drift: 100},
		},
		Monitors:        func(c *sim.Case) []sim.Monitor { return rsm.Monitors(c.Nodes, "primary", "epoch", logFiles, 0) },
		Marks:           append(viewservice.Marks(), rsm.MarkFenced, rsm.MarkConflict),
		Timers:          rsm.Timers(),
		DescribeMessage: describe,
		Converged:       oplog.Converged,

		Bugs: []models.Bug{
			{Name: bugAsyncAck, ID: "B44", Tier: models.Easy,
				Summary: "the primary acknowledges a write that no backup has, and a backup takes over without it",
				Oracles: []string{"linearizability", "equal logs", "equal machines"},
				Source:  "Redis Sentinel (Jepsen, 2013, Call me maybe: Redis)"},
			{Name: bugNoFencing, ID: "B45", Tier: models.Easy,
				Summary: "backups take what a primary of an older epoch sends, so that two primaries acknowledge writes",
				Oracles: []string{"equal logs", "linearizability", "assertion"},
				Source:  "Jepsen's analyses of systems without fencing, such as Elasticsearch 1.1 and RabbitMQ 3.3"},
			{Name: bugApplyGaps, ID: "B46", Tier: models.Easy,
				Summary: "a backup puts what it receives at the end of its log without looking what comes before it",
				Oracles: []string{"equal logs", "linearizability", "assertion"},
				Source:  "the prepare rule of PacificA §3.2, and Raft Figure 2 (AppendEntries step 2), left out"},
		},
	}
}

const optionReplication sim.OptionName = "replication"

const (
	bugAsyncAck  sim.BugName = "async-ack"
	bugNoFencing sim.BugName = "no-fencing"
	bugApplyGaps sim.BugName = "apply-gaps"
)

const (
	rolePrimary = "primary"
	roleBackup  = "backup"
	roleJoining = "joining"
)

// boot starts the view service at n1, and a replica anywhere else.
func boot(env *sim.Env) sim.Node {
	if env.ID() != viewservice.Node {
		return bootReplica(env)
	}
	holds := viewservice.EachHolds
	switch env.Option(optionReplication) {
	case "semi-sync":
		holds = viewservice.OneHolds
	case "async":
		holds = viewservice.NoneHolds
	}
	return viewservice.Boot(env, viewservice.Rules{Holds: holds})
}
