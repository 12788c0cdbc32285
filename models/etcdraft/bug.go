package etcdraft

import (
	"simrun/models"
	"simrun/sim"
)

const (
	bugAckBeforeSync sim.BugName = "ack-before-sync"
	bugVoteInMemory  sim.BugName = "vote-in-memory"
	bugStateAfter    sim.BugName = "send-before-hard-state"
	bugLocalReads    sim.BugName = "local-reads"
	bugLeaseReads    sim.BugName = "lease-reads"
)

// bugs are mistakes that users of the library make: none is in the library.
func bugs() []models.Bug {
	return []models.Bug{
		{Name: bugAckBeforeSync, ID: "B26", Tier: models.Easy,
			Summary: "a follower's messages leave before its disk holds the entries that they acknowledge",
			Oracles: []string{"durable when promised", "durability", "equal logs", "linearizability", "assertion", "panic", "progress"},
			Source:  "etcd-io/etcd#14370; the library's doc.go: messages leave after entries and state are on stable storage"},
		{Name: bugVoteInMemory, ID: "B02", Tier: models.Easy,
			Summary: "a server forgets across a restart for whom it voted, and votes twice",
			Oracles: []string{"one vote per term", "one leader per term", "equal logs", "linearizability", "panic", "assertion"},
			Source:  "Raft Figure 2 (votedFor is persistent state); seaweedfs/raft#9"},
		{Name: bugStateAfter, ID: "B03", Tier: models.Easy,
			Summary: "votes leave before the disk holds them",
			Oracles: []string{"one vote per term", "term monotone", "one leader per term", "equal logs", "linearizability", "panic", "assertion"},
			Source:  "hashicorp/raft#661; the library's doc.go: HardState first"},
		{Name: bugLocalReads, ID: "B11", Tier: models.Easy,
			Summary: "a leader answers reads from its own state without asking whether it is still the leader",
			Oracles: []string{"linearizability"},
			Source:  "etcd-io/etcd#741"},
		{Name: bugLeaseReads, ID: "B14", Tier: models.Hard,
			Summary: "reads by the leader's lease (ReadOnlyLeaseBased), with clocks that need not be right",
			Oracles: []string{"linearizability"},
			Source:  "the library's ReadOnlyLeaseBased: unsafe if clock drift is unbounded; tikv/tikv#964",
			// The leader believes in its lease for up to twice the time after which the others may elect another.
			Scenario: `at 1s drift leader -1/4 for 9s
at 1.5s isolate leader for 500ms
at 2.5s isolate leader for 500ms
at 3.5s isolate leader for 500ms
at 4.5s isolate leader for 500ms
at 5.5s isolate leader for 500ms
at 6.5s isolate leader for 500ms
at 7.5s isolate leader for 500ms
at 8.5s isolate leader for 500ms
`},
	}
}
