// Package partlog is a partitioned log with a group of consumers, as a system under test, with the workload kafka of Maelstrom (github.com/jepsen-io/maelstrom): a producer
// appends a value to a partition and gets its offset; consumers poll the partitions that they are assigned, and commit how far they are.
//
// Each partition is one durable log at one node, and so are the committed offsets, at node n1, which coordinates the group: nothing is replicated. The
// coordinator gives each consumer some of the partitions. When one joins, or is not heard of for a session, all are assigned anew, with a
// new generation. A commit counts only if it comes from a member of the current generation: a consumer that was slow, and taken for dead, can't commit over its
// successor (as in the group protocol of Kafka). It is delivered at least once: a consumer commits what it has processed, and
// what it did not commit comes again.
package partlog

import (
	"time"

	"simrun/check/accounts"
	"simrun/history"
	"simrun/models"
	"simrun/models/invariant"
	"simrun/models/saved"
	"simrun/sim"
	"simrun/sim/blocking"
	"simrun/sim/fault"
	"simrun/sim/rng"
)

// Model is the log as a system under test.
func Model() models.Model {
	return models.Model{
		Name:    "partlog",
		Summary: "a log in partitions, and a group of consumers that share them and commit offsets",
		Guarantee: "as long as disks keep what they synced, whatever clocks do: an acknowledged value stays at its offset, consumers get values in order and each at least once, " +
			"and committed offsets neither go back nor pass what nobody processed; a partition is available while its node is up",
		Boot:   blocking.Boot(run),
		Client: client,
		Workloads: []models.Workload{{
			Name:    "kafka",
			Summary: "send distinct values, poll them as a member of the group, and commit",
			Account: accounts.Kafka,
			Rate:    20, Keys: 3, Mix: []sim.Weight{{F: opSend, Weight: 3}, {F: opPoll, Weight: 3}, {F: opCommit, Weight: 2}, {F: opCommitted, Weight: 1}},
			Next: func(t *sim.Turn) sim.Op {
				if f := t.Pick(); f != opSend {
					return sim.Op{F: f}
				}
				return sim.Op{F: opSend, Key: partitions[t.Rand(partitionName).N(uint64(len(partitions)))], Value: history.Int(t.Unique())}
			},
			Final: func(*sim.Turn) sim.Op { return sim.Op{F: opFinal} },
		}},
		Bugs: []models.Bug{
			{Name: bugAckBeforeSync, Tier: models.Easy,
				Summary: "the node of a partition acknowledges a value before its disk holds it",
				Oracles: []string{"durability", "kafka"}, Source: "Kafka's acks=1 without flush.messages=1; etcd#14370 is the same mistake in another protocol"},
			{Name: bugPollBeforeSync, Tier: models.Medium,
				Summary: "consumers get a value before the disk of its node holds it, and its offset goes to another value after a crash",
				Oracles: []string{"durability", "kafka"}, Source: "Kafka's high watermark, below which alone consumers read, left out; maelstrom#93 is the same mistake with unique ids",
				Scenario: "at 2s slow-sync all by 60ms for 4s\nat 3s crash all for 200ms\nat 5s crash all for 200ms\n"},
			{Name: bugCommitFirst, Tier: models.Easy,
				Summary: "a consumer commits what it polled before it has processed it, and dies in between",
				Oracles: []string{"kafka"}, Source: "Kafka's documentation, Design, §4.6 Message Delivery Semantics: saving the position before processing is at most once"},
			{Name: bugZombieCommits, Tier: models.Easy,
				Summary: "the coordinator takes commits of consumers that are not members of the current generation",
				Oracles: []string{"fencing", "kafka"}, Source: "the generation of Kafka's group protocol (ILLEGAL_GENERATION), not compared"},
			{Name: bugGenerationInMemory, Tier: models.Easy,
				Summary: "the coordinator counts generations in memory, and starts over after a restart",
				Oracles: []string{"generations"}, Source: "maelstrom#93, the same mistake with unique ids"},
		},
		// Not claimed: nodes that are lost for good, or whose disks come back empty or damaged. There is no replica.
		Profile: fault.Profile{
			Roles:  []string{roleBroker, roleCoordinator},
			Leader: roleCoordinator,
			Events: append(saved.Events(),
				fault.EventDecl{Event: eventAssigned, Summary: "the coordinator gives a consumer its share of the partitions"},
				fault.EventDecl{Event: eventCommitted, Summary: "the coordinator takes a commit"},
			),
			Claims: fault.Claims{Torn: true, Errors: fault.Everybody, Corrupted: true, Skew: fault.Forever, Drift: 100},
		},
		Monitors: func(c *sim.Case) []sim.Monitor {
			return []sim.Monitor{saved.Durability(c.Nodes), invariant.Monotone("generations", "generation", c.Nodes, generationOf), fencing{}}
		},
		Marks:           []string{saved.MarkRefused, markFenced, markExpired},
		DescribeMessage: describe,
		Nodes:           3,
	}
}

const (
	bugAckBeforeSync      sim.BugName = "ack-before-sync"
	bugPollBeforeSync     sim.BugName = "poll-before-sync"
	bugCommitFirst        sim.BugName = "commit-before-processing"
	bugZombieCommits      sim.BugName = "zombie-commits"
	bugGenerationInMemory sim.BugName = "generation-in-memory"

	opSend, opPoll, opCommit, opCommitted, opFinal = "send", "poll", "commit", "committed", "final"

	eventAssigned  fault.Event = "assigned"
	eventCommitted fault.Event = "committed"

	roleBroker      = "broker"
	roleCoordinator = "coordinator"
	markFenced      = "a commit of an old generation was refused"
	markExpired     = "a consumer was taken for dead"

	coordinator    = sim.NodeID(1)
	session        = sim.Time(time.Second)   // after which a consumer that is not heard of counts as dead
	clientPatience = 500 * time.Millisecond  // more than a save takes
	slowness       = 1500 * time.Millisecond // of a consumer that takes too long over a batch
	batch          = 5                       // values of a partition in a poll
	storeFile      = "store"
)

var (
	partitions    = []string{"a", "b", "c"}
	partitionName = rng.Of("partlog partition")
	deathName     = rng.Of("partlog consumer dies")
	slowName      = rng.Of("partlog consumer is slow")
)

// ownerOf is the node that has a partition.
func ownerOf(partition, nodes int) sim.NodeID { return sim.NodeID(1 + partition%nodes) }
