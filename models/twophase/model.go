// Package twophase is a database on several servers with two-phase locking and two-phase commit, as a system under test. The protocol is that of package twopc, without
// timestamps.
package twophase

import (
	"simrun/check/txn"
	"simrun/models"
	"simrun/models/gateway"
	"simrun/models/twopc"
	txns "simrun/models/txn"
	"simrun/models/wal"
	"simrun/sim"
	"simrun/sim/blocking"
	"simrun/sim/fault"
)

// Model is the database as a system under test.
func Model() models.Model {
	return models.Model{
		Name:      "twophase",
		Summary:   "transactions over shards: two-phase locking, and two-phase commit with presumed abort, in which shards in doubt ask",
		Guarantee: "transactions are strictly serializable as long as disks keep what they synced; a shard in doubt keeps its locks until its coordinator is back, so that all servers are needed",

		Boot:      blocking.Boot(twopc.Run(options)),
		Client:    func(c *sim.Client) { gateway.RunClient(c, bugTwice) },
		Workloads: txns.Workloads(func(*sim.Case) txn.Level { return txn.StrictSerializable }),
		Nodes:     4,
		MinNodes:  2,
		// Not claimed: nodes that are lost for good, since each is the only one that has its keys, and disks that come back empty or damaged.
		Profile: fault.Profile{
			Roles:  twopc.Roles(),
			Events: twopc.Events(),
			Claims: fault.Claims{Torn: true, Errors: fault.Everybody, Corrupted: true, Skew: fault.Forever, Drift: 100},
		},
		Monitors:        func(c *sim.Case) []sim.Monitor { return twopc.Monitors(c.Nodes, options) },
		Marks:           twopc.Marks(),
		DescribeMessage: twopc.Describe,
		Converged:       twopc.Converged,
		Bugs:            bugs,
	}
}

// options are those of the servers.
var options = twopc.Options{
	Files:   wal.Options{Files: [2]string{"log", "log.copy"}, Magic: 0x31637032}, // "2pc1"
	Defects: twopc.Defects{UnsavedDecision: bugUnsaved, EarlyRelease: bugEarly, ForgetsPrepared: bugForgets, HastyAnswer: bugHasty},
}
