// Package mvcc is a transactional store with multiversion concurrency control as a system under test: every entry of a log, which Raft replicates, is a
// version of the store, and a transaction reads at one of them.
//
// A client takes the version that a server has applied as its snapshot, reads there, at any server, keeps what it writes to itself, and sends that
// to the log as one entry. All servers validate it when they apply it, and install it or not: "first committer wins" (Berenson, Bernstein, Gray, Melton,
// O'Neil and O'Neil, "A Critique of ANSI SQL Isolation Levels", SIGMOD 1995, §4.2). With validation of reads too, and snapshots that miss nothing,
// it is strictly serializable (Kung and Robinson, TODS 1981). At read committed each read sees what is committed at the moment, and nothing is
// validated but what a transaction has read of its own writes. Old versions are collected, and a snapshot that needs one is too old.
package mvcc

import (
	isolation "simrun/check/txn"
	"simrun/models"
	"simrun/models/invariant"
	"simrun/models/oplog"
	"simrun/models/raft"
	"simrun/models/txn"
	"simrun/sim"
)

// Model is the store as a system under test.
func Model() models.Model {
	return models.Model{
		Name:      "mvcc",
		Summary:   "a transactional store with multiversion concurrency control over a log that Raft replicates",
		Guarantee: "transactions have the isolation level of the option isolation as long as a majority keeps what it synced; available while a majority is connected",
		Boot:      func(env *sim.Env) sim.Node { return boot(env) },
		Client:    runClient,
		Workloads: txn.Workloads(promised),
		Options: append(raft.Options(), models.Option{Name: optionIsolation, Values: []string{strictSerializable, snapshotIsolation, readCommitted},
			Summary: "which level transactions have: strict-serializable, where all that was read is validated at the commit; snapshot-isolation, where the first that commits a write wins; read-committed"}),
		Bugs:            bugs(),
		Sites:           raft.Sites(),
		Profile:         raft.Profile(),
		Monitors:        monitors,
		Marks:           append(raft.Marks(), markConflict, markBehind, markTooOld, markRepeated),
		Timers:          raft.Timers(),
		DescribeMessage: raft.DescribeMessage(describe),
		Converged:       oplog.Converged,
	}
}

// monitors are those of raft, and that all servers come to the same versions.
func monitors(c *sim.Case) []sim.Monitor {
	return append(raft.Monitors(c.Nodes), invariant.Equal("equal versions", stateOf))
}

// The option isolation, and its values.
const (
	optionIsolation sim.OptionName = "isolation"

	strictSerializable = "strict-serializable"
	snapshotIsolation  = "snapshot-isolation"
	readCommitted      = "read-committed"
)

// levelOf is the level that an option asks for: left out, it is the strongest.
func levelOf(option string) string {
	if option == "" {
		return strictSerializable
	}
	return option
}

// promised is the level that a case asks for.
func promised(c *sim.Case) isolation.Level {
	level, _ := isolation.LevelByName(levelOf(c.Options[optionIsolation])) // the values of the option are names of levels
	return level
}

// States worth reaching.
const (
	markConflict = "transaction aborted since another was first"
	markBehind   = "server behind a snapshot"
	markTooOld   = "snapshot too old"
	markRepeated = "commit that came twice done once"
)
