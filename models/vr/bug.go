package vr

import (
	"simrun/models"
	"simrun/sim"
)

const (
	bugAcksUnseen   sim.BugName = "ack-while-catching-up"
	bugLongest      sim.BugName = "longest-log"
	bugSmallQuorum  sim.BugName = "commit-one-too-few"
	bugFewOffers    sim.BugName = "view-change-one-too-few"
	bugViewInMemory sim.BugName = "view-in-memory"
	bugStartsEmpty  sim.BugName = "restart-empty"
	bugLoneCall     sim.BugName = "lone-view-change"
	bugNeverResigns sim.BugName = "primary-never-resigns"

	bugForgetsPromise sim.BugName = "recovery-forgets-view-change"
	bugFromAny        sim.BugName = "recover-from-any"
	bugNoNonce        sim.BugName = "recovery-without-nonce"
)

// noDisk is where the bugs of the recovery protocol are.
var noDisk = map[sim.OptionName]string{optionStorage: storageNone}

func bugs() []models.Bug {
	return []models.Bug{
		{Name: bugAcksUnseen, ID: "B40", Tier: models.Easy,
			Summary: "a replica that is still fetching the log of the view acknowledges what the primary sends",
			Oracles: []string{"durable when promised", "durability", "linearizability", "equal logs", "assertion", "progress"},
			Source:  "§4.1, step 4: a backup must have all earlier entries; TigerBeetle's newsletter of June 2025: replicas that sync withhold prepare_ok"},
		{Name: bugLongest, Tier: models.Hard,
			Summary: "a new primary takes the longest log, also where another was in normal status in a later view",
			Oracles: []string{"equal logs", "linearizability", "assertion"},
			Source:  "§4.2, step 3: the greatest last normal view comes first",
			Scenario: `at 2s isolate n1 for 350ms
after 2.1s on 7th commit crash n2 for 1s
`},
		{Name: bugSmallQuorum, Tier: models.Easy,
			Summary: "the primary commits what one replica less than a majority has",
			Oracles: []string{"equal logs", "linearizability", "assertion"},
			Source:  "§4.1, step 5: f PrepareOK messages"},
		{Name: bugFewOffers, Tier: models.Medium,
			Summary: "a new primary begins its view with one DoViewChange message less than a majority's",
			Oracles: []string{"equal logs", "linearizability", "assertion", "progress"},
			Source:  "§4.2, step 3: f+1 DoViewChange messages",
			Scenario: `at 2s cut n1 > n2 for 300ms
at 2s cut n1 > n3 for 300ms
at 2.1s crash n1 for 1s
at 2.1s latency constant 60ms on n4 > n2 for 500ms
at 2.1s latency constant 60ms on n5 > n2 for 500ms
`},
		{Name: bugViewInMemory, Tier: models.Easy,
			Summary: "a replica that restarts goes on in the view of its last entry, and forgets that it has joined a later one",
			Oracles: []string{"view monotone", "equal logs", "linearizability", "assertion"},
			Source:  "Oki and Liskov's Viewstamped Replication (PODC 1988) writes the view to disk in a view change; §4.3 needs the recovery protocol instead"},
		{Name: bugStartsEmpty, ID: "B71", Tier: models.Easy,
			Summary: "a replica that restarts with nothing takes part as if it had never acknowledged anything",
			Oracles: []string{"view monotone", "equal logs", "linearizability", "durability", "assertion"},
			Source:  "§4.3, left out; tigerbeetle#2996"},
		{Name: bugLoneCall, ID: "B38", Tier: models.Hard,
			Summary: "one replica that misses the primary ends the view, so that one that hears nobody ends every view",
			Oracles: []string{"progress"},
			Source:  "§4.2, step 1, taken literally; TigerBeetle's blog of 2023-07-06 on liveness",
			Scenario: `at 1s latency constant 88ms forever
at 2s cut rest > n5 forever
`},
		{Name: bugNeverResigns, ID: "B36", Tier: models.Easy,
			Summary: "a primary that hears no majority keeps its backups from electing one that does",
			Oracles: []string{"progress"},
			Source:  "the paper has no such rule; openraft#2080 is the same in Raft"},
		{Name: bugForgetsPromise, ID: "B39", Tier: models.Hard, Options: noDisk,
			Summary: "a new primary counts the DoViewChange of a replica that has crashed since and recovered in the old view",
			Oracles: []string{"equal logs", "linearizability", "assertion"},
			Source:  "§4.3 as published; Michael et al., DISC 2017, §6, and the trace in UW-CSE-16-08-02, §A.1",
			Scenario: `at 2s cut n1 > n2 for 900ms
at 2s cut n1 > n5 for 900ms
at 2s clog on n2 > n5 for 800ms
at 2s clog on n5 > n2 for 800ms
at 2s clog on n3 > n2 for 800ms
at 2s clog on n3 > n5 for 350ms
at 2.1s cut n1 > n3 for 250ms
at 2.35s crash n3 for 5ms
`},
		{Name: bugFromAny, Tier: models.Hard, Options: noDisk,
			Summary: "a replica that recovers takes the view and the log of the first that answers",
			Oracles: []string{"progress", "equal logs", "linearizability", "assertion"},
			Source:  "§4.3, step 3: a majority must answer, and the state comes from the primary of the latest view",
			Scenario: `at 2s cut n1 > n4 for 140ms
at 2s cut n1 > n5 for 140ms
at 2.08s crash n3 for 1ms
at 2.08s cut n3 > n1 for 60ms
at 2.08s cut n3 > n2 for 60ms
`},
		{Name: bugNoNonce, Tier: models.Hard, Options: noDisk,
			Summary: "a replica that recovers takes an answer to an earlier recovery of its own for one to this",
			Oracles: []string{"progress", "equal logs", "linearizability", "assertion"},
			Source:  "§4.3: the nonce is there to prevent it",
			Scenario: `at 2s crash n3 for 1ms
at 2s latency constant 150ms on n1 > n3 for 170ms
at 2.23s crash n3 for 1ms
at 2.23s cut n3 > n1 for 60ms
`},
	}
}
