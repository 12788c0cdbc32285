// Package broadcast is a broadcast service as a system under test, with the workload of that name of Maelstrom (github.com/jepsen-io/maelstrom): a client gives a
// value to any node, which acknowledges it, and later every node has it.
//
// A node acknowledges a value when its own disk holds it, and never forgets it. The value then goes from node to node, by the option topology:
//
//   - tree: over a spanning tree. Each node sends a value to its neighbors in the tree, but not back, until they acknowledge that their disks hold it. What a
//     neighbor has acknowledged is not kept on disk: after a restart a node sends everything again.
//   - grid: the same over a grid, where a value has several ways to a node, so that one that is down delays others less.
//   - epidemic: by anti-entropy with nodes that are drawn at random (package gossip).
//
// This is eventual delivery, not atomic broadcast: nodes have values in different orders, and a node that is lost for good takes those values with it which
// nobody else has yet.
package broadcast

import (
	"time"

	"simrun/models"
	"simrun/models/saved"
	"simrun/models/workload"
	"simrun/sim"
	"simrun/sim/blocking"
	"simrun/sim/fault"
)

// Model is the service as a system under test.
func Model() models.Model {
	return models.Model{
		Name:    "broadcast",
		Summary: "values that one node got reach all nodes: over a tree, over a grid, or by gossip",
		Guarantee: "as long as disks keep what they synced and faults end: every value that was acknowledged is at every node in the end, no value appears that nobody sent, " +
			"and a value that was read at a node is there for ever, over crashes too",
		Boot:      blocking.Boot(run),
		Client:    client,
		Workloads: []models.Workload{workload.Broadcast()},
		Options: []models.Option{
			{Name: optionTopology, Summary: "how values get around: over a spanning tree or a grid, with acknowledgements and retries; or by push and pull with nodes drawn at random", Values: []string{"tree", "grid", "epidemic"}},
		},
		Bugs: []models.Bug{
			{Name: bugAckBeforeSync, Tier: models.Easy,
				Summary: "a node acknowledges a client's value before its disk holds it",
				Oracles: []string{"durability", "broadcast"}, Source: "etcd#14370, the same mistake in another protocol"},
			{Name: bugReadBeforeSync, Tier: models.Medium,
				Summary: "a node returns values that its disk does not hold yet, and has forgotten them after a crash",
				Oracles: []string{"durability"}, Source: "Jepsen's dirty reads of data that are not durable (Kingsbury, \"Jepsen: MongoDB stale reads\", 2015), the same mistake in another system",
				Scenario: "at 2s slow-sync all by 60ms for 4s\nat 3s crash all for 200ms\nat 5s crash all for 200ms\n"},
			{Name: bugRelayBeforeSync, Tier: models.Easy,
				Summary: "a node tells its neighbor that it has a value before its disk holds it, and the neighbor sends it no more",
				Oracles: []string{"durability", "progress"}, Source: "Maelstrom's broadcast workload asks for acknowledgements and retries; they are worth what the disk is worth"},
			{Name: bugSendBeforeSync, Tier: models.Easy,
				Summary: "a node passes a value on before its own disk holds it, forgets it in a crash, and the neighbors, which know that they have it from there, do not send it back",
				Oracles: []string{"durability", "progress"}, Source: "found by simrun in this model; that nothing may leave a node before it is durable is the rule of Raft's Figure 2 for answers to calls"},
			{Name: bugNoRetry, Tier: models.Easy,
				Summary: "a value is sent to each neighbor once, whether that acknowledges it or not",
				Oracles: []string{"progress"}, Source: "the naive broadcast of Maelstrom's tutorial (doc/03-broadcast), which loses values under a partition"},
			{Name: bugForgetOnRestart, Tier: models.Easy,
				Summary: "after a restart a node does not send again what its neighbors had not acknowledged",
				Oracles: []string{"progress"}, Source: "Birman, Hayden, Ozkasap, Xiao, Budiu and Minsky, \"Bimodal Multicast\", TOCS 1999: why a tree needs repair by anti-entropy"},
		},
		Profile: fault.Profile{
			Roles: []string{roleNode, roleSending},
			Events: append(saved.Events(),
				fault.EventDecl{Event: eventLearned, Summary: "a node got values from another"},
			),
			Claims: fault.Claims{Torn: true, Errors: fault.Everybody, Corrupted: true, Skew: fault.Forever, Drift: 100},
		},
		Monitors: func(c *sim.Case) []sim.Monitor {
			return []sim.Monitor{saved.Durability(c.Nodes)}
		},
		Converged:       converged,
		Marks:           []string{saved.MarkRefused, markAgain, markTwice},
		DescribeMessage: describe,
	}
}

const (
	optionTopology sim.OptionName = "topology"

	bugAckBeforeSync   sim.BugName = "ack-before-sync"
	bugReadBeforeSync  sim.BugName = "read-before-sync"
	bugRelayBeforeSync sim.BugName = "relay-before-sync"
	bugSendBeforeSync  sim.BugName = "send-before-sync"
	bugNoRetry         sim.BugName = "no-retry"
	bugForgetOnRestart sim.BugName = "forget-on-restart"

	opBroadcast, opRead, opFinal = "broadcast", "read", "final"

	roleNode    = "node"
	roleSending = "sending" // a neighbor has not acknowledged something
	markAgain   = "a value was sent again"
	markTwice   = "a value came a second time"

	patience       = 100 * time.Millisecond // for the acknowledgement of a neighbor
	gossipEvery    = 100 * time.Millisecond
	clientPatience = 500 * time.Millisecond // more than a save takes
	storeFile      = "values"
)
