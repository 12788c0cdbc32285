// Package multipaxos is Multi-Paxos with a stable leader as a system under test: a sequence of slots, in each of which Paxos chooses one command.
//
// The protocol is that of Lamport, "Paxos Made Simple", ACM SIGACT News 2001, §3; quotations in comments are from there. A leader does the first phase once, for all
// slots that it does not know, and then needs one round trip for each command. Van Renesse and Altinbuken, "Paxos Made Moderately Complex", ACM Computing
// Surveys 2015, and Chandra, Griesemer and Redstone, "Paxos Made Live", PODC 2007, tell what it takes in practice. The quorums of the two phases need only
// intersect each other: Howard, Malkhi and Spiegelman, "Flexible Paxos: Quorum Intersection Revisited", OPODIS 2016.
//
// Who accepts may change: the configuration is part of the state, and a command that is chosen in slot i sets that of the slots from i+α on (§3, at its end; Lamport, Malkhi
// and Zhou, "Reconfiguring a State Machine", ACM SIGACT News 41 (2010)). So α also bounds how many slots are open at a time. A leader has the promises of a quorum of each
// configuration in whose slots it proposes, and a slot counts the acceptances of its own configuration. All nodes propose and learn.
//
// The log is never compacted, and what is chosen is learned anew after a restart.
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
		Epoch:     "ballot",
		Summary:   "a key-value store replicated with Multi-Paxos: a stable leader, and a log of slots that are chosen one by one",
		Guarantee: "linearizable as long as a majority keeps what it synced, and available while a quorum of each phase is connected",

		Boot:      boot,
		Client:    func(c *sim.Client) { kv.RunClient(c, kv.Options{LogReads: true}) },
		Workloads: []models.Workload{workload.KV(), workload.Register(), workload.CASRegister()},
		Options: []models.Option{
			{Name: optionQuorums,
				Summary: "majority: of both phases; small: fewer acceptors for each command, and as many as that takes to become leader, so that the loss of two of five for good stops elections",
				Values:  []string{ballot.Majority, ballot.Small}, Weaker: []string{ballot.Small}},
			{Name: optionMembers,
				Summary: "fixed: all nodes accept; changing: leaders propose other acceptors again and again, three or more of the nodes, and the others only learn, so that one node may be lost for good",
				Values:  []string{"fixed", changing},
				Claims:  map[string]fault.Claims{changing: claims(fault.OneNode)},
				Marks:   map[string][]string{changing: {markChanged, markGone, markOutside, markLater}}}},
		Bugs: []models.Bug{
			{Name: bugPromiseInMemory, ID: "B41", Tier: models.Easy,
				Summary: "an acceptor answers before its promise is on its disk, and forgets it in a crash",
				Oracles: []string{"promises kept", "chosen once", "equal logs", "linearizability"},
				Source:  "§2.5: \"an acceptor … must remember this information even if it fails and then restarts\"; Paxos Made Live §5.1"},
			{Name: bugLowerBallot, ID: "B41", Tier: models.Easy,
				Summary: "an acceptor accepts what a leader proposes whose ballot is lower than one that it has promised",
				Oracles: []string{"promises kept", "chosen once", "equal logs", "linearizability"},
				Source:  "P1a of §2.2, left out"},
			{Name: bugOwnSlots, Tier: models.Easy,
				Summary: "a new leader proposes anew in slots that only others have accepted something in",
				Oracles: []string{"chosen once", "equal logs", "linearizability"},
				Source:  "P2c of §2.2, left out"},
			{Name: bugFirstValue, Tier: models.Medium,
				Summary:  "a new leader takes for each slot what it heard of first, not what was accepted in the greatest ballot",
				Oracles:  []string{"chosen once", "equal logs", "linearizability"},
				Scenario: changes,
				Source:   "P2c of §2.2: \"the value of the highest-numbered proposal\""},
			{Name: bugGaps, Tier: models.Hard,
				Summary:  "a new leader leaves the gaps between slots as they are, and nothing after them is ever applied",
				Oracles:  []string{"progress"},
				Scenario: lostSlots,
				Source:   "§3: gaps are to be filled with a no-op"},
			{Name: bugQuorums, ID: "B43", Tier: models.Easy,
				Summary: "the quorums of the first phase are too small by one to meet each of the second",
				Oracles: []string{"chosen once", "equal logs", "linearizability"},
				Source:  "Flexible Paxos §4: each quorum of phase 1 must intersect each of phase 2"},
			{Name: bugConfigAtOnce, ID: "B43", Tier: models.Easy, Options: map[sim.OptionName]string{optionMembers: changing},
				Summary: "a new configuration governs from the next slot on at nodes that know of it, while others go on in the old one",
				Oracles: []string{"chosen by a quorum", "chosen once", "equal logs", "linearizability"},
				Source:  "Lamport, Malkhi and Zhou, \"Reconfiguring a State Machine\", SIGACT News 2010: the α of the basic method, left out"},
			{Name: bugOldQuorums, ID: "B43", Tier: models.Easy, Options: map[sim.OptionName]string{optionMembers: changing},
				Summary: "when acceptors are added, quorums are as small as before, and no longer meet",
				Oracles: []string{"chosen by a quorum", "chosen once", "equal logs", "linearizability"},
				Source:  "Flexible Paxos §4, after a change of the configuration"},
			{Name: bugPhaseOneOnce, Tier: models.Hard, Options: map[sim.OptionName]string{optionMembers: changing},
				Summary:  "a leader that learns of a configuration proposes in its slots without promises of its acceptors",
				Oracles:  []string{"chosen once", "equal logs", "linearizability"},
				Scenario: forgotten,
				Source:   "phase 1 is due for each slot with the acceptors of that slot: Paxos Made Simple §3"},
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
			Claims: claims(fault.AMinority),
		},
		Monitors:        monitors,
		Marks:           []string{markAdopted, markGap},
		Timers:          []string{timerTick: "tick", timerElect: "election", timerDisk: "disk"},
		DescribeMessage: describe,
		Converged:       oplog.Converged,
	}
}

// claims are what the model claims to survive, where so many nodes may be lost for good.
func claims(lost fault.Extent) fault.Claims {
	return fault.Claims{Lost: lost, Torn: true, Errors: fault.Everybody, Corrupted: true, Skew: fault.Forever, Drift: 100}
}

// changes is a plan in which leaders change while messages get lost, and overtake each other.
const changes = `at 500ms loss 1/3 for 9s
at 500ms latency uniform 1ms 60ms for 9s
at 1000ms isolate leader for 500ms
at 1600ms isolate leader for 500ms
at 2200ms isolate leader for 500ms
at 2800ms isolate leader for 500ms
at 3400ms isolate leader for 500ms
at 4000ms isolate leader for 500ms
at 4600ms isolate leader for 500ms
at 5200ms isolate leader for 500ms
at 5800ms isolate leader for 500ms
at 6400ms isolate leader for 500ms
at 7000ms isolate leader for 500ms
at 7600ms isolate leader for 500ms
at 8200ms isolate leader for 500ms
at 8800ms isolate leader for 500ms
`

// lostSlots is a plan in which a slot is lost, the next one is not, and the leader crashes before it sends the first again.
const lostSlots = `at 1000ms cut leader > rest for 25ms
at 1033ms crash leader for 600ms
at 2000ms cut leader > rest for 25ms
at 2033ms crash leader for 600ms
at 3000ms cut leader > rest for 25ms
at 3033ms crash leader for 600ms
at 4000ms cut leader > rest for 25ms
at 4033ms crash leader for 600ms
at 5000ms cut leader > rest for 25ms
at 5033ms crash leader for 600ms
at 6000ms cut leader > rest for 25ms
at 6033ms crash leader for 600ms
at 7000ms cut leader > rest for 25ms
at 7033ms crash leader for 600ms
at 8000ms cut leader > rest for 25ms
at 8033ms crash leader for 600ms
at 9000ms cut leader > rest for 25ms
at 9033ms crash leader for 600ms
`

// forgotten is a plan in which three nodes restart while they are cut off, elect a leader in the configuration that all begin with, and meet those again that have gone on.
const forgotten = `at 1500ms partition n1,n2 | rest for 800ms
at 1900ms crash n3 for 30ms
at 1900ms crash n4 for 30ms
at 1900ms crash n5 for 30ms
at 2650ms partition n2,n3 | rest for 800ms
at 3050ms crash n1 for 30ms
at 3050ms crash n4 for 30ms
at 3050ms crash n5 for 30ms
at 3800ms partition n3,n4 | rest for 800ms
at 4200ms crash n1 for 30ms
at 4200ms crash n2 for 30ms
at 4200ms crash n5 for 30ms
at 4950ms partition n4,n5 | rest for 800ms
at 5350ms crash n1 for 30ms
at 5350ms crash n2 for 30ms
at 5350ms crash n3 for 30ms
at 6100ms partition n1,n5 | rest for 800ms
at 6500ms crash n2 for 30ms
at 6500ms crash n3 for 30ms
at 6500ms crash n4 for 30ms
at 7250ms partition n1,n3 | rest for 800ms
at 7650ms crash n2 for 30ms
at 7650ms crash n4 for 30ms
at 7650ms crash n5 for 30ms
at 8400ms partition n2,n4 | rest for 800ms
at 8800ms crash n1 for 30ms
at 8800ms crash n3 for 30ms
at 8800ms crash n5 for 30ms
`

const (
	optionQuorums sim.OptionName = "quorums"
	optionMembers sim.OptionName = "members"
	changing                     = "changing"

	bugPromiseInMemory sim.BugName = "promise-in-memory"
	bugLowerBallot     sim.BugName = "accept-lower-ballot"
	bugOwnSlots        sim.BugName = "own-slots"
	bugFirstValue      sim.BugName = "first-value"
	bugGaps            sim.BugName = "leave-gaps"
	bugQuorums         sim.BugName = "quorums-do-not-meet"
	bugConfigAtOnce    sim.BugName = "config-at-once"
	bugOldQuorums      sim.BugName = "old-quorums"
	bugPhaseOneOnce    sim.BugName = "phase-one-once"

	roleFollower  = "follower"
	roleCandidate = "candidate"
	roleLeader    = "leader"
	roleHalted    = "halted"

	markAdopted = "leader proposes what another had proposed before"
	markGap     = "leader fills a gap with a no-op"
	markChanged = "a configuration took effect"
	markGone    = "leader began in a configuration that was gone"
	markOutside = "leader does not accept in the configuration"
	markLater   = "leader asks the acceptors of a new configuration for promises"
)
