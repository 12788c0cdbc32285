package twophase

import (
	"simrun/models"
	"simrun/models/journal"
	"simrun/models/twopc"
	"simrun/sim"
)

const (
	bugUnsaved sim.BugName = "unsaved-decision"
	bugEarly   sim.BugName = "early-release"
	bugForgets sim.BugName = "forgets-prepared"
	bugHasty   sim.BugName = "hasty-answer"
	bugTwice   sim.BugName = "commits-twice"
)

// lostWrites are the names of what clients see of a transaction that one shard has committed and another has not: its writes there are missing from
// the order, or come behind those that followed them.
var lostWrites = []string{"incompatible-order", "G0", "G0-process", "G0-realtime", "G1c", "G1c-process", "G-single", "G-single-process", "G-single-realtime", "G2-item", "lost-update"}

// The plans that lead to the bugs which the search meets too seldom.
const (
	// What a node has not synced is more than usual, and it crashes.
	crashesAndSlowDisks = "at 0s slow-sync all by 40ms for 9s\nat 1s crash n1 for 50ms\nat 2s crash n2 for 50ms\nat 3s crash n3 for 50ms\nat 4s crash n4 for 50ms\n" +
		"at 5s crash n1 for 50ms\nat 6s crash n2 for 50ms\nat 7s crash n3 for 50ms\nat 8s crash n4 for 50ms\n"
	// Shards ask while the coordinator waits for its disk, or for the vote of a shard that does.
	verySlowDisks = "at 1s slow-sync n1 by 350ms for 2s\nat 3.5s slow-sync n2 by 350ms for 2s\nat 6s slow-sync n3 by 350ms for 2s\n"
)

// bugs are the known bugs.
var bugs = []models.Bug{
	{Name: bugUnsaved, Tier: models.Medium, Scenario: crashesAndSlowDisks,
		Summary: "a coordinator tells the client and the shards that it commits before its decision is on disk; after a crash it presumes abort",
		Oracles: append([]string{journal.DurableNow, "durability", twopc.OneDecision}, lostWrites...),
		Source:  "Mohan, Lindsay and Obermarck, TODS 1986, §2: the commit record is forced to disk before the coordinator tells its decision; Gray, \"Notes on Data Base Operating Systems\" (1978)"},
	{Name: bugEarly, Tier: models.Easy,
		Summary: "a shard shows others what it will write as soon as it has voted yes, before the decision (dirty reads)",
		Oracles: append([]string{"G1a", "dirty-update", "duplicate-elements", "future-read"}, lostWrites...),
		Source:  "Soisalon-Soininen and Ylönen, \"Partial Strictness in Two-Phase Locking\" (ICDT 1995): write locks may not be released when a participant is prepared; Adya's G1a"},
	{Name: bugForgets, Tier: models.Medium, Scenario: crashesAndSlowDisks,
		Summary: "a shard forgets in a crash what it voted yes to, and acknowledges the commit all the same",
		Oracles: lostWrites,
		Source:  "MySQL bug 12161 (2005 to 2015) and worklog 6860: \"a prepared XA-transaction will be lost after a client reconnects or the server restarts\"; MariaDB MDEV-742"},
	{Name: bugHasty, Tier: models.Medium, Scenario: verySlowDisks,
		Summary: "a coordinator that is asked while it still waits for votes or for its disk says that it aborted, and commits all the same",
		Oracles: append([]string{twopc.OneDecision}, lostWrites...),
		Source:  "Mohan, Lindsay and Obermarck, TODS 1986, §3: abort is presumed of transactions that the coordinator has no information about, not of those that it is deciding"},
	{Name: bugTwice, Tier: models.Easy,
		Summary: "a client that gets no answer soon has another coordinator do the transaction again, which may have committed",
		Oracles: []string{"duplicate-elements", "future-read", "G1c", "G1c-process"},
		Source:  "Jepsen's analysis of MongoDB 4.2.6 (2020): duplicate effects by the transaction retry mechanism, SERVER-48307"},
}
