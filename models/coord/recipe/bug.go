package recipe

import "simrun/sim"

// The bugs of clients. Those of servers are in package coord.
const (
	BugLockAfterExpiry sim.BugName = "lock-after-expiry"
	BugNoGUID          sim.BugName = "create-without-guid"
	BugDeposedActs     sim.BugName = "deposed-leader-acts"
	BugTakenTwice      sim.BugName = "taken-twice"

	BugReaderIgnoresWriter sim.BugName = "reader-ignores-writer"
	BugWriterIgnoresReader sim.BugName = "writer-waits-for-writers-only"
	BugEntersOnAnyEvent    sim.BugName = "barrier-enters-on-any-event"
	BugLeavesAlone         sim.BugName = "barrier-leaves-alone"
	BugExistsIsRegistered  sim.BugName = "exists-is-registered"
	BugNotRegisteredAgain  sim.BugName = "not-registered-again"
	BugRegisteredForGood   sim.BugName = "registered-for-good"
	BugNodeByNode          sim.BugName = "configuration-node-by-node"
	BugWatchFromLatest     sim.BugName = "watch-after-latest-seen"
)
