package raft

import (
	"simrun/models"
	"simrun/sim"
)

// The bugs of what a server keeps on its disk.
const (
	bugTruncateFromFront sim.BugName = "truncate-from-front"
	bugReplayCommits     sim.BugName = "replay-commits-all"
	bugCandidateTermLate sim.BugName = "candidate-term-late"
	bugEmptiedLogVotes   sim.BugName = "emptied-log-votes"
	bugSyncByInterval    sim.BugName = "sync-by-interval"
	bugHungDiskLeads     sim.BugName = "hung-disk-leads"
	bugLateSyncLost      sim.BugName = "late-sync-lost"
)

// diskBugs are those of what a server keeps on its disk.
func diskBugs() []models.Bug {
	return []models.Bug{
		{
			Name: bugTruncateFromFront, ID: "B09", Tier: models.Hard,
			Summary: "conflicting entries are deleted from the first on, one at a time: a crash in between leaves those behind the hole",
			Oracles: []string{matching, machineSafety, durable, assertion, linearizability},
			Source:  "baidu/braft#119",
			// A leader that was cut off has entries that nobody else has. When it hears of the next one it deletes them, and crashes between two writes of that.
			Scenario: `at 1s isolate leader for 600ms
at 1.595s crash old leader at disk op 4 keeping all for 100ms
at 2.4s isolate leader for 600ms
at 2.995s crash old leader at disk op 3 keeping all for 100ms
at 3.8s isolate leader for 600ms
at 4.395s crash old leader at disk op 4 keeping all for 100ms
at 5.2s isolate leader for 600ms
at 5.795s crash old leader at disk op 3 keeping all for 100ms
`,
		},
		{
			Name: bugReplayCommits, ID: "B24", Tier: models.Easy,
			Summary: "a server that restarts takes its whole log for committed, and the next leader contradicts it",
			Oracles: []string{assertion, machineSafety, linearizability},
			Source:  "RedisLabs/redisraft#53",
		},
		{
			Name: bugCandidateTermLate, ID: "B53", Tier: models.Easy,
			Summary: "a candidate asks for votes before its new term and its own vote are on its disk: after a crash it votes again in that term",
			Oracles: []string{durableNow, voteOrder, election, linearizability},
			Source:  "canonical/raft#386; Raft Figure 2",
		},
		{
			Name: bugLateSyncLost, ID: "B54", Tier: models.Easy, Options: map[sim.OptionName]string{optionSyncs: "several"},
			Summary: "the end of a sync that comes after that of a later one is lost: the server waits for it, and what it writes from then on is never durable",
			Oracles: []string{progress},
			Source:  "databendlabs/openraft#1960, #1964; redpanda-data/redpanda#3110",
		},
		{
			Name: bugEmptiedLogVotes, ID: "B59", Tier: models.Easy,
			Summary: "a server whose log is damaged or gone begins with an empty one, votes and is elected as if it were complete",
			Oracles: []string{durable, voteOrder, completeness, machineSafety, linearizability},
			Source:  "nats-io/nats-server#7587",
		},
		{
			Name: bugSyncByInterval, ID: "B60", Tier: models.Easy,
			Summary: "entries are acknowledged from memory, and synced once a second: a majority of memories is not a majority of disks",
			Oracles: []string{durable, completeness, machineSafety, linearizability, progress},
			Source:  "nats-io/nats-server#7567",
		},
		{
			Name: bugHungDiskLeads, ID: "B69", Tier: models.Hard,
			Summary: "a leader sends what its own disk has, and nothing when that hangs, but its heartbeats go on, so that nobody takes over",
			Oracles: []string{progress},
			Source:  "yugabyte/yugabyte-db#32630",
			// The next leader can't even commit its first entry, so that reads wait too.
			Scenario: `at 1s crash leader for 300ms
after 1s on elected stall-sync it forever
`,
		},
	}
}
