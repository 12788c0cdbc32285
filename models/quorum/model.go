// Package quorum is a replicated store of registers without a leader, as a system under test: any node coordinates any
// operation, by asking all nodes and waiting for a quorum of them. Its nodes are written as straight code (package blocking).
//
// With consistency=abd it is the register of Attiya, Bar-Noy and Dolev ("Sharing Memory Robustly in Message-Passing Systems", JACM 1995) in
// the form for several writers of Lynch and Shvartsman ("Robust Emulation of Shared Memory Using Dynamic Quorum-Acknowledged Broadcasts",
// FTCS 1997). Each operation asks a majority for the version with the highest tag, and then makes a majority store the one that it writes or
// returns. Two majorities share a replica, so that an operation sees what every one that ended before it wrote or returned.
//
// With consistency=lww it is a store like Dynamo (DeCandia et al., "Dynamo: Amazon's Highly Available Key-value Store", SOSP 2007) and
// Cassandra: the last writer by the coordinators' clocks wins. A write waits for W of N homes of its key and a read for R; hinted
// handoff, read repair and anti-entropy bring replicas up to date later. It is not linearizable, even with R + W > N: a clock that is behind makes a
// write lose against an earlier one, and a read does not store what it returns. With a sloppy quorum, a write and a read need not even meet.
//
// What it does promise is what the workload lww-map asks: once faults are over, the replicas agree (anti-entropy sees to that), and each key has the value with the
// greatest tag of all that were acknowledged, as long as fewer nodes than W are lost for good. Dynamo calls that eventual consistency (§2.3, §4.7); its vector clocks,
// which keep values that were written side by side, this model does not have.
package quorum

import (
	"time"

	"simrun/models"
	"simrun/models/saved"
	"simrun/models/workload"
	"simrun/sim"
	"simrun/sim/blocking"
	"simrun/sim/fault"
)

// Model is the store as a system under test.
func Model() models.Model {
	return models.Model{
		Name:    "quorum",
		Summary: "registers without a leader, replicated by reads and writes of quorums",
		Guarantee: "linearizable whatever clocks do, as long as a majority of the homes of a key keeps what it synced, and available while a majority of them is connected; " +
			"with consistency=lww, reads may be stale, writes lose against any with a greater time, and in the end the replicas agree on the greatest that was acknowledged, as long as fewer nodes than w are lost",
		Boot:      blocking.Boot(run),
		Client:    client,
		Workloads: []models.Workload{workload.Registers(), workload.Register(), lastWriters()},
		Options: []models.Option{
			{Name: optionConsistency, Summary: "abd: atomic registers, two rounds at a majority; lww: the last writer by the coordinators' clocks wins, one round", Values: []string{"abd", lww}, Weaker: []string{lww}},
			{Name: optionReplicas, Summary: "homes of each key: the first so many nodes from its place on the ring", Values: []string{"all", "3", "5"},
				Claims: map[string]fault.Claims{"3": someHomes, "5": someHomes}},
			{Name: optionQuorum, Summary: "with lww, strict: only homes count; sloppy: if a home does not answer, the next node stands in for it, and keeps a write until it is back", Values: []string{"strict", sloppy}},
			{Name: optionR, Summary: "with lww, replicas that a read waits for, at most all", Values: []string{"2", "1", "3"}},
			{Name: optionW, Summary: "with lww, replicas that a write waits for, at most all", Values: []string{"2", "1", "3"}},
			{Name: optionHints, Summary: "with lww, hinted handoff: the coordinator keeps a write for a replica that did not answer, and sends it later", Values: []string{"on", "off"}},
			{Name: optionRepair, Summary: "with lww, read repair: the newest version goes to the replicas that answered a read with an older one", Values: []string{"on", "off"}},
			{Name: optionAntiEntropy, Summary: "with lww, replicas compare what they hold by Merkle trees, and exchange the versions that differ", Values: []string{"on", "off"}},
		},
		Bugs: []models.Bug{
			{Name: bugSkewedClocks, ID: "B56", Tier: models.Easy,
				Summary: "the tag of a write is the time of its coordinator's clock, so that a write loses against an earlier one of a clock that is ahead",
				Oracles: []string{"linearizability"}, Source: "Jepsen's analyses of Cassandra (Kingsbury, 2013, Call me maybe: Cassandra)"},
			{Name: bugAckBeforeSync, ID: "B26", Tier: models.Easy,
				Summary: "a replica acknowledges a version that its disk does not hold yet",
				Oracles: []string{"durability", "linearizability"}, Source: "etcd#14370, the same mistake in another protocol"},
			{Name: bugNoWriteBack, Tier: models.Medium,
				Summary: "a read returns a version that no majority may hold, and a later read returns an older one",
				Oracles: []string{"linearizability"}, Source: "the second round of a read in Attiya, Bar-Noy and Dolev (1995), left out",
				Scenario: "at 0s latency uniform 1ms 200ms on n1 > n2,n3\n"},
			{Name: bugReusedTag, Tier: models.Easy,
				Summary: "a tag is a number and a node alone, so that two writes of one node get the same",
				Oracles: []string{"unique tags", "linearizability"}, Source: "the tags of Lynch and Shvartsman (1997), without their rule that a node does one operation at a time and does not forget"},
			{Name: bugHintDeletedEarly, Tier: models.Easy, Workload: lwwMap, Options: map[sim.OptionName]string{optionConsistency: lww},
				Summary: "a hint is deleted when it is sent, not when the home that it is for has acknowledged it",
				Oracles: []string{"hints handed over", lwwMap}, Source: "scylladb#4122: hinted handoff discards hints during sending"},
			{Name: bugHandoffGivesUp, Tier: models.Easy, Workload: lwwMap, Options: map[sim.OptionName]string{optionConsistency: lww},
				Summary: "a node that could not hand a hint over does not try again until it restarts",
				Oracles: []string{"progress"}, Source: "riak_kv#847"},
			{Name: bugStaleTree, Tier: models.Easy, Workload: lwwMap, Options: map[sim.OptionName]string{optionConsistency: lww, optionHints: "off", optionRepair: "off"},
				Summary: "anti-entropy compares trees that lack the writes since the last exchange, so that it does not see where replicas differ",
				Oracles: []string{"progress"}, Source: "riak_kv#473: a tree that diverged from the data it is of"},
			{Name: bugLastArrivalWins, Tier: models.Easy, Workload: lwwMap, Options: map[sim.OptionName]string{optionConsistency: lww},
				Summary: "a replica takes what arrives last, so that a hint that is handed over late replaces a newer version",
				Oracles: []string{lwwMap, "progress", "hints handed over"}, Source: "riak_kv#1094: a version that a fallback hands off replaces a newer one"},
		},
		Nodes: 3,
		// Not claimed: disks that come back empty or damaged, since a majority must keep what it acknowledged; and progress when single links
		// are lost for good, since a node coordinates only with those that it reaches itself.
		Profile: fault.Profile{
			Roles:  []string{roleReplica, roleCoordinator},
			Leader: roleCoordinator,
			Events: append([]fault.EventDecl{
				{Event: "tagged", Summary: "a coordinator chose the tag of a write"},
				{Event: saved.Stored, Summary: "a replica's disk holds what changed"},
				{Event: "handed-over", Summary: "a node deleted a version that it kept for another, which has it"},
			}, saved.Events()...),
			Claims: allHomes,
		},
		Monitors:        monitors,
		Converged:       converged,
		Marks:           []string{markDiffer, saved.MarkRefused, markNoQuorum},
		DescribeMessage: describe,
	}
}

// What is claimed depends on how many nodes have a key. If that is not all, a minority of the nodes can be a majority of its homes.
var (
	allHomes  = fault.Claims{Lost: fault.AMinority, Torn: true, Errors: fault.Everybody, Corrupted: true, Skew: fault.Forever, Drift: 100}
	someHomes = fault.Claims{Lost: fault.OneNode, Torn: true, Errors: fault.Everybody, Corrupted: true, Skew: fault.Forever, Drift: 100}
)

const (
	optionConsistency sim.OptionName = "consistency"
	optionR           sim.OptionName = "r"
	optionW           sim.OptionName = "w"
	optionHints       sim.OptionName = "hints"
	optionRepair      sim.OptionName = "read-repair"
	optionAntiEntropy sim.OptionName = "anti-entropy"
	optionReplicas    sim.OptionName = "replicas"
	optionQuorum      sim.OptionName = "quorum"
	lww                              = "lww"    // of consistency
	sloppy                           = "sloppy" // of quorum

	bugSkewedClocks  sim.BugName = "lww-with-skewed-clocks"
	bugAckBeforeSync sim.BugName = "ack-before-sync"
	bugNoWriteBack   sim.BugName = "no-write-back"
	bugReusedTag     sim.BugName = "reused-tag"

	bugHintDeletedEarly sim.BugName = "hint-deleted-early"
	bugHandoffGivesUp   sim.BugName = "handoff-gives-up"
	bugStaleTree        sim.BugName = "stale-hash-tree"
	bugLastArrivalWins  sim.BugName = "last-arrival-wins"

	roleReplica     = "replica"
	roleCoordinator = "coordinator" // an operation of a client is open
	markDiffer      = "replicas answered with different versions"
	markNoQuorum    = "no quorum answered in time"
	patience        = 300 * time.Millisecond // of a coordinator, for the answers of one round
	clientPatience  = time.Second            // more than both rounds of an operation take
	storeFile       = "store"                // of a replica, with a checksum
	handoffTick     = 200 * time.Millisecond // between attempts to hand hints over
	entropyTick     = 500 * time.Millisecond // between the exchanges that a replica begins
	sloppyPatience  = 100 * time.Millisecond // until another node stands in for a home, or for that
)
