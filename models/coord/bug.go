package coord

import (
	"simrun/check/accounts"
	"simrun/models"
	"simrun/models/coord/recipe"
	"simrun/sim"
)

const (
	bugNoFencing         sim.BugName = "no-fencing"
	bugHalfTransaction   sim.BugName = "half-transaction"
	bugFutureRevision    sim.BugName = "future-revision-delivers-old"
	bugCompactedSilently sim.BugName = "compacted-silently"
	bugRenewAfterRevoke  sim.BugName = "renew-after-revoke"
	bugEndedSession      sim.BugName = "create-in-ended-session"
	bugSequenceReused    sim.BugName = "sequence-reused"
	bugExpireLocally     sim.BugName = "expire-locally"
	bugWatchFromNow      sim.BugName = "watch-from-now"
	bugReadGoesBack      sim.BugName = "local-read-goes-back"
	bugReadersNotFenced  sim.BugName = "readers-not-fenced"
	bugReordered         sim.BugName = "pipelined-reordered"
)

// bugRows are the bugs that the model can be switched to.
func bugRows() []models.Bug {
	return []models.Bug{
		{Name: bugNoFencing, ID: "B48", Workload: "lock", Tier: models.Easy,
			Summary: "the resource takes what the holder of a lock writes after a pause in which its session ended",
			Oracles: []string{tokensGrow, "linearizability"},
			Source:  "Kleppmann, \"How to do distributed locking\" (2016); etcd#11457"},
		{Name: recipe.BugLockAfterExpiry, ID: "B49", Workload: "lock", Tier: models.Easy,
			Summary: "a client whose session ended while it waited in line takes the lock when those before it are gone",
			Oracles: []string{lockOrder},
			Source:  "etcd#11456"},
		{Name: recipe.BugNoGUID, ID: "B50", Workload: "lock", Tier: models.Easy,
			Summary: "a client that got no answer to its create creates another node, and waits for its own first",
			Oracles: []string{lockOrder, "progress"},
			Source:  "accumulo#1866; ZOOKEEPER-1262; ZooKeeper's recipe for locks: \"Recoverable Errors and the GUID\""},
		{Name: bugHalfTransaction, Workload: "bank", Tier: models.Easy,
			Summary: "when an operation of a transaction is refused, those before it remain",
			Oracles: []string{"linearizability"},
			Source:  "ZOOKEEPER-1624: pending changes of a failed multi-operation are not rolled back correctly"},
		{Name: bugFutureRevision, ID: "B73", Workload: "stream", Tier: models.Easy,
			Summary: "a stream that resumes after a revision which the server has not reached delivers what came before it again",
			Oracles: []string{"linearizability"},
			Source:  "etcd#20221"},
		{Name: bugCompactedSilently, Workload: "stream", Tier: models.Easy,
			Summary: "a stream that resumes at a revision that is compacted goes on with what is left, and does not say so",
			Oracles: []string{"linearizability"},
			Source:  "etcd's API: a watch from a compacted revision is cancelled, with the revision up to which changes are gone"},
		{Name: bugRenewAfterRevoke, ID: "B72", Workload: "lease", Tier: models.Easy,
			Summary: "the leader renews a lease that was revoked, or that a later leader may have revoked, from its own table of times",
			Oracles: []string{"linearizability"},
			Source:  "etcd#20590: a lease that is revoked while it is renewed is reported as renewed; etcd#15247: an old leader renews leases"},
		{Name: recipe.BugDeposedActs, ID: "B68", Workload: "election", Tier: models.Easy,
			Summary: "a leader that was deposed while it was paused writes in a session that it has opened since",
			Oracles: []string{"linearizability"},
			Source:  "etcd#11456: a holder must compare the revision of its key before it does anything; scylladb#13884 refuses what a coordinator of an earlier term sends"},
		{Name: recipe.BugTakenTwice, Workload: "queue", Tier: models.Easy,
			Summary: "a client takes the element that it has read, whether or not it was the one to delete it",
			Oracles: []string{"linearizability"},
			Source:  "ZooKeeper's recipe for queues, with several consumers: the delete decides who has an element, and its answer is not looked at"},
		{Name: bugEndedSession, Workload: "lock", Tier: models.Easy,
			Summary: "a session that has ended creates an ephemeral node, which never vanishes",
			Oracles: []string{ephemeralNodes, "progress"},
			Source:  "ZOOKEEPER-1208: an ephemeral node is not removed, long after its session"},
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
			Source:  "Hunt et al. (2010) §2.1: a watch is set by a read, and tells when what that returned has changed"},
		{Name: bugReadGoesBack, Workload: "lock", Tier: models.Easy,
			Summary: "a server answers a client from a state that is older than what the client has seen",
			Oracles: []string{readsForward},
			Source:  "Hunt et al. (2010) §4.4: a server that is behind a client does not serve it until it has caught up"},
		{Name: recipe.BugReaderIgnoresWriter, Workload: "rwlock", Tier: models.Easy,
			Summary: "a reader takes the lock though a writer is before it in line",
			Oracles: []string{lockOrder},
			Source:  "Hunt et al. (2010) §2.4, Read/Write Locks, without the wait for write nodes"},
		{Name: recipe.BugWriterIgnoresReader, Workload: "rwlock", Tier: models.Easy,
			Summary: "a writer waits for the writers before it alone, as a reader does, and takes the lock while others read",
			Oracles: []string{lockOrder},
			Source:  "Hunt et al. (2010) §2.4: a writer needs the lowest node of all; kazoo#649 has a lock that considers the wrong nodes of the line, too"},
		{Name: bugReadersNotFenced, Workload: "rwlock", Tier: models.Easy,
			Summary: "the resource compares the token of a writer with those of writers alone: one that was paused writes while another reads",
			Oracles: []string{tokensGrow, "linearizability"},
			Source:  "Kleppmann, \"How to do distributed locking\" (2016), for a lock that readers share"},
		{Name: recipe.BugEntersOnAnyEvent, Workload: "barrier", Tier: models.Easy,
			Summary: "a client enters when something has changed, and does not count again how many have come",
			Oracles: []string{accounts.DoubleBarrier.Name},
			Source:  "curator#1290"},
		{Name: recipe.BugLeavesAlone, Workload: "barrier", Tier: models.Easy,
			Summary: "a client leaves when it has deleted its node, and does not wait for the others",
			Oracles: []string{accounts.DoubleBarrier.Name},
			Source:  "CURATOR-233: leave returns true though not all have left"},
		{Name: recipe.BugExistsIsRegistered, Workload: "discovery", Tier: models.Easy,
			Summary: "an instance that is started anew takes the node that it finds under its name for its own, which vanishes with the session before",
			Oracles: []string{accounts.Discovery.Name},
			Source:  "Box engineering blog, \"A Gotcha When Using ZooKeeper Ephemeral Nodes\""},
		{Name: recipe.BugNotRegisteredAgain, Workload: "discovery", Tier: models.Easy,
			Summary: "an instance whose session ended opens another, and does not register again",
			Oracles: []string{accounts.Discovery.Name},
			Source:  "Hunt et al. (2010) §2.1: ephemeral nodes go with the session that created them, not with the client"},
		{Name: recipe.BugRegisteredForGood, Workload: "discovery", Tier: models.Easy,
			Summary: "instances register with nodes that are not ephemeral, and are listed when they are long gone",
			Oracles: []string{accounts.Discovery.Name},
			Source:  "Hunt et al. (2010) §2.4, Group Membership, with regular nodes"},
		{Name: recipe.BugNodeByNode, Workload: "configuration", Tier: models.Easy,
			Summary: "a client reads the nodes of a configuration one by one, and gets some of one version and some of the next",
			Oracles: []string{accounts.Configuration.Name},
			Source:  "Hunt et al. (2010) §2.3: no process should use a configuration that is being changed, which they solve with a node ready"},
		{Name: recipe.BugWatchFromLatest, Workload: "configuration", Tier: models.Easy,
			Summary: "a client watches for changes after the latest revision that it has seen, not after that of its copy: those in between are lost",
			Oracles: []string{accounts.Configuration.Name},
			Source:  "Hunt et al. (2010) §2.1: a watch is set by the read whose result it is about"},
		{Name: bugReordered, Workload: "pipelined", Tier: models.Easy,
			Summary: "commands that a client sends without waiting are done in the order in which they come, each after its own retries",
			Oracles: []string{accounts.ClientOrder.Name},
			Source:  "Hunt et al. (2010) §2.3, FIFO client order; ZOOKEEPER-4796: requests of one session are sent out of order"},
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
	markReordered = "command refused that came before an earlier one"
	markCompacted = "stream resumed before what is compacted"
	markBehind    = "server behind what a client has seen"
)
