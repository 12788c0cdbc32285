// Package etcdraft is go.etcd.io/raft as a system under test: the library that etcd, CockroachDB and TiKV's ancestors replicate with, unmodified, in a
// server of ours that does what it leaves to its users: the log and the votes on a disk, messages, time, and a key-value store.
//
// The server keeps the library's contract (its doc.go): what a Ready holds is on disk before its messages leave, but for those of a leader to its followers (dissertation
// §10.2.1); committed entries are applied in order; then it calls Advance. While a Ready waits for the disk, the library takes messages and
// ticks, and new proposals wait.
//
// # Elections without chance
//
// The library draws election timeouts from crypto/rand, by a generator that all nodes of the process share. Runs would differ from each other. So its draws never decide
// anything here: only a leader's clock goes by RawNode.Tick, which draws nothing. Everybody else's goes by RawNode.TickQuiesced, which counts the ticks, as the check of
// leases needs them, and starts no election. The server has an election timer of its own, whose keyed draw is between one and two times the timeout as the
// library's is, and calls RawNode.Campaign when it runs out. It is set anew where the library would do that: by a message of the leader, by a vote that is given, and when the term or the role
// changes. What the library draws is thrown away unread, so that runs are equal also side by side.
//
// The members are fixed, and the log is never compacted.
package etcdraft

import (
	"simrun/models"
	"simrun/models/kv"
	"simrun/models/oplog"
	"simrun/models/rsm"
	"simrun/models/workload"
	"simrun/sim"
	"simrun/sim/fault"
)

// Model is go.etcd.io/raft as a system under test.
func Model() models.Model {
	return models.Model{
		Name:      "etcdraft",
		Epoch:     "term",
		Summary:   "a key-value store replicated by go.etcd.io/raft, the library of etcd, unmodified",
		Guarantee: "linearizable as long as a majority keeps what it synced, and available while a majority is connected",

		Boot:      func(env *sim.Env) sim.Node { return boot(env) },
		Client:    func(c *sim.Client) { kv.RunClient(c, kv.Options{LogReads: c.Option(optionReads) == "log"}) },
		Workloads: []models.Workload{workload.KV(), workload.Register(), workload.CASRegister()},
		Options:   options(),
		Bugs:      bugs(),
		Nodes:     5,
		MinNodes:  1,
		Profile: models.Profile{
			Roles:   []string{roleLeader, roleFollower, roleCandidate, rolePreCandidate, rsm.Halted},
			Leader:  roleLeader,
			Elected: oplog.Elected,
			Events:  append(oplog.Events(), fault.EventDecl{Event: eventVoted, Summary: "a server gave its vote"}),
			Claims:  fault.Claims{Lost: fault.AMinority, Torn: true, Damaged: fault.OneNode, Missing: fault.OneNode, Errors: fault.Everybody, Corrupted: true, Skew: fault.Forever, Drift: 100},
		},
		Monitors: func(c *sim.Case) []sim.Monitor {
			return append(rsm.Monitors(c.Nodes, roleLeader, "term", logFiles, 2), oneVote())
		},
		Marks:           []string{rsm.MarkConflict, markDropped, markForgotten},
		Timers:          append(rsm.Timers(), "election"),
		DescribeMessage: describe,
		Converged:       oplog.Converged,
	}
}

const (
	roleLeader       = "leader"
	roleFollower     = "follower"
	roleCandidate    = "candidate"
	rolePreCandidate = "pre-candidate"

	markDropped   = "proposal dropped by the library"
	markForgotten = "leader without a quorum stepped down"
)

const (
	optionPreVote     sim.OptionName = "pre-vote"
	optionCheckQuorum sim.OptionName = "check-quorum"
	optionReads       sim.OptionName = "reads"
)

func options() []models.Option {
	return []models.Option{
		{Name: optionPreVote, Summary: "ask before an election whether it could be won (Config.PreVote)", Values: []string{"on", "off"}},
		{Name: optionCheckQuorum, Summary: "a leader that no majority answers steps down (Config.CheckQuorum)", Values: []string{"on", "off"}, Weaker: []string{"off"}},
		{Name: optionReads, Summary: "reads by ReadIndex, or through the log", Values: []string{"index", "log"}},
	}
}
