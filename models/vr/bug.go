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
	bugNeverResigns sim.BugName = "primary-never-resigns"
)

func bugs() []models.Bug {
	return []models.Bug{
		{Name: bugAcksUnseen, ID: "B40", Tier: models.Easy,
			Summary: "a replica that is still fetching the log of the view acknowledges what the primary sends",
			Oracles: []string{"durability", "linearizability", "equal logs", "assertion", "progress"},
			Source:  "§4.1, step 4: a backup must have all earlier entries; TigerBeetle's newsletter of June 2025: replicas that sync withhold prepare_ok"},
		{Name: bugLongest, Tier: models.Medium,
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
		{Name: bugFewOffers, Tier: models.Easy,
			Summary: "a new primary begins its view with one DoViewChange message less than a majority's",
			Oracles: []string{"equal logs", "linearizability", "assertion"},
			Source:  "§4.2, step 3: f+1 DoViewChange messages"},
		{Name: bugNeverResigns, ID: "B36", Tier: models.Easy,
			Summary: "a primary that hears no majority keeps its backups from electing one that does",
			Oracles: []string{"progress"},
			Source:  "the paper has no such rule; openraft#2080 is the same in Raft"},
	}
}
