package raft

import (
	"simrun/models"
	"simrun/sim"
)

// The bugs of elections that servers take part in differently: while they hear a leader, or while their programs are replaced.
const (
	bugVoteDespiteLease   sim.BugName = "vote-despite-lease"
	bugPreVoteDropsOld    sim.BugName = "pre-vote-drops-old-terms"
	bugRejectionIsContact sim.BugName = "rejection-is-contact"
	bugJointKeepsTerm     sim.BugName = "joint-pre-vote-keeps-term"
	bugPriorityBeforeLog  sim.BugName = "priority-before-log"
)

// leaseOrder is the name of a monitor.
const leaseOrder = "lease exclusive"

// electionBugs are those of elections that servers take part in differently.
func electionBugs() []models.Bug {
	return []models.Bug{
		{
			Name: bugVoteDespiteLease, ID: "B16", Tier: models.Hard, Options: map[sim.OptionName]string{optionReads: "lease"},
			Summary: "servers that hear the leader vote for one that is cut off from it, while the leader answers reads by its lease",
			Oracles: []string{leaseOrder, linearizability},
			Source:  "etcd-io/etcd#10082; dissertation §6.4.1",
			// A server that does not hear the leader is behind as soon as there is a write, and then it is not elected.
			ScenarioMix: []sim.Weight{{F: "read", Weight: 20}, {F: "write", Weight: 1}},
			Scenario: `at 1000ms cut leader <> any for 600ms
at 1700ms cut leader <> any for 600ms
at 2400ms cut leader <> any for 600ms
at 3100ms cut leader <> any for 600ms
at 3800ms cut leader <> any for 600ms
at 4500ms cut leader <> any for 600ms
at 5200ms cut leader <> any for 600ms
at 5900ms cut leader <> any for 600ms
at 6600ms cut leader <> any for 600ms
at 7300ms cut leader <> any for 600ms
at 8000ms cut leader <> any for 600ms
at 8700ms cut leader <> any for 600ms
at 9400ms cut leader <> any for 600ms
`,
		},
		{
			Name: bugPreVoteDropsOld, ID: "B33", Tier: models.Hard, Options: map[sim.OptionName]string{optionPreVote: "rolling"},
			Summary: "a pre-vote of an old term is dropped without an answer: who has the later term and the shorter log can't win, and the others never learn of the term",
			Oracles: []string{progress},
			Source:  "etcd-io/etcd#8501",
			// All but n5 are upgraded. It raises its term alone, and is upgraded last; then two others are lost.
			Scenario: `at 500ms crash n1 for 50ms
at 700ms crash n2 for 50ms
at 900ms crash n3 for 50ms
at 1.1s crash n4 for 50ms
at 1.4s isolate n5 dropping in-flight for 2.6s
at 2.5s crash n5 for 50ms
at 2.8s crash n1,n2 forever
`,
		},
		{
			Name: bugJointKeepsTerm, ID: "B35", Tier: models.Hard, Options: map[sim.OptionName]string{optionMembership: string(joint)},
			Summary: "while the configuration is joint, a server whose pre-vote is denied does not take over the later term: servers with the later term and servers with the newer log deny each other",
			Oracles: []string{progress},
			Source:  "databendlabs/openraft#1796",
			// A candidate's term reaches nobody. Then the configuration becomes joint on two servers alone, whose leader steps down for want of a majority. Where there are four voters,
			// two have the newer log and two the later term.
			Scenario: `at 1s pause leader for 200ms
after 1s on vote isolate it dropping in-flight for 1s
after 1.3s on 2nd members partition it,leader | rest dropping in-flight for 0.7s
at 2.7s pause leader for 200ms
after 2.7s on vote isolate it dropping in-flight for 1s
after 3s on 2nd members partition it,leader | rest dropping in-flight for 0.7s
at 4.4s pause leader for 200ms
after 4.4s on vote isolate it dropping in-flight for 1s
after 4.7s on 2nd members partition it,leader | rest dropping in-flight for 0.7s
at 6.1s pause leader for 200ms
after 6.1s on vote isolate it dropping in-flight for 1s
after 6.4s on 2nd members partition it,leader | rest dropping in-flight for 0.7s
at 7.8s pause leader for 200ms
after 7.8s on vote isolate it dropping in-flight for 1s
after 8.1s on 2nd members partition it,leader | rest dropping in-flight for 0.7s
`,
		},
		{
			Name: bugPriorityBeforeLog, ID: "B57", Tier: models.Easy, Options: map[sim.OptionName]string{optionPriority: on},
			Summary: "a voter prefers a candidate of higher priority, though its log is behind: committed entries are rolled back",
			Oracles: []string{completeness, machineSafety, assertion, linearizability},
			Source:  "eBay/NuRaft#185",
		},
		{
			Name: bugRejectionIsContact, ID: "B61", Tier: models.Medium,
			Summary: "an answer that rejects a heartbeat with a later term counts as contact: a deposed leader stays, and votes for nobody",
			Oracles: []string{progress},
			Source:  "hashicorp/raft#666",
			// The next leader is gone before anybody hears it, and so is another. The old one is needed for a majority.
			Scenario: `at 1s isolate leader dropping in-flight for 330ms
after 1s on elected crash it forever
at 1.33s crash any forever
`,
		},
	}
}
