package raft

import (
	"simrun/models"
	"simrun/sim"
)

// The bugs of log compaction and snapshots.
const (
	bugPurgedIsConflict     sim.BugName = "purged-is-conflict"
	bugLogCutFirst          sim.BugName = "log-cut-before-snapshot"
	bugSnapshotErrorIgnored sim.BugName = "snapshot-error-ignored"
	bugInstallWithoutData   sim.BugName = "install-without-data"
	bugChunksInAnyOrder     sim.BugName = "chunks-in-any-order"
	bugWithoutSessions      sim.BugName = "snapshot-without-sessions"
	bugRemoveFirst          sim.BugName = "remove-before-rewrite"
	bugRestoreFailsLate     sim.BugName = "restore-fails-late"
)

// snapshotBugs are those of log compaction and snapshots.
func snapshotBugs() []models.Bug {
	compaction := map[sim.OptionName]string{optionCompaction: on}
	return []models.Bug{
		{
			Name: bugPurgedIsConflict, ID: "B10", Tier: models.Easy, Options: compaction,
			Summary: "an old AppendEntries whose previous entry was compacted is taken for a conflict, and the log is deleted",
			Oracles: []string{commitOrder, durable, completeness, machineSafety, linearizability},
			Source:  "openraft#511",
		},
		{
			Name: bugLogCutFirst, ID: "B20", Tier: models.Easy, Options: compaction,
			Summary: "the log is cut before the snapshot that replaces it is on the disk: after a crash in between, entries are missing",
			Oracles: []string{assertion, progress},
			Source:  "redisraft#43; redisraft#45; dissertation §5.1",
		},
		{
			Name: bugSnapshotErrorIgnored, ID: "B62", Tier: models.Hard, Options: compaction,
			Summary: "a snapshot that the disk refused counts as saved, and the log behind it is dropped",
			Oracles: []string{durable, voteOrder, completeness, machineSafety, linearizability, progress},
			Source:  "dragonboat#409",
			// Both copies are refused in each step of a snapshot, by a disk that takes all else; a majority is hit, one after the other.
			Scenario: `at 2s io-error n2 1/1 write in log.new for 300ms
at 2s io-error n2 1/1 write in log.copy.new for 300ms
at 2.29s crash n2 for 50ms
at 3s io-error n3 1/1 write in log.new for 300ms
at 3s io-error n3 1/1 write in log.copy.new for 300ms
at 3.29s crash n3 for 50ms
at 4s io-error n4 1/1 write in log.new for 300ms
at 4s io-error n4 1/1 write in log.copy.new for 300ms
at 4.29s crash n4 for 50ms
`,
		},
		{
			Name: bugInstallWithoutData, ID: "B66", Tier: models.Easy, Options: compaction,
			Summary: "a follower that is sent a snapshot moves its applied index, and keeps its old state",
			Oracles: []string{equalStates, equalMachines, linearizability},
			Source:  "nodedb#162; Raft Figure 13, step 8",
		},
		{
			Name: bugWithoutSessions, Tier: models.Easy, Options: compaction,
			Summary: "snapshots leave out the clients' sessions: a server that restarts from one does nothing for the sessions of before, and differs from the others",
			Oracles: []string{equalStates, equalMachines, linearizability, progress},
			Source:  "dissertation §6.3: sessions are replicated state, which snapshots must hold",
		},
		{
			Name: bugChunksInAnyOrder, Tier: models.Easy, Options: compaction,
			Summary: "the parts of a snapshot are joined in the order in which they come, some of them twice",
			Oracles: []string{equalStates, machineSafety, assertion, linearizability, progress},
			Source:  "Raft Figure 13, step 3: write data into the snapshot file at the given offset",
		},
		{
			Name: bugRestoreFailsLate, ID: "B67", Tier: models.Medium, Options: compaction,
			Summary: "a snapshot that can't be written to the disk counts as not installed, though the state is its already: entries are applied to it a second time",
			Oracles: []string{equalStates, machineSafety, linearizability},
			Source:  "rqlite/rqlite#2759",
			// A server that lags is sent a snapshot while its disk refuses writes.
			Scenario: `at 1s isolate n2 for 800ms
at 1.7s io-error n2 1/2 write for 400ms
at 3.5s isolate n3 for 800ms
at 4.2s io-error n3 1/2 write for 400ms
at 6s isolate n4 for 800ms
at 6.7s io-error n4 1/2 write for 400ms
`,
		},
		{
			Name: bugRemoveFirst, ID: "B75", Tier: models.Easy, Options: compaction,
			Summary: "the old files of the disk are removed before the new ones are written: a crash in between forgets vote and log",
			Oracles: []string{durable, voteOrder, election, completeness, machineSafety, linearizability},
			Source:  "ClickHouse#113654; Pillai et al., OSDI'14",
		},
	}
}
