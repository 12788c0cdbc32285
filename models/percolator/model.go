// Package percolator is a database with snapshot isolation over shards that do not know of transactions, as a system under test: Percolator (Peng and Dabek, "Large-scale
// Incremental Processing Using Distributed Transactions and Notifications", OSDI 2010).
//
// n1 is the timestamp oracle, and the others are shards, which change one row at a time. Any server does the transactions of clients, as a worker does: it reads at a timestamp, then
// locks each key that it writes, which fails if another has written the key since, then takes a second timestamp and turns the lock of one of the keys, the primary, into a
// write. That decides: the other locks name the primary, and whoever meets one that was left behind asks the primary and rolls it forward, or back. The lock of a primary
// expires, so that a server which crashed is in nobody's way for long; nothing depends on when.
//
// Percolator's shards are a Bigtable, and a lock is alive as long as Chubby says that its worker is (§2.2). Here each is a server with a log, and locks have a time to live.
package percolator

import (
	"time"

	"simrun/check/txn"
	"simrun/models"
	"simrun/models/gateway"
	"simrun/models/journal"
	txns "simrun/models/txn"
	"simrun/models/wal"
	"simrun/sim"
	"simrun/sim/blocking"
	"simrun/sim/fault"
)

// Model is the database as a system under test.
func Model() models.Model {
	return models.Model{
		Name:      "percolator",
		Summary:   "transactions over shards of single rows with a timestamp oracle: locks with a primary, and a lazy clean-up after those who crashed",
		Guarantee: "strong snapshot isolation, whatever clocks do, as long as disks keep what they synced; write skew is allowed; the oracle and the shards of a transaction are needed",

		Boot:      blocking.Boot(run),
		Client:    func(c *sim.Client) { gateway.RunClient(c, "") },
		Workloads: txns.Workloads(func(*sim.Case) txn.Level { return txn.StrongSnapshotIsolation }),
		Nodes:     4,
		MinNodes:  2,
		// Not claimed: nodes that are lost for good, since each is the only one that has its keys, and disks that come back empty or damaged.
		Profile: fault.Profile{
			Roles: []string{roleOracle, roleServer, roleHalted},
			Events: []fault.EventDecl{
				{Event: eventPrewritten, Summary: "a shard is about to tell that it has locked a key"},
				{Event: eventCommitted, Summary: "a shard is about to tell that it has turned a lock into a write"},
				{Event: eventRolledBack, Summary: "a shard is about to tell that it has removed a lock"},
			},
			Claims: fault.Claims{Torn: true, Errors: fault.Everybody, Corrupted: true, Skew: fault.Forever, Drift: 100},
		},
		Monitors:        monitors,
		Marks:           []string{markConflict, markWaited, markForward, markExpired, markTooLate, journal.MarkRefused},
		DescribeMessage: describe,
		Bugs:            bugs,
	}
}

var logFiles = wal.Options{Files: [2]string{"log", "log.copy"}, Magic: 0x31637270} // "prc1"

const (
	oracleNode sim.NodeID = 1

	roleOracle = "oracle"
	roleServer = "server"
	roleHalted = "halted"

	markConflict = "a transaction met a later write"
	markWaited   = "a reader met a lock"
	markForward  = "a lock was turned into a write after its primary"
	markExpired  = "a transaction was rolled back at its primary"
	markTooLate  = "a primary was rolled back before it could commit"

	rangeSize stamp = 50 // timestamps that the oracle may give before it writes to its disk again

	lockTTL      = 300 * time.Millisecond // of a primary, from its prewrite or the restart of its shard on
	callPatience = 200 * time.Millisecond
	tryFor       = 1200 * time.Millisecond
	maxTries     = 8
	lockTries    = 4                     // to lock a key that another has locked; then two that wait for each other give up
	retryPause   = 20 * time.Millisecond // at most
)
