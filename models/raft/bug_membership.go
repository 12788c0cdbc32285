package raft

import (
	"simrun/models"
	"simrun/sim"
)

// The bugs of membership changes.
const (
	bugChangeBeforeOwnCommit sim.BugName = "change-before-own-commit"
	bugSwapAtOnce            sim.BugName = "swap-at-once"
	bugChangesOverlap        sim.BugName = "changes-overlap"
	bugLearnersCount         sim.BugName = "learners-count"
	bugJointAsUnion          sim.BugName = "joint-as-union"
	bugInstallKeepsMembers   sim.BugName = "install-keeps-members"
	bugRemovalBars           sim.BugName = "uncommitted-removal-bars"
	bugMembersNotUndone      sim.BugName = "members-not-undone"
)

// membersOrder is the name of a monitor.
const membersOrder = "members overlap"

// membershipBugs are those of membership changes.
func membershipBugs() []models.Bug {
	one := map[sim.OptionName]string{optionMembership: string(single)}
	many := map[sim.OptionName]string{optionMembership: string(joint)}
	both := map[sim.OptionName]string{optionMembership: string(joint), optionCompaction: on}
	return []models.Bug{
		{
			Name: bugChangeBeforeOwnCommit, ID: "B17", Tier: models.Easy, Options: one,
			Summary: "a leader changes the members before it has committed an entry of its term: another change, which it does not know, may be committed",
			Oracles: []string{membersOrder, election, completeness, machineSafety, linearizability},
			Source:  "Ongaro, \"bug in single-server membership changes\", raft-dev, 2015-07-10; Schultz, Zhou and Tripakis, OPODIS'21",
		},
		{
			Name: bugSwapAtOnce, ID: "B18", Tier: models.Easy, Options: many,
			Summary: "the new members take over from the old in one step: majorities of both can decide apart",
			Oracles: []string{membersOrder, election, completeness, machineSafety, linearizability},
			Source:  "Raft §6, Figure 10",
		},
		{
			Name: bugChangesOverlap, ID: "B22", Tier: models.Easy, Options: one,
			Summary: "a leader removes servers one after the other without waiting for each change to be committed, until it is a majority alone",
			Oracles: []string{membersOrder, election, completeness, machineSafety, linearizability},
			Source:  "redisraft#17; dissertation §4.1",
		},
		{
			Name: bugLearnersCount, Tier: models.Medium, Options: one,
			Summary: "a learner's copy counts for commitment",
			Oracles: []string{completeness, machineSafety, linearizability},
			Source:  "dissertation §4.2.1: a new server is a non-voting member until it has caught up",
			// The cluster parts while there are learners, so that those who committed with them are cut off.
			Scenario: `after 0.8s on members partition minority | majority for 450ms
after 1.5s on members partition minority | majority for 450ms
after 2.2s on members partition minority | majority for 450ms
after 2.9s on members partition minority | majority for 450ms
after 3.6s on members partition minority | majority for 450ms
after 4.3s on members partition minority | majority for 450ms
after 5.0s on members partition minority | majority for 450ms
after 5.7s on members partition minority | majority for 450ms
after 6.4s on members partition minority | majority for 450ms
after 7.1s on members partition minority | majority for 450ms
after 7.8s on members partition minority | majority for 450ms
after 8.5s on members partition minority | majority for 450ms
`,
		},
		{
			Name: bugJointAsUnion, Tier: models.Medium, Options: many,
			Summary: "while the configuration is joint, a majority of old and new servers together decides, not one of each",
			Oracles: []string{election, completeness, machineSafety, linearizability},
			Source:  "Raft §6: separate majorities from both the old and new configurations",
			// The cluster parts while the configuration is joint, so that a majority of all is one of the new alone.
			Scenario: `after 1.0s on members partition n1,n2 | n3,n4,n5 dropping in-flight for 500ms
after 1.7s on members partition n1,n3 | n2,n4,n5 dropping in-flight for 500ms
after 2.4s on members partition n4,n5 | n1,n2,n3 dropping in-flight for 500ms
after 3.1s on members partition n2,n4 | n1,n3,n5 dropping in-flight for 500ms
after 3.8s on members partition n3,n5 | n1,n2,n4 dropping in-flight for 500ms
after 4.5s on members partition n1,n4 | n2,n3,n5 dropping in-flight for 500ms
after 5.2s on members partition n2,n5 | n1,n3,n4 dropping in-flight for 500ms
after 5.9s on members partition n3,n4 | n1,n2,n5 dropping in-flight for 500ms
after 6.6s on members partition n1,n2 | n3,n4,n5 dropping in-flight for 500ms
after 7.3s on members partition n1,n3 | n2,n4,n5 dropping in-flight for 500ms
after 8.0s on members partition n4,n5 | n1,n2,n3 dropping in-flight for 500ms
after 8.7s on members partition n2,n4 | n1,n3,n5 dropping in-flight for 500ms
after 9.4s on members partition n3,n5 | n1,n2,n4 dropping in-flight for 500ms
`,
		},
		{
			Name: bugInstallKeepsMembers, ID: "B19", Tier: models.Easy, Options: both,
			Summary: "a server that is sent a snapshot keeps the members that it knew: it elects and is elected by those who are gone",
			Oracles: []string{membersOrder, election, completeness, machineSafety, linearizability},
			Source:  "scylladb#9551; openraft#1808",
		},
		{
			Name: bugMembersNotUndone, ID: "B25", Tier: models.Easy, Options: one,
			Summary: "a change of the members that is deleted from the log stays in force: the next change contradicts it, and the server's assertion fails",
			Oracles: []string{assertion, membersOrder, election, completeness, machineSafety, linearizability},
			Source:  "RedisLabs/redisraft#48",
		},
		{
			Name: bugRemovalBars, ID: "B64", Tier: models.Hard, Options: one,
			Summary: "a server does not stand for election as soon as its log removes it, though that is not committed, and its log may be the newest",
			Oracles: []string{progress},
			Source:  "openraft#2098",
			// One of four voters is lost. The leader removes itself, and is cut off before anybody hears of that: two are left that may stand, and need its vote.
			Scenario: `at 1s crash n5 forever
after 1.3s on members isolate it dropping in-flight for 400ms
after 1.9s on members isolate it dropping in-flight for 400ms
after 2.5s on members isolate it dropping in-flight for 400ms
after 3.1s on members isolate it dropping in-flight for 400ms
after 3.7s on members isolate it dropping in-flight for 400ms
after 4.3s on members isolate it dropping in-flight for 400ms
after 4.9s on members isolate it dropping in-flight for 400ms
after 5.5s on members isolate it dropping in-flight for 400ms
after 6.1s on members isolate it dropping in-flight for 400ms
after 6.7s on members isolate it dropping in-flight for 400ms
after 7.3s on members isolate it dropping in-flight for 400ms
after 7.9s on members isolate it dropping in-flight for 400ms
after 8.5s on members isolate it dropping in-flight for 400ms
after 9.1s on members isolate it dropping in-flight for 400ms
`,
		},
	}
}
