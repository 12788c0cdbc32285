// Package truetime is a database on several servers whose transactions are ordered by clocks with known bounds, as a system under test: the idea of Spanner (Corbett and
// others, "Spanner: Google's Globally-Distributed Database", OSDI 2012). The protocol is that of package twopc, with timestamps.
//
// A transaction that writes has locks, and a timestamp that is greater than those with which its shards voted; it commits when that has surely passed (commit
// wait). A transaction that only reads takes a timestamp, reads what was there then, and needs no locks. Spanner replicates each shard by Paxos. Here a shard is one
// server with a disk, whose restart takes the place of a new leader.
package truetime

import (
	"time"

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

// epsilon is how far a clock may be from the true time. Spanner's was between 1 and 7 ms when the paper was written (§3).
const epsilon = 10 * time.Millisecond

// Model is the database as a system under test.
func Model() models.Model {
	return models.Model{
		Name:      "truetime",
		Summary:   "transactions over shards that are ordered by clocks with known bounds: commit wait, and reads at a timestamp without locks",
		Guarantee: "transactions are strictly serializable as long as each clock is within 10 ms of the true time and disks keep what they synced; all servers are needed",

		Boot:      blocking.Boot(twopc.Run(options)),
		Client:    func(c *sim.Client) { gateway.RunClient(c, "") },
		Workloads: txns.Workloads(func(*sim.Case) txn.Level { return txn.StrictSerializable }),
		Nodes:     4,
		MinNodes:  2,
		// Not claimed: clocks that drift, since nobody puts them right. Else as in twophase.
		Profile: fault.Profile{
			Roles:  twopc.Roles(),
			Events: twopc.Events(),
			Claims: fault.Claims{Torn: true, Errors: fault.Everybody, Corrupted: true, Skew: 2 * epsilon},
		},
		Monitors:        func(c *sim.Case) []sim.Monitor { return twopc.Monitors(c.Nodes, options) },
		Marks:           append(twopc.Marks(), twopc.MarkUnsafe),
		DescribeMessage: twopc.Describe,
		Converged:       twopc.Converged,
		Bugs: []models.Bug{
			{Name: bugNoWait, Tier: models.Easy,
				Summary: "a commit is told before its timestamp has surely passed: who reads later, by a slower clock, may miss it (causal reverse)",
				Oracles: stale,
				Source:  "OSDI 2012 §4.1.2, commit wait; Jepsen's analysis of CockroachDB beta-20160829: it does not wait, and allows later transactions lower timestamps"},
			{Name: bugUnsafe, Tier: models.Easy,
				Summary: "a shard answers a read at a timestamp at once, though a transaction may still commit before it (fractured reads)",
				Oracles: stale,
				Source:  "OSDI 2012 §4.1.3: a replica answers a read at a timestamp that is no more than its safe time"},
			{Name: bugOwnTime, Tier: models.Medium, Scenario: slowReader,
				Summary: "the coordinator's clock is the timestamp of a commit, even if a shard voted with a greater one",
				Oracles: stale,
				Source:  "OSDI 2012 §4.2.1: the commit timestamp must be greater than or equal to all prepare timestamps"},
		},
	}
}

// slowReader is a plan in which a coordinator with a fast clock reads one shard soon and another late, while those with slow clocks write to both.
const slowReader = "at 0s skew n1 +10ms for 9s\nat 0s skew n2 -10ms for 9s\nat 0s latency constant 60ms on n1 > n3 for 9s\nat 0s latency constant 90ms on n1 > n4 for 9s\n"

var options = twopc.Options{
	Files:   wal.Options{Files: [2]string{"log", "log.copy"}, Magic: 0x31656d74}, // "tme1"
	Epsilon: epsilon,
	Defects: twopc.Defects{NoCommitWait: bugNoWait, UnsafeRead: bugUnsafe, CoordinatorTime: bugOwnTime},
}

const (
	bugNoWait  sim.BugName = "no-commit-wait"
	bugUnsafe  sim.BugName = "unsafe-reads"
	bugOwnTime sim.BugName = "coordinator-time"
)

// stale are the names of what a reader sees that misses a transaction, in whole or in part.
var stale = []string{"G-single", "G-single-process", "G-single-realtime", "G-nonadjacent", "G-nonadjacent-process", "G-nonadjacent-realtime", "G2-item", "G2-item-process", "G2-item-realtime", "incompatible-order"}
