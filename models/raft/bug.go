package raft

import (
	"simrun/models"
	"simrun/sim"
)

// The names of the bugs, as in a case.
const (
	bugCommitOldTerm    sim.BugName = "commit-old-term"
	bugVoteNotPersisted sim.BugName = "vote-not-persisted"
	bugVoteWrittenLate  sim.BugName = "vote-written-late"
	bugTruncateOnStale  sim.BugName = "truncate-on-stale-append"
	bugQuorumOffByOne   sim.BugName = "quorum-off-by-one"
	bugCountVotesTwice  sim.BugName = "count-votes-twice"
	bugVoteForAnyLog    sim.BugName = "vote-for-any-log"
	bugStaleLocalRead   sim.BugName = "stale-local-read"
	bugLeaseReads       sim.BugName = "lease-reads"
	bugUnboundReadAcks  sim.BugName = "unbound-read-acks"
	bugReadBeforeReplay sim.BugName = "read-before-replay"
	bugAckBeforeSync    sim.BugName = "ack-before-sync"
	bugNoSessions       sim.BugName = "no-sessions"
	bugTimeoutIsFailure sim.BugName = "timeout-is-failure"
	bugDamageIsTornTail sim.BugName = "damage-is-torn-tail"
	bugNoChecksums      sim.BugName = "no-checksums"
	bugPreVoteKeepsTerm sim.BugName = "pre-vote-keeps-term"
	bugNoCheckQuorum    sim.BugName = "no-check-quorum"
	bugNoPreVote        sim.BugName = "no-pre-vote"
)

// planted is the state that only bugs have.
type planted struct {
	voteLate bool     // the vote is still to be written
	began    sim.Time // when the last read round began
	twice    int      // votes that came twice
	lease    sim.Time // until when the leader believes that nobody else can lead
	synced   sim.Time // when entries were synced last

	olderSnapshot *snapshot // that the disk gets with the log which begins after the latest
}

// The names of the checks that see a bug.
const (
	linearizability = "linearizability"
	election        = "election safety"
	matching        = "log matching"
	completeness    = "leader completeness"
	machineSafety   = "state-machine safety"
	commitOrder     = "commit monotone"
	voteOrder       = "vote monotone"
	durable         = "durability"
	progress        = "progress"
	equalStates     = "equal states"
	assertion       = "assertion"
)

// bugRows are the published bugs that the model can be switched to.
func bugRows() []models.Bug {
	return []models.Bug{
		{
			Name: bugCommitOldTerm, ID: "B01", Tier: models.Hard,
			Summary: "a leader commits entries of earlier terms by counting replicas, before one of its own",
			Oracles: []string{completeness, machineSafety, linearizability},
			Source:  "Raft §5.4.2, Figure 8; logcabin/logcabin#44",
			// The leader writes entries that reach n2 alone. Another leader's first entry reaches nobody. The first
			// is leader again, spreads its old entries, counts them, and is gone; then the other returns and replaces them.
			Scenario: `at 1s partition n1,n2 | n3,n4,n5 for 500ms
after 1s on elected isolate it dropping in-flight for 600ms
after 1.5s on commit partition n1,n2 | n3,n4,n5 dropping in-flight for 3s
`,
		},
		{
			Name: bugVoteNotPersisted, ID: "B02", Tier: models.Easy,
			Summary: "a server forgets across a restart for whom it voted, and votes twice",
			Oracles: []string{durableNow, voteOrder, election},
			Source:  "Raft Figure 2 (votedFor is persistent state); seaweedfs/raft#9",
		},
		{
			Name: bugVoteWrittenLate, ID: "B03", Tier: models.Easy,
			Summary: "term and vote are written one after the other, and the answer leaves in between",
			Oracles: []string{durableNow, voteOrder, election},
			Source:  "hashicorp/raft#661; willemt/raft#47",
		},
		{
			Name: bugTruncateOnStale, ID: "B04", Tier: models.Easy,
			Summary: "an old AppendEntries deletes entries that came after it",
			Oracles: []string{commitOrder, completeness, machineSafety},
			Source:  "Raft Figure 2, AppendEntries step 3; ktoso/akka-raft#66; openraft",
		},
		{
			Name: bugQuorumOffByOne, ID: "B05", Tier: models.Easy,
			Summary: "an entry counts as committed with one replica less than a majority",
			Oracles: []string{onMajority, completeness, machineSafety, linearizability},
			Source:  "a published teaching implementation; Raft §5.3",
		},
		{
			Name: bugCountVotesTwice, ID: "B06", Tier: models.Easy,
			Summary: "a vote that the network delivers twice counts twice",
			Oracles: []string{election, completeness, machineSafety, linearizability},
			Source:  "akka-raft, found by Scott et al. with DEMi (NSDI'16)",
		},
		{
			Name: bugVoteForAnyLog, ID: "B07", Tier: models.Easy,
			Summary: "a vote is granted to a candidate whose log is behind",
			Oracles: []string{completeness, machineSafety, linearizability},
			Source:  "Raft §5.4.1; akka-raft, found by Scott et al. with DEMi (NSDI'16)",
		},
		{
			Name: bugStaleLocalRead, ID: "B11", Tier: models.Easy,
			Summary: "a leader answers reads from its own state without asking whether it is still the leader",
			Oracles: []string{linearizability},
			Source:  "etcd-io/etcd#741",
		},
		{
			Name: bugUnboundReadAcks, ID: "B13", Tier: models.Hard,
			Summary: "any answer of a follower confirms a read, also one to an older heartbeat",
			Oracles: []string{linearizability},
			Source:  "etcd-io/etcd#20418",
			// Answers queue on narrow links: the leader still hears the past when the others have elected another.
			Scenario: `at 1s bandwidth 300B/s on rest > leader for 3s
at 2s cut leader > rest for 1.9s
at 4s bandwidth 300B/s on rest > leader for 3s
at 5s cut leader > rest for 1.9s
at 7s bandwidth 300B/s on rest > leader for 3s
at 8s cut leader > rest for 1.9s
`,
		},
		{
			Name: bugLeaseReads, ID: "B14", Tier: models.Hard,
			Summary: "a leader answers reads from its own state for as long as its clock says that nobody else can have been elected",
			Oracles: []string{linearizability},
			Source:  "tikv/tikv#964; etcd-io/etcd#6005; dissertation §6.4.1 (leases rely on bounded clock drift)",
			Scenario: `at 1s skew leader -1s for 2s
at 1.05s isolate leader for 900ms
at 3s skew leader -1s for 2s
at 3.05s isolate leader for 900ms
at 5s skew leader -1s for 2s
at 5.05s isolate leader for 900ms
at 7s skew leader -1s for 2s
at 7.05s isolate leader for 900ms
at 9s skew leader -1s for 1s
at 9.05s isolate leader for 900ms
`,
		},
		{
			Name: bugReadBeforeReplay, ID: "B23", Tier: models.Easy,
			Summary: "a new leader answers reads before it knows what is committed",
			Oracles: []string{linearizability},
			Source:  "RedisLabs/redisraft#18; dissertation §6.4, step 1",
		},
		{
			Name: bugAckBeforeSync, ID: "B26", Tier: models.Easy,
			Summary: "a server acknowledges entries that are not yet durable",
			Oracles: []string{durableNow, durable, completeness, machineSafety, linearizability, progress},
			Source:  "etcd-io/etcd#14370; Raft Figure 2",
		},
		{
			Name: bugDamageIsTornTail, ID: "B28", Tier: models.Medium,
			Summary: "a frame that can't be read is taken for a torn write, and what comes after it is thrown away",
			Oracles: []string{durableNow, durable, voteOrder, completeness, machineSafety, linearizability},
			Source:  "Alagappan et al., Protocol-Aware Recovery, FAST'18",
			Scenario: `at 2s rot n2
at 2.5s crash n2 for 100ms
`,
		},
		{
			Name: bugNoChecksums, ID: "B29", Tier: models.Medium,
			Summary: "what the disk has damaged is believed: frames are read without checksums, and never repaired",
			Oracles: []string{matching, durable, durableNow, onMajority, voteOrder, machineSafety, linearizability, progress},
			Source:  "Alagappan et al., Protocol-Aware Recovery, FAST'18; TigerBeetle's storage fault model",
			Scenario: `at 2s rot n2
at 2.5s crash n2 for 100ms
`,
		},
		{
			Name: bugNoSessions, ID: "B30", Tier: models.Easy,
			Summary: "a command that a client repeats is applied twice",
			Oracles: []string{linearizability},
			Source:  "Raft §8; etcd-io/etcd#18424",
		},
		{
			Name: bugTimeoutIsFailure, ID: "B32", Tier: models.Easy,
			Summary: "a client reports a timeout as a failure, though the command may have been applied",
			Oracles: []string{linearizability},
			Source:  "Maelstrom's protocol: which errors are definite",
		},
		{
			Name: bugPreVoteKeepsTerm, ID: "B34", Tier: models.Hard,
			Summary: "a server whose pre-vote is denied does not take over the later term that denied it, and asks forever",
			Oracles: []string{progress},
			Source:  "canonical/raft#279",
			// A candidate's later term reaches nobody, and the old leader goes on: the candidate's log falls behind. When two
			// others are lost, nobody can lead without it, and it can't lead itself.
			Scenario: `at 1s pause leader for 200ms
after 1s on vote isolate it dropping in-flight for 1.5s
at 2s crash leader forever
at 2s crash any forever
`,
		},
		{
			Name: bugNoCheckQuorum, ID: "B36", Tier: models.Medium,
			Summary: "a leader that no majority answers stays, and its heartbeats keep others from electing one that works",
			Oracles: []string{progress},
			Source:  "openraft#2080; dissertation §6.2",
			Scenario: `at 1s cut rest > leader forever
`,
		},
		{
			Name: bugNoPreVote, ID: "B37", Tier: models.Medium,
			Summary: "neither pre-vote nor check of the quorum: a server that hears nobody deposes every leader",
			Oracles: []string{progress},
			Source:  "Cloudflare's outage of 2020-11-02; dissertation §9.6 and §4.2.3",
			Scenario: `at 2s cut rest > any 2 forever
`,
		},
	}
}
