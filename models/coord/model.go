// Package coord is a coordination service as a system under test: a tree of small nodes with versions, replicated with Raft, with sessions whose
// ephemeral nodes vanish with them, sequential nodes, transactions, watches, streams of changes and leases. From these its clients build locks, a read-write
// lock, an election, a barrier, a queue, service discovery and configuration: package recipe, over the library in package api. Commands of a session are done in the
// order in which its client sent them, and what it reads never goes back.
//
// It is in the manner of ZooKeeper (Hunt, Konar, Junqueira and Reed, "ZooKeeper: Wait-free coordination for Internet-scale systems", USENIX ATC 2010) and of
// etcd, whose revisions and transactions it has. A revision is the index of the entry of the log that made a change.
//
// A session ends by a command in the log, so that all replicas agree on when it does. The leader proposes it when it has not heard of the session
// for a second, by its own clock. No clock keeps that promise to a client: one that was paused, or whose messages were late, may believe that it
// holds a lock when somebody else does. What keeps a resource safe is the fencing token alone, and it does under any clock.
package coord

import (
	"simrun/models"
	"simrun/models/coord/recipe"
	"simrun/models/oplog"
	"simrun/models/raft"
	"simrun/sim"
	"simrun/sim/fault"
)

// Model is the coordination service as a system under test.
func Model() models.Model {
	return models.Model{
		Name:    "coord",
		Summary: "a coordination service in the manner of ZooKeeper and etcd: a tree of nodes, sessions, watches and leases; its clients build locks, an election, a barrier, a queue, service discovery and configuration",
		Guarantee: "commands and reads of the latest state are linearizable, those of a client are done in the order in which it sent them, and what a lock guards is safe if it checks fencing tokens, as long as a majority keeps what it synced; " +
			"available while a majority is connected",
		Boot:      func(env *sim.Env) sim.Node { return boot(env) },
		Client:    recipe.RunClient,
		Workloads: recipe.Workloads(),
		Options: append(raft.Options(), models.Option{Name: recipe.OptionReads, Values: []string{"sync", "local"}, Weaker: []string{"local"},
			Summary: "read the latest state, or that of any server, which may be old, but never older than what the client has seen"}),
		Bugs:            bugRows(),
		Sites:           raft.Sites(),
		Profile:         profile(),
		Monitors:        func(c *sim.Case) []sim.Monitor { return monitors(c.Nodes) },
		Marks:           append(raft.Marks(), markExpired, markFenced, markBehind, markCompacted, markReordered),
		Timers:          append(raft.Timers(), "sessions"),
		DescribeMessage: raft.DescribeMessage(describe),
		Converged:       oplog.Converged,
	}
}

// profile is that of raft: clocks may do what they like.
func profile() fault.Profile {
	p := raft.Profile()
	p.Answers = 0 // who waits for a lock waits for whoever holds it
	p.Events = append(p.Events, fault.EventDecl{Event: eventEnded, Summary: "a server applied the end of a session"})
	return p
}
