// Package coord is a coordination service as a system under test: a tree of small nodes with versions, replicated with Raft, with sessions whose
// ephemeral nodes vanish with them, sequential nodes, transactions, watches, streams of changes and leases. From these its clients build a lock,
// an election and a queue, each in a file of its own, over the library in client.go.
//
// It is in the manner of ZooKeeper (Hunt, Konar, Junqueira and Reed, "ZooKeeper: Wait-free coordination for Internet-scale systems", USENIX ATC 2010) and of
// etcd, whose revisions and transactions it has. A revision is the index of the entry of the log that made a change.
//
// A session ends by a command in the log, so that all replicas agree on when it does. The leader proposes it when it has not heard of the session
// for a second, by its own clock. No clock keeps that promise to a client: one that was paused, or whose messages were late, may believe that it
// holds a lock when somebody else does. What keeps a resource safe is the fencing token alone, and it does under any clock.
package coord

import (
	"strings"

	"simrun/models"
	"simrun/models/oplog"
	"simrun/models/raft"
	"simrun/models/workload"
	"simrun/sim"
	"simrun/sim/fault"
)

// Model is the coordination service as a system under test.
func Model() models.Model {
	return models.Model{
		Name:    "coord",
		Summary: "a coordination service in the manner of ZooKeeper and etcd: a tree of nodes, sessions, watches and leases; its clients build a lock, an election and a queue",
		Guarantee: "commands and reads of the latest state are linearizable, and what a lock guards is safe if it checks fencing tokens, as long as a majority keeps what it synced; " +
			"available while a majority is connected",
		Boot:      func(env *sim.Env) sim.Node { return boot(env) },
		Client:    runClient,
		Workloads: []models.Workload{workload.KV(), guarded(), bank(), streams(), leases(), elections(), queues()},
		Options: append(raft.Options(), models.Option{Name: optionReads, Values: []string{"sync", "local"}, Weaker: []string{"local"},
			Summary: "read the latest state, or that of any server, which may be old, but never older than what the client has seen"}),
		Bugs:            bugRows(),
		Profile:         profile(),
		Monitors:        func(c *sim.Case) []sim.Monitor { return monitors(c.Nodes) },
		Marks:           append(raft.Marks(), markExpired, markFenced, markBehind, markCompacted),
		Timers:          append(raft.Timers(), "sessions"),
		DescribeMessage: raft.DescribeMessage(describe),
		Converged:       oplog.Converged,
	}
}

const optionReads sim.OptionName = "reads"

// profile is that of raft: clocks may do what they like.
func profile() fault.Profile {
	p := raft.Profile()
	p.Events = append(p.Events, fault.EventDecl{Event: eventEnded, Summary: "a server applied the end of a session"})
	return p
}

// runClient is the whole life of a client.
func runClient(c *sim.Client) {
	cl, m, l := newClient(c), mirror{}, leadership{}
	for {
		o, more := c.Next()
		switch {
		case !more:
			return
		case strings.HasPrefix(o.Key, counterPrefix):
			cl.doGuarded(o)
		case strings.HasPrefix(o.Key, leasePrefix):
			cl.doLeased(o)
		case o.Key == bankKey:
			cl.doBank(o)
		case o.Key == electionKey:
			l.do(cl, o)
		case o.Key == queueKey:
			cl.doQueue(o)
		case o.Key == streamKey:
			m.do(cl, o)
		default:
			cl.doRegister(o)
		}
	}
}
