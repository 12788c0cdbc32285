// Package multipaxos is Multi-Paxos with a stable leader as a system under test: a sequence of slots, in each of which Paxos chooses one command.
//
// The protocol is that of Lamport, "Paxos Made Simple", ACM SIGACT News 2001, §3; quotations in comments are from there. A leader does the first phase once, for all
// slots that it does not know, and then needs one round trip for each command. Van Renesse and Altinbuken, "Paxos Made Moderately Complex", ACM Computing
// Surveys 2015, and Chandra, Griesemer and Redstone, "Paxos Made Live", PODC 2007, tell what it takes in practice. The quorums of the two phases need only
// intersect each other: Howard, Malkhi and Spiegelman, "Flexible Paxos: Quorum Intersection Revisited", OPODIS 2016.
//
// The members are fixed, and the log is never compacted.
package multipaxos

import (
	"simrun/models"
	"simrun/models/ballot"
	"simrun/models/kv"
	"simrun/models/oplog"
	"simrun/models/workload"
	"simrun/sim"
	"simrun/sim/fault"
)

// Model is Multi-Paxos as a system under test.
func Model() models.Model {
	return models.Model{
		Name:      "multipaxos",
		Summary:   "a key-value store replicated with Multi-Paxos: a stable leader, and a log of slots that are chosen one by one",
		Guarantee: "linearizable as long as a majority keeps what it synced, and available while a quorum of each phase is connected",

		Boot:      boot,
		Client:    func(c *sim.Client) { kv.RunClient(c, kv.Options{LogReads: true}) },
		Workloads: []models.Workload{workload.KV(), workload.Register(), workload.CASRegister()},
		Options: []models.Option{{Name: optionQuorums,
			Summary: "majority: of both phases; small: fewer acceptors for each command, and as many as that takes to become leader, so that the loss of two of five for good stops elections",
			Values:  []string{ballot.Majority, ballot.Small}, Weaker: []string{ballot.Small}}},
		Bugs: []models.Bug{
			{Name: bugPromiseInMemory, ID: "B41", Tier: models.Easy,
				Summary: "an acceptor answers before its promise is on its disk, and forgets it in a crash",
				Oracles: []string{"promises kept", "equal logs", "linearizability"},
				Source:  "§2.5: \"an acceptor … must remember this information even if it fails and then restarts\"; Paxos Made Live §5.1"},
			{Name: bugLowerBallot, ID: "B41", Tier: models.Easy,
				Summary: "an acceptor accepts what a leader proposes whose ballot is lower than one that it has promised",
				Oracles: []string{"promises kept", "equal logs", "linearizability"},
				Source:  "P1a of §2.2, left out"},
			{Name: bugOwnSlots, Tier: models.Easy,
				Summary: "a new leader proposes anew in slots that only others have accepted something in",
				Oracles: []string{"equal logs", "linearizability"},
				Source:  "P2c of §2.2, left out"},
			{Name: bugFirstValue, Tier: models.Medium,
				Summary:  "a new leader takes for each slot what it heard of first, not what was accepted in the greatest ballot",
				Oracles:  []string{"equal logs", "linearizability"},
				Scenario: changes,
				Source:   "P2c of §2.2: \"the value of the highest-numbered proposal\""},
			{Name: bugGaps, Tier: models.Hard,
				Summary:  "a new leader leaves the gaps between slots as they are, and nothing after them is ever applied",
				Oracles:  []string{"progress"},
				Scenario: changes,
				Source:   "§3: gaps are to be filled with a no-op"},
			{Name: bugQuorums, ID: "B43", Tier: models.Easy,
				Summary: "the quorums of the first phase are too small by one to meet each of the second",
				Oracles: []string{"equal logs", "linearizability", "one leader per ballot"},
				Source:  "Flexible Paxos §4: each quorum of phase 1 must intersect each of phase 2"},
		},
		Nodes:    5,
		MinNodes: 1,
		Profile: models.Profile{
			Roles:   []string{roleFollower, roleCandidate, roleLeader, roleHalted},
			Leader:  roleLeader,
			Elected: oplog.Elected,
			Events: append(oplog.Events(),
				fault.EventDecl{Event: "promised", Summary: "an acceptor answers that it has promised a ballot"},
				fault.EventDecl{Event: "accepted", Summary: "an acceptor's disk holds what it accepted in a slot"},
			),
			Claims: fault.Claims{Lost: fault.AMinority, Torn: true, Errors: fault.Everybody, Corrupted: true, Skew: fault.Forever, Drift: 100},
		},
		Monitors:        monitors,
		Marks:           []string{markAdopted, markGap},
		Timers:          []string{timerTick: "tick", timerElect: "election", timerDisk: "disk"},
		DescribeMessage: describe,
		Converged:       oplog.Converged,
	}
}

// changes is a plan in which leaders change while messages get lost.
const changes = `at 500ms loss 1/3 for 9s
at 1s isolate leader for 600ms
at 1.8s isolate leader for 600ms
at 2.6s isolate leader for 600ms
at 3.4s isolate leader for 600ms
at 4.2s isolate leader for 600ms
at 5s isolate leader for 600ms
at 5.8s isolate leader for 600ms
at 6.6s isolate leader for 600ms
at 7.4s isolate leader for 600ms
at 8.2s isolate leader for 600ms
`

const (
	optionQuorums sim.OptionName = "quorums"

	bugPromiseInMemory sim.BugName = "promise-in-memory"
	bugLowerBallot     sim.BugName = "accept-lower-ballot"
	bugOwnSlots        sim.BugName = "own-slots"
	bugFirstValue      sim.BugName = "first-value"
	bugGaps            sim.BugName = "leave-gaps"
	bugQuorums         sim.BugName = "quorums-do-not-meet"

	roleFollower  = "follower"
	roleCandidate = "candidate"
	roleLeader    = "leader"
	roleHalted    = "halted"

	markAdopted = "leader proposes what another had proposed before"
	markGap     = "leader fills a gap with a no-op"
)

// quorums are how many acceptors each phase needs.
func (n *node) quorums() (first, second int) {
	first, second = ballot.Quorums(n.env.Nodes(), n.env.Option(optionQuorums))
	if n.env.Bug(bugQuorums) {
		first = max(1, first-1)
	}
	return first, second
}
