// Package paxos is single-decree Paxos as a system under test, for each key a decision of its own: any node proposes, all nodes accept, and what a
// quorum has accepted is decided.
//
// The protocol is that of Lamport, "Paxos Made Simple", ACM SIGACT News 2001, §2; quotations in comments are from there. The quorums of the two phases need
// only intersect each other: Howard, Malkhi and Spiegelman, "Flexible Paxos: Quorum Intersection Revisited", OPODIS 2016. The fast path is that of Lamport,
// "Fast Paxos", Distributed Computing 19 (2006). Its nodes are written as straight code (package blocking).
package paxos

import (
	"time"

	"simrun/check/specs"
	"simrun/history"
	"simrun/models"
	"simrun/models/ballot"
	"simrun/models/saved"
	"simrun/models/workload"
	"simrun/sim"
	"simrun/sim/blocking"
	"simrun/sim/fault"
)

// Model is single-decree Paxos as a system under test.
func Model() models.Model {
	return models.Model{
		Name:      "paxos",
		Epoch:     "ballot",
		Summary:   "single-decree Paxos: proposers and acceptors that decide one value for each key",
		Guarantee: "every proposal of a key returns the same value, which somebody proposed, as long as acceptors keep what they synced; available while a quorum of each phase is connected, and proposers don't overtake each other for ever",
		Boot:      blocking.Boot(run),
		Client:    client,
		Workloads: []models.Workload{{
			Name:    "consensus",
			Spec:    specs.Consensus,
			Summary: "every client proposes a value for the same key at about the same time, and then for the next",
			Rate:    20,
			Keys:    1000,
			Mix:     []sim.Weight{{F: "propose", Weight: 1}},
			Next: func(t *sim.Turn) sim.Op {
				return sim.Op{F: "propose", Key: workload.Key(t.Ordinal % max(t.Keys, 1)), Value: history.Int(t.Unique())}
			},
		}},
		Options: []models.Option{
			{Name: optionQuorums,
				Summary: "majority: of both phases; small: fewer acceptors in the second phase, which each value needs, and as many as that takes in the first, so that the loss of two of five for good stops it",
				Values:  []string{ballot.Majority, ballot.Small}, Weaker: []string{ballot.Small}},
			{Name: optionPath,
				Summary: "fast: proposers ask the acceptors at once, and about three quarters of them decide if they got the same value first; classic: two phases",
				Values:  []string{"classic", "fast"}}},
		Bugs: []models.Bug{
			{Name: bugPromiseInMemory, ID: "B41", Tier: models.Easy,
				Summary: "an acceptor answers before its promise is on its disk, and forgets it in a crash",
				Oracles: []string{"promises kept", "agreement", "linearizability"},
				Source:  "Chandra, Griesemer and Redstone, \"Paxos Made Live\", PODC 2007, §5.1; §2.5: \"an acceptor … must remember this information even if it fails and then restarts\""},
			{Name: bugLowerBallot, ID: "B41", Tier: models.Easy,
				Summary: "an acceptor accepts a ballot that is lower than one that it has promised",
				Oracles: []string{"promises kept", "agreement", "linearizability"},
				Source:  "P1a of §2.2, left out: \"an acceptor can accept a proposal numbered n iff it has not responded to a prepare request having a number greater than n\""},
			{Name: bugOwnValue, Tier: models.Easy,
				Summary: "a proposer proposes its own value though an acceptor has told it of one that may be decided",
				Oracles: []string{"agreement", "linearizability"},
				Source:  "P2c of §2.2, left out"},
			{Name: bugFirstValue, Tier: models.Easy,
				Summary: "a proposer takes the value of the promise that came first, not that of the highest ballot",
				Oracles: []string{"agreement", "linearizability"},
				Source:  "P2c of §2.2: \"the value of the highest-numbered proposal\""},
			{Name: bugSmallQuorums, ID: "B43", Tier: models.Easy,
				Summary: "the quorums of the first phase are too small by one to meet each of the second",
				Oracles: []string{"agreement", "linearizability"},
				Source:  "Flexible Paxos §4: each quorum of phase 1 must intersect each of phase 2"},
			{Name: bugFastOverwrites, Tier: models.Easy,
				Summary: "with path=fast, which it implies, a proposer that hears of different values takes none of them for decided, and proposes its own over what a fast quorum has accepted",
				Oracles: []string{"agreement", "linearizability"},
				Source:  "Lamport, \"Fast Paxos\", Distributed Computing 19 (2006), rule O4 of §3.2, left out"},
		},
		Nodes:    5,
		MinNodes: 1,
		Profile: fault.Profile{
			Roles:  []string{roleAcceptor, roleProposer},
			Leader: roleProposer,
			Events: []fault.EventDecl{
				{Event: "promised", Summary: "an acceptor answers that it has promised a ballot"},
				{Event: "accepted", Summary: "an acceptor answers that it has accepted a value"},
				{Event: "decided", Summary: "a proposer learned that a value is decided"},
			},
			Claims: fault.Claims{Lost: fault.AMinority, Torn: true, Errors: fault.Everybody, Corrupted: true, Skew: fault.Forever, Drift: 100},
		},
		Monitors:        monitors,
		Marks:           []string{markAdopted, markOvertaken, markNoQuorum, saved.MarkRefused},
		DescribeMessage: describe,
	}
}

const (
	optionQuorums sim.OptionName = "quorums"
	optionPath    sim.OptionName = "path"

	bugPromiseInMemory sim.BugName = "promise-in-memory"
	bugLowerBallot     sim.BugName = "accept-lower-ballot"
	bugOwnValue        sim.BugName = "own-value"
	bugFirstValue      sim.BugName = "first-value"
	bugSmallQuorums    sim.BugName = "quorums-do-not-meet"
	bugFastOverwrites  sim.BugName = "fast-overwrites"

	roleAcceptor = "acceptor"
	roleProposer = "proposer" // too: a proposal is under way

	markAdopted   = "proposer adopted a value that was accepted before"
	markOvertaken = "proposer overtaken by a greater ballot"
	markNoQuorum  = "no quorum answered in time"

	patience       = 100 * time.Millisecond // of a proposer, for the answers of one phase
	longest        = 800 * time.Millisecond // that a proposer tries
	clientPatience = time.Second
	storeFile      = "store"
)

// quorums are how many acceptors each phase needs.
func quorums(p *blocking.Proc) (first, second int) {
	first, second = ballot.Quorums(p.Nodes(), p.Option(optionQuorums))
	if p.Bug(bugSmallQuorums) {
		first = max(1, first-1)
	}
	return first, second
}
