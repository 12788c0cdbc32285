// Package redlock is a lock on a majority of independent servers, as a system under test: Redlock, and what it lacks to guard a resource.
//
// n1 is the resource, a store of counters. The next nodes are lock servers that do not know of each other, five of them or, in a small cluster, three. The
// others are workers: a client asks one to add to a counter, and the worker acquires the lock of the counter, loads it, stores the sum and releases the lock.
//
// Redlock is the algorithm of "Distributed Locks with Redis" (redis.io/docs/manual/patterns/distributed-locks, by Sanfilippo, antirez): a worker asks all
// lock servers at once, with an id of its attempt and a short timeout. A server grants the lock for a term by its own clock, unless somebody else holds it. The worker
// has the lock if a majority granted it, and if by its own clock less than the term, minus an allowance for drift, has passed since it asked. Otherwise it releases
// everywhere and tries again after a random pause. A server that restarts has forgotten who holds what, and grants nothing for a little more than a term (the page's
// delayed restarts).
//
// Kleppmann, "How to do distributed locking" (2016), shows why that does not guard a resource: if the clock of one server jumps, a second worker gets a majority while
// the first uses the lock; and a worker that pauses after it looked at its clock, or whose request is late, writes when the lock is another's. The resource must refuse
// those, by a token that grows with each holder, and Redlock has none: counters of single servers would run apart. The page itself says by
// now that a wall clock that shifts may give the lock to two, and that one should implement fencing tokens.
//
// # The token
//
// Here the lock comes with a token, in a second phase. Each server keeps a counter for each lock and tells it with a grant. The worker takes the greatest of those that it
// got plus one as its token, and asks the servers to confirm it. A server confirms a token that is greater than its counter, if the attempt still has the lock there, and
// answers when its disk holds the token as its new counter. The worker has the lock when a majority has confirmed.
//
// No two attempts get the same token: two majorities share a server, which confirms only what is greater than all that it has confirmed before, and never forgets. For the same
// reason the token of an attempt that begins when another has its token is greater than that. Neither depends on a clock, on who holds the lock, or on how often and in which order
// messages come; all these matter for how soon somebody gets the lock only.
//
// The resource refuses a load or a store with a lower token than it has seen for the counter, and keeps what it has seen on disk. So nobody else loads or stores between the load of
// a worker and its store: with a lower token one is refused, and after one with a greater token the store is. It is not enough to compare the tokens of stores: a
// store may come between the load and the store of a newer holder, whose sum would lack it.
package redlock

import (
	"time"

	"simrun/models"
	"simrun/models/saved"
	"simrun/models/workload"
	"simrun/sim"
	"simrun/sim/blocking"
	"simrun/sim/fault"
)

// Model is the lock, and the resource that it guards, as a system under test.
func Model() models.Model {
	return models.Model{
		Name:      "redlock",
		Epoch:     "token",
		Summary:   "a lock on a majority of independent servers (Redlock), whose tokens the resource compares",
		Guarantee: "counters are linearizable whatever clocks do, as long as the resource and the lock servers keep what they synced; available while a worker, a majority of the lock servers and the resource are connected",
		Boot:      blocking.Boot(run),
		Client:    client,
		Workloads: []models.Workload{workload.Counters()},
		Bugs: []models.Bug{
			{Name: bugNoFencing, ID: "B51", Tier: models.Easy,
				Summary: "Redlock as published: the lock comes without a token, and the resource takes what comes",
				Oracles: []string{"linearizability"},
				Source:  "Kleppmann, \"How to do distributed locking\" (2016)"},
			{Name: bugInMemory, Tier: models.Easy,
				Summary: "a lock server confirms a token that its disk does not hold yet",
				Oracles: []string{"durability", oneHolder},
				Source:  "\"Distributed Locks with Redis\", Performance, Crash Recovery and fsync: a server that syncs once a second, as by default, may miss what it granted after a power outage"},
			{Name: bugNoConfirm, Tier: models.Easy,
				Summary: "each server counts its grants, and the greatest count is the token, without a second phase: two majorities may have the same",
				Oracles: []string{oneHolder, "linearizability"},
				Source:  "Kleppmann (2016): counters on several nodes would run apart"},
			{Name: bugMinority, Tier: models.Easy,
				Summary: "the lock is held with one grant less than a majority",
				Oracles: []string{oneHolder, "linearizability"},
				Source:  "the majority of step 3 in \"Distributed Locks with Redis\", off by one"},
			{Name: bugLoadsUnseen, Tier: models.Medium,
				Summary: "the resource does not note the token of a load: a store of an older holder comes between the load and the store of the newer one",
				Oracles: []string{tokensGrow, "linearizability"},
				Scenario: "at 0s cut n7 <> n5,n6 for 9s\nat 0s cut n8 <> n2,n3 for 9s\nafter 1s on acquired skew n4 +1s for 500ms\nafter 3s on acquired skew n4 +1s for 500ms\n" +
					"after 5s on acquired skew n4 +1s for 500ms\nafter 7s on acquired skew n4 +1s for 500ms\n",
				Source: "the figure of Kleppmann (2016), in which the storage looks at the tokens of writes, which is too little for who reads before"},
		},
		Nodes:    8,
		MinNodes: 6,
		// Not claimed: nodes that are lost for good, since there is one resource, and disks that come back empty or damaged.
		Profile: fault.Profile{
			Roles:   []string{roleResource, roleServer, roleWorker, roleHolder},
			Leader:  roleHolder,
			Elected: eventAcquired,
			Events: append([]fault.EventDecl{
				{Event: eventAcquired, Summary: "a worker has a lock"},
				{Event: eventCommit, Summary: "a worker has looked at its clock, and is about to store under the lock"},
				{Event: eventAccepted, Summary: "the resource takes a load or a store of the holder of a lock"},
			}, saved.Events()...),
			Claims: fault.Claims{Torn: true, Errors: fault.Everybody, Corrupted: true, Skew: fault.Forever, Drift: 100},
		},
		Monitors:        monitors,
		Marks:           []string{markFenced, markLost, markNoMajority, saved.MarkRefused},
		DescribeMessage: describe,
	}
}

const (
	bugNoFencing   sim.BugName = "no-fencing"
	bugInMemory    sim.BugName = "counter-in-memory"
	bugNoConfirm   sim.BugName = "no-confirm"
	bugMinority    sim.BugName = "minority"
	bugLoadsUnseen sim.BugName = "loads-unfenced"

	eventAcquired fault.Event = "acquired"
	eventCommit   fault.Event = "commit"
	eventAccepted fault.Event = "accepted"

	roleResource = "resource"
	roleServer   = "server"
	roleWorker   = "worker"
	roleHolder   = "holder" // a worker that has a lock

	markFenced     = "request with an older token refused"
	markLost       = "lock lost before it was used"
	markNoMajority = "no majority granted the lock"

	resourceNode   sim.NodeID = 1
	term                      = 250 * time.Millisecond
	drift                     = term/100 + 2*time.Millisecond // the allowance of the page: 1 % and a little
	serverPatience            = 80 * time.Millisecond         // of a worker, for the answers of the lock servers: short, compared with the term
	patience                  = 150 * time.Millisecond        // of a worker, for the resource
	handling                  = 40 * time.Millisecond         // of a value, between the look at the clock and the store
	retryPause                = 100 * time.Millisecond        // at most, before a worker tries again
	tries                     = 4                             // to do an addition, until the worker is busy
	clientPatience            = 2 * time.Second               // more than a worker needs
)

// servers are the lock servers of a cluster.
func servers(nodes int) []sim.NodeID {
	if nodes < 8 {
		return []sim.NodeID{2, 3, 4}
	}
	return []sim.NodeID{2, 3, 4, 5, 6}
}

// firstWorker is the first of the workers, which follow the lock servers.
func firstWorker(nodes int) sim.NodeID { return sim.NodeID(2 + len(servers(nodes))) }

// run is the code of a node.
func run(p *blocking.Proc) {
	switch {
	case p.ID() == resourceNode:
		guard(p)
	case p.ID() < firstWorker(p.Nodes()):
		grant(p)
	default:
		work(p)
	}
}
