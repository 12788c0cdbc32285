// Package crdt is a store of convergent replicated data types as a system under test: every node takes updates alone, and nodes exchange their states by gossip. The data types
// are those of package lattice (Shapiro, Preguiça, Baquero and Zawirski, "A comprehensive study of Convergent and Commutative Replicated Data Types", INRIA 7506, 2011),
// one for each workload; g-set, g-counter and pn-counter are Maelstrom's workloads of these names (github.com/jepsen-io/maelstrom).
//
// An update is acknowledged when the node's own disk holds it, and others hear of it after that, never before: a node that told others of an addition to its
// part of a counter, forgot it in a crash, and counted on from what it remembered would have two meanings for one number.
//
// The map has timestamps of hybrid logical clocks (Kulkarni, Demirbas, Madappa, Avva and Leone, "Logical Physical Clocks", OPODIS 2014): the time of the node's
// clock, or one more than the timestamp that it replaces, if that is greater. So whatever clocks do, a put wins against what its node knew.
package crdt

import (
	"time"

	"simrun/models"
	"simrun/models/saved"
	"simrun/sim"
	"simrun/sim/blocking"
	"simrun/sim/fault"
)

// Model is the store as a system under test.
func Model() models.Model {
	return models.Model{
		Name:    "crdt",
		Summary: "sets, counters and a map that every node updates alone, and that merge by gossip",
		Guarantee: "as long as disks keep what they synced and faults end, whatever clocks do: all replicas are equal in the end, and have the effect of every update that was acknowledged; " +
			"an addition to the or-set wins against a removal that did not know it, and a put to the map against what its node knew",
		Boot:      blocking.Boot(run),
		Client:    client,
		Workloads: workloads(),
		Bugs: []models.Bug{
			{Name: bugAckBeforeSync, Tier: models.Easy,
				Summary: "a node acknowledges an update before its disk holds it",
				Oracles: []string{"durability", gSet}, Source: "etcd#14370, the same mistake in another protocol"},
			{Name: bugTellBeforeSync, Tier: models.Medium, Workload: gCounter, Scenario: crashesAndSlowDisks,
				Summary: "a node tells others of an addition that its disk does not hold, forgets it in a crash, and gives the same count to another addition",
				Oracles: []string{"durability"}, Source: "INRIA 7506 §3.1.2 takes for granted that a replica which recovers has its payload; maelstrom#93 is the same mistake with unique ids"},
			{Name: bugAddParts, Tier: models.Easy, Workload: gCounter,
				Summary: "to merge two counters, the parts of each node are added up, so that what comes twice counts twice",
				Oracles: []string{gCounter, "progress"}, Source: "INRIA 7506 §3.1: why the payload of a state-based counter is a vector, merged by maximum"},
			{Name: bugPartInMemory, Tier: models.Easy, Workload: pnCounter,
				Summary: "a node counts its own part in memory, from zero after a restart, so that its additions vanish behind those that others remember",
				Oracles: []string{pnCounter}, Source: "INRIA 7506 §3.1, without its stable payload; maelstrom#93 is the same mistake with unique ids"},
			{Name: bugTagInMemory, Tier: models.Easy, Workload: orSet,
				Summary: "a node numbers the tags of its additions in memory, from zero after a restart, so that an addition has a tag that was removed long ago",
				Oracles: []string{"unique tags", orSet}, Source: "INRIA 7506 §3.3.5 needs tags that are unique; maelstrom#93 is the same mistake with unique ids"},
			{Name: bugNoTieBreak, Tier: models.Easy, Workload: lwwMap,
				Summary: "of two puts with the same time each replica keeps the one that it knew first",
				Oracles: []string{"progress"}, Source: "INRIA 7506 §3.2.1 needs timestamps that are totally ordered"},
			{Name: bugSkewedClocks, ID: "B56", Tier: models.Easy, Workload: lwwMap,
				Summary: "the timestamp of a put is the time of the node's clock alone, so that it loses against what its node knew, if that came from a clock that is ahead",
				Oracles: []string{"a put wins", lwwMap}, Source: "Jepsen's analyses of Cassandra (Kingsbury, 2013, Call me maybe: Cassandra)"},
		},
		// Not claimed: nodes that are lost for good, or whose disks come back empty or damaged. They take what nobody else has yet with them.
		Profile: fault.Profile{
			Roles:  []string{roleReplica},
			Events: saved.Events(),
			Claims: fault.Claims{Torn: true, Errors: fault.Everybody, Corrupted: true, Skew: fault.Forever, Drift: 100},
		},
		Monitors:        monitors,
		Converged:       converged,
		Marks:           []string{saved.MarkRefused, markNothingNew},
		DescribeMessage: describe,
	}
}

const (
	bugAckBeforeSync  sim.BugName = "ack-before-sync"
	bugTellBeforeSync sim.BugName = "tell-before-sync"
	bugAddParts       sim.BugName = "add-parts"
	bugPartInMemory   sim.BugName = "part-in-memory"
	bugTagInMemory    sim.BugName = "tag-in-memory"
	bugNoTieBreak     sim.BugName = "no-tie-break"
	bugSkewedClocks   sim.BugName = "skewed-clocks"

	roleReplica    = "replica"
	markNothingNew = "another told nothing new"

	tick           = 10 * time.Millisecond // of the timestamps of the map
	gossipEvery    = 100 * time.Millisecond
	clientPatience = 500 * time.Millisecond // more than a save takes
	storeFile      = "objects"
)

// crashesAndSlowDisks is a plan in which a node has not synced more than usual, and crashes.
const crashesAndSlowDisks = `at 0s slow-sync all by 40ms for 9s
at 1s crash n1 for 50ms
at 2s crash n2 for 50ms
at 3s crash n3 for 50ms
at 4s crash n4 for 50ms
at 5s crash n5 for 50ms
at 6s crash n1 for 50ms
at 7s crash n2 for 50ms
at 8s crash n3 for 50ms
`
