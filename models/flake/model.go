// Package flake hands out unique numbers without a coordinator, as a system under test: each node makes its own, as in Twitter's Snowflake (2010). The workload is
// Maelstrom's unique-ids (github.com/jepsen-io/maelstrom).
//
// A number holds the name of its node, so that no two nodes make the same, and a position. Before a node uses positions it writes down how far it will
// go, block by block, and a node that restarts begins where the last block ends. So no position is used twice, whatever clocks do; a crash wastes the
// rest of a block. With numbers=clock positions begin with the time, so that later numbers are greater as far as clocks agree.
package flake

import (
	"time"

	"simrun/models"
	"simrun/models/saved"
	"simrun/models/workload"
	"simrun/sim"
	"simrun/sim/blocking"
	"simrun/sim/fault"
)

// Model is the generator as a system under test.
func Model() models.Model {
	return models.Model{
		Name:      "flake",
		Summary:   "unique numbers from every node alone: the node's name, and a position in blocks that it writes down first",
		Guarantee: "as long as disks keep what they synced, whatever clocks and the network do, no number is handed out twice; every node that is up hands out numbers",
		Boot:      blocking.Boot(run),
		Client:    client,
		Workloads: []models.Workload{workload.UniqueIDs()},
		Options: []models.Option{
			{Name: optionNumbers, Summary: "block: positions follow each other; clock: they begin with the time of the node's clock, if that is ahead", Values: []string{"block", "clock"}},
		},
		Bugs: []models.Bug{
			{Name: bugInMemory, ID: "B55", Tier: models.Easy,
				Summary: "a node counts in memory alone, and starts over after a restart",
				Oracles: []string{"durability", "linearizability"}, Source: "maelstrom#93"},
			{Name: bugBeforeSync, Tier: models.Easy,
				Summary: "a node hands out positions of a block that its disk does not hold yet",
				Oracles: []string{"durability", "linearizability"}, Source: "etcd#14370, the same mistake in another protocol"},
			{Name: bugClockAlone, Tier: models.Easy,
				Summary: "a number is the time and a sequence number in memory, so that a clock that is set back repeats them",
				Oracles: []string{"linearizability"}, Source: "Snowflake's README (2010), on its dependency on the system clock: it refuses to go on after a step back"},
			{Name: bugNoName, Tier: models.Easy,
				Summary: "numbers do not hold the name of the node",
				Oracles: []string{"linearizability"}, Source: "the worker number of Snowflake (2010), left out"},
		},
		Profile: fault.Profile{
			Roles:  []string{roleGenerator},
			Events: saved.Events(),
			Claims: fault.Claims{Lost: fault.AMinority, Partial: true, Torn: true, Errors: fault.Everybody, Corrupted: true, Skew: fault.Forever, Drift: 100},
		},
		Monitors:        func(c *sim.Case) []sim.Monitor { return []sim.Monitor{saved.Durability(c.Nodes)} },
		Marks:           []string{saved.MarkRefused, markWasted},
		DescribeMessage: describe,
	}
}

const (
	optionNumbers sim.OptionName = "numbers"

	bugInMemory   sim.BugName = "counter-in-memory"
	bugBeforeSync sim.BugName = "hand-out-before-sync"
	bugClockAlone sim.BugName = "clock-alone"
	bugNoName     sim.BugName = "no-node-name"

	roleGenerator = "generator"
	markWasted    = "a restart wasted the rest of a block"

	block          = 10                         // positions
	tick           = sim.Time(time.Millisecond) // of the positions with numbers=clock
	perTick        = 100                        // positions, so that a node does not run ahead of its clock
	clientPatience = 500 * time.Millisecond     // more than a save takes
	ceilingFile    = "ceiling"
)
