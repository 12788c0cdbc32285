// Package bully is the bully algorithm as a system under test: the node with the highest name of those that are up bullies the others into following
// it. The coordinator hands out numbers, each of which must go to one client only.
//
// The algorithm is that of Garcia-Molina, "Elections in a Distributed Computing System", IEEE Transactions on Computers C-31 (1), 1982: a node that comes
// back, or misses its coordinator, asks the higher ones whether they are there. If none answers, it halts the lower ones and announces itself to them.
// Left out is the phase Reorganization, in which the members get their part of the task: here the coordinator does all of it. The names of halts stand for
// the paper's group numbers, and for its assumption that messages of one node arrive in order; [sim.Env.Boots] for its safe storage.
//
// A number is the time and a sequence number, as in Twitter's Snowflake (2010), without the number of the worker, of which there is one at a time.
//
// It is not safe when the network is not synchronous, which the paper assumes: every message arrives, within a bound, and every node that is up
// answers at once. Under a partition each side takes the other for down and elects a coordinator, and the two hand out the same numbers, as after
//
//	at 2s partition n1,n2 | n3,n4,n5 for 3s
//
// in the test of this package. An election that is safe there needs a majority, as in Raft.
package bully

import (
	"time"

	"simrun/models"
	"simrun/models/workload"
	"simrun/sim"
	"simrun/sim/blocking"
	"simrun/sim/fault"
)

// Model is the bully algorithm as a system under test.
func Model() models.Model {
	return models.Model{
		Name:    "bully",
		Summary: "the bully election: the highest node that is up is the coordinator, and hands out unique numbers",
		Guarantee: "when no message is lost or later than its timeout, clocks agree, and nodes only crash and restart, no two nodes follow different coordinators, " +
			"the highest of those that are up leads whenever no election is going on, and no number is handed out twice; nothing is promised under a partition, a lost message or a pause",
		Boot:      blocking.Boot(run),
		Client:    client,
		Workloads: []models.Workload{workload.UniqueIDs()},
		Bugs: []models.Bug{
			{Name: bugNoHalt, Tier: models.Easy,
				Summary: "a node that no higher one answers announces itself without halting the others first: an old coordinator goes on until it hears of it",
				Oracles: []string{"one coordinator"}, Source: "the algorithm as textbooks have it, such as Coulouris, Dollimore and Kindberg, \"Distributed Systems\": the winner only sends its announcement; Garcia-Molina (1982) halts the others before"},
			{Name: bugIgnoreHigher, Tier: models.Easy,
				Summary: "a node that holds an election does not ask the higher ones whether they are there, and has them follow it like the others",
				Oracles: []string{"the highest leads", "one coordinator", "linearizability"}, Source: "step 1 of procedure Election in Garcia-Molina (1982), left out"},
			{Name: bugNoRecovery, Tier: models.Easy,
				Summary: "a node that comes back holds no election, and follows the node with the highest name of all, which may be itself, as if that led",
				Oracles: []string{"one coordinator", "linearizability"}, Source: "procedure Recovery in Garcia-Molina (1982), left out"},
		},
		Profile: fault.Profile{
			Roles:  []string{roleCoordinator, roleFollower, roleElecting},
			Leader: roleCoordinator, Elected: eventElected,
			Events: []fault.EventDecl{{Event: eventElected, Summary: "a node announces itself as coordinator"}},
			Claims: fault.Claims{Synchronous: bound, Lost: fault.AMinority, Torn: true, Wiped: fault.Everybody, Damaged: fault.Everybody, Errors: fault.Everybody},
		},
		Monitors: func(c *sim.Case) []sim.Monitor {
			return []sim.Monitor{&agreement{nodes: make([]following, c.Nodes+1)}, highest{}}
		},
		Marks:           []string{markHigher, markOvertaken, markLate},
		DescribeMessage: describe,
	}
}

const (
	bugNoHalt       sim.BugName = "no-halt"
	bugIgnoreHigher sim.BugName = "ignore-higher"
	bugNoRecovery   sim.BugName = "no-election-on-restart"

	eventElected fault.Event = "elected"

	roleCoordinator, roleFollower, roleElecting = "coordinator", "follower", "electing"

	markHigher    = "a higher node answered"
	markOvertaken = "a higher node halted an election"
	markLate      = "an announcement came too late"

	bound          = 50 * time.Millisecond         // of the time that a message is under way
	patience       = 2*bound + 10*time.Millisecond // for an answer, after which a node counts as down
	period         = 150 * time.Millisecond        // of looking whether the coordinator, or its followers, are there
	clientPatience = 300 * time.Millisecond        // more than a number takes

	tick    = sim.Time(50 * time.Millisecond) // the unit of time of the numbers
	perTick = 1000                            // numbers
)
