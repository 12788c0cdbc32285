package coord

import (
	"simrun/models"
	"simrun/sim"
)

const (
	bugNoFencing         sim.BugName = "no-fencing"
	bugLockAfterExpiry   sim.BugName = "lock-after-expiry"
	bugNoGUID            sim.BugName = "create-without-guid"
	bugHalfTransaction   sim.BugName = "half-transaction"
	bugFutureRevision    sim.BugName = "future-revision-delivers-old"
	bugCompactedSilently sim.BugName = "compacted-silently"
	bugRenewAfterRevoke  sim.BugName = "renew-after-revoke"
	bugDeposedActs       sim.BugName = "deposed-leader-acts"
	bugTakenTwice        sim.BugName = "taken-twice"
	bugEndedSession      sim.BugName = "create-in-ended-session"
	bugSequenceReused    sim.BugName = "sequence-reused"
	bugExpireLocally     sim.BugName = "expire-locally"
	bugWatchFromNow      sim.BugName = "watch-from-now"
	bugReadGoesBack      sim.BugName = "local-read-goes-back"
)

// bugRows are the bugs that the model can be switched to.
func bugRows() []models.Bug {
	return []models.Bug{
		{Name: bugNoFencing, ID: "B48", Workload: "lock", Tier: models.Easy,
			Summary: "the resource takes what the holder of a lock writes after a pause in which its session ended",
			Oracles: []string{tokensGrow, "linearizability"},
			Source:  "Kleppmann, \"How to do distributed locking\" (2016); etcd#11457"},
		{Name: bugLockAfterExpiry, ID: "B49", Workload: "lock", Tier: models.Easy,
			Summary: "a client whose session ended while it waited in line takes the lock when those before it are gone",
			Oracles: []string{lockOrder},
			Source:  "etcd#11456"},
		{Name: bugNoGUID, ID: "B50", Workload: "lock", Tier: models.Easy,
			Summary: "a client that got no answer to its create creates another node, and waits for its own first",
			Oracles: []string{lockOrder, "progress"},
			Source:  "accumulo#1086; ZooKeeper's recipe for locks: \"Recoverable errors and the GUID\""},
		{Name: bugHalfTransaction, Workload: "bank", Tier: models.Easy,
			Summary: "when an operation of a transaction is refused, those before it remain",
			Oracles: []string{"linearizability"},
			Source:  "ZOOKEEPER-1624"},
		{Name: bugFutureRevision, ID: "B73", Workload: "stream", Tier: models.Easy,
			Summary: "a stream that resumes after a revision which the server has not reached delivers what came before it again",
			Oracles: []string{"linearizability"},
			Source:  "etcd#20221"},
		{Name: bugCompactedSilently, Workload: "stream", Tier: models.Easy,
			Summary: "a stream that resumes at a revision that is compacted goes on with what is left, and does not say so",
			Oracles: []string{"linearizability"},
			Source:  "etcd's API: a watch from a compacted revision is cancelled with ErrCompacted"},
		{Name: bugRenewAfterRevoke, ID: "B72", Workload: "lease", Tier: models.Easy,
			Summary: "the leader renews a lease that was revoked, or that a later leader may have revoked, from its own table of times",
			Oracles: []string{"linearizability"},
			Source:  "etcd#20615"},
		{Name: bugDeposedActs, ID: "B68", Workload: "election", Tier: models.Easy,
			Summary: "a leader that was deposed while it was paused writes in a session that it has opened since",
			Oracles: []string{"linearizability"},
			Source:  "scylladb#31521"},
		{Name: bugTakenTwice, Workload: "queue", Tier: models.Easy,
			Summary: "a client takes the element that it has read, whether or not it was the one to delete it",
			Oracles: []string{"linearizability"},
			Source:  "ZooKeeper's recipe for queues: a consumer has an element only if its delete succeeds"},
		{Name: bugEndedSession, Workload: "lock", Tier: models.Easy,
			Summary: "a session that has ended creates an ephemeral node, which never vanishes",
			Oracles: []string{ephemeralNodes, "progress"},
			Source:  "ZOOKEEPER-1208"},
		{Name: bugSequenceReused, Workload: "lock", Tier: models.Easy,
			Summary: "the number of a sequential node is that of its siblings, and comes back when one is deleted",
			Oracles: []string{namesUnique},
			Source:  "Hunt et al. (2010) §2.1: a number is never smaller than that of any other sequential node ever created under the parent"},
		{Name: bugExpireLocally, Workload: "lock", Tier: models.Easy,
			Summary: "the leader deletes the nodes of an ended session by itself, not through the log",
			Oracles: []string{equalStates, "linearizability", "progress"},
			Source:  "Hunt et al. (2010) §4: what changes the tree is a transaction that all servers apply"},
		{Name: bugWatchFromNow, Workload: "lock", Tier: models.Easy,
			Summary: "a server watches from its own state on, not from what the client has seen: a change in between is lost",
			Oracles: []string{watchesComplete, "progress"},
			Source:  "Hunt et al. (2010) §2.3: watches are set with the read; ZooKeeper's setWatches names the client's last zxid"},
		{Name: bugReadGoesBack, Workload: "lock", Tier: models.Easy,
			Summary: "a server answers a client from a state that is older than what the client has seen",
			Oracles: []string{readsForward},
			Source:  "Hunt et al. (2010) §4.4: a server does not establish a session with a client that has seen a later zxid"},
	}
}

// The names of the monitors.
const (
	tokensGrow      = "tokens grow"
	lockOrder       = "order of the lock"
	ephemeralNodes  = "ephemeral nodes live as long as their session"
	namesUnique     = "sequential names are unique"
	equalStates     = "equal states"
	readsForward    = "reads go forward"
	watchesComplete = "watches are complete"
)

// States worth reaching.
const (
	markExpired   = "command of a session that has ended"
	markFenced    = "request with an older token refused"
	markCompacted = "stream resumed before what is compacted"
	markBehind    = "server behind what a client has seen"
)
