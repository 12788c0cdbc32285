package mvcc

import (
	"simrun/models"
	"simrun/sim"
)

const (
	bugLastWins      sim.BugName = "last-committer-wins"
	bugBlindRetry    sim.BugName = "blind-retry"
	bugReadsLatest   sim.BugName = "reads-latest"
	bugParallelApply sim.BugName = "parallel-apply"
	bugWritesOnly    sim.BugName = "validate-writes-only"
	bugStaleSnapshot sim.BugName = "stale-snapshot"
	bugAbortLeaves   sim.BugName = "abort-leaves-writes"
	bugInParts       sim.BugName = "commit-in-parts"
	bugCommitsTwice  sim.BugName = "retry-commits-twice"
)

// applierLag is how many entries one of the appliers of a server is behind with [bugParallelApply].
const applierLag = 4

// bugs are those that the store can be switched to. Their oracles are the names of the anomalies by which the isolation check knows them.
func bugs() []models.Bug {
	snapshot := map[sim.OptionName]string{optionIsolation: snapshotIsolation}
	committed := map[sim.OptionName]string{optionIsolation: readCommitted}
	return []models.Bug{
		{Name: bugLastWins, Tier: models.Easy, Workload: "rw-register", Options: snapshot,
			Summary: "a commit is not validated against what others wrote since its snapshot, so that it overwrites that",
			Oracles: []string{"lost-update"},
			Source:  "Berenson and others, SIGMOD 1995, P4 and §4.2: first committer wins, left out"},
		{Name: bugBlindRetry, Tier: models.Easy, Workload: "rw-register", Options: snapshot,
			Summary: "a transaction that is aborted by a conflict is committed again at a new version, without its reads being done again",
			Oracles: []string{"lost-update"},
			Source:  "Jepsen, TiDB 2.1.7 (2019): automatic retries of transactions that had conflicts"},
		{Name: bugReadsLatest, Tier: models.Easy, Options: snapshot,
			Summary: "reads see what is committed at the moment, not the snapshot of the transaction",
			Oracles: []string{"G-single"},
			Source:  "Berenson and others, SIGMOD 1995, A5A (read skew); Jepsen, Percona XtraDB Cluster (2015)"},
		{Name: bugParallelApply, Tier: models.Easy, Workload: "long-fork", Options: snapshot,
			Summary: "servers apply transactions on different keys side by side, and readers see those of one applier before earlier ones of the other",
			Oracles: []string{"long-fork"},
			Source:  "Sovran and others, SOSP 2011 (long fork); MySQL's replicas with replica_preserve_commit_order=OFF"},
		{Name: bugWritesOnly, Tier: models.Easy,
			Summary: "commits are validated by what they write alone, which is snapshot isolation, under the claim of serializability",
			Oracles: []string{"G2-item"},
			Source:  "Cahill, Röhm and Fekete, SIGMOD 2008 (write skew); Jepsen, PostgreSQL 12.3 (2020)"},
		{Name: bugStaleSnapshot, Tier: models.Easy,
			Summary: "a transaction takes as its snapshot what any server has applied, which may be old",
			Oracles: []string{"G-single-process", "G-single-realtime"},
			Source:  "Daudjee and Salem, VLDB 2006: replicated databases lose strong snapshot isolation where reads go to any replica"},
		{Name: bugAbortLeaves, Tier: models.Easy, Workload: "rw-register", Options: snapshot,
			Summary: "of a commit that is refused all writes but the last remain",
			Oracles: []string{"G1a"},
			Source:  "Adya, Liskov and O'Neil, ICDE 2000, G1a; Jepsen, Redis-Raft 1b3fbf6 (2020): aborted reads"},
		{Name: bugInParts, Tier: models.Easy, Workload: "rw-register", Options: committed,
			Summary: "a transaction of several writes is committed in two parts, and others read what it is about to overwrite",
			Oracles: []string{"G1b"},
			Source:  "Adya, Liskov and O'Neil, ICDE 2000, G1b; TiDB's tidb_batch_insert, which splits transactions"},
		{Name: bugCommitsTwice, Tier: models.Easy, Options: committed,
			Summary: "servers do not remember the commits of a session, and do one again that a client sends again",
			Oracles: []string{"duplicate-elements", "dirty-update"}, // the latter if it was refused the second time, for a conflict with itself
			Source:  "Ongaro's dissertation §6.3; Jepsen, MongoDB 4.2.6 (2020): transactions that are retried take effect twice"},
	}
}
