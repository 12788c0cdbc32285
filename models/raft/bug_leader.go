package raft

import (
	"simrun/models"
	"simrun/sim"
)

// The bugs of leadership transfer, of leases, of reads at followers, and of flow control.
const (
	bugTransferForever         sim.BugName = "transfer-never-given-up"
	bugTransferKeepsLease      sim.BugName = "transfer-keeps-lease"
	bugFollowerReadUnconfirmed sim.BugName = "follower-read-unconfirmed"
	bugFollowerReadEarly       sim.BugName = "follower-read-before-applied"
	bugWindowLeaks             sim.BugName = "window-leaks"
	bugPackedTwice             sim.BugName = "packed-twice"
)

// leaderBugs are those of leadership transfer, of leases, of reads at followers, and of flow control.
func leaderBugs() []models.Bug {
	return []models.Bug{
		{
			Name: bugTransferForever, Tier: models.Easy, Options: map[sim.OptionName]string{optionTransfer: on},
			Summary: "a leader whose successor does not take over waits for it, and takes no more commands",
			Oracles: []string{progress},
			Source:  "dissertation §3.10: the prior leader aborts after an election timeout",
		},
		{
			Name: bugTransferKeepsLease, Tier: models.Medium, Options: map[sim.OptionName]string{optionTransfer: on, optionReads: "lease"},
			Summary: "a leader that has told another to stand for election answers reads by its lease",
			Oracles: []string{leaseOrder, linearizability},
			Source:  "dissertation §6.4.1 with §3.10: servers vote at once in a transfer, so that a lease does not hold",
			Scenario: `at 1000ms isolate leader for 200ms
at 1450ms isolate leader for 200ms
at 1900ms isolate leader for 200ms
at 2350ms isolate leader for 200ms
at 2800ms isolate leader for 200ms
at 3250ms isolate leader for 200ms
at 3700ms isolate leader for 200ms
at 4150ms isolate leader for 200ms
at 4600ms isolate leader for 200ms
at 5050ms isolate leader for 200ms
at 5500ms isolate leader for 200ms
at 5950ms isolate leader for 200ms
at 6400ms isolate leader for 200ms
at 6850ms isolate leader for 200ms
at 7300ms isolate leader for 200ms
at 7750ms isolate leader for 200ms
at 8200ms isolate leader for 200ms
at 8650ms isolate leader for 200ms
at 9100ms isolate leader for 200ms
at 9550ms isolate leader for 200ms
`,
		},
		{
			Name: bugFollowerReadUnconfirmed, Tier: models.Easy, Options: map[sim.OptionName]string{optionReads: "follower"},
			Summary: "a leader tells a follower its commit index without proof that it still leads",
			Oracles: []string{linearizability},
			Source:  "dissertation §6.4, steps 1 to 3; etcd-io/etcd#741",
		},
		{
			Name: bugFollowerReadEarly, Tier: models.Easy, Options: map[sim.OptionName]string{optionReads: "follower"},
			Summary: "a follower answers a read when it knows its index, and has not applied that yet",
			Oracles: []string{linearizability},
			Source:  "dissertation §6.4, step 4",
		},
		{
			Name: bugWindowLeaks, Tier: models.Easy, Options: map[sim.OptionName]string{optionFlow: "messages"},
			Summary: "a leader that goes back to probing forgets the messages in flight, and not their bytes: the window stays full, and the server is sent nothing more",
			Oracles: []string{progress},
			Source:  "etcd-io/raft#54",
		},
		{
			Name: bugPackedTwice, ID: "B58", Tier: models.Easy, Options: map[sim.OptionName]string{optionFlow: "messages"},
			Summary: "of more entries than fit into a message the last that fits is packed twice",
			Oracles: []string{matching, machineSafety, completeness, assertion, linearizability},
			Source:  "logcabin/logcabin#160",
		},
	}
}
