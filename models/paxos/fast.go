package paxos

import (
	"simrun/models/ballot"
	"simrun/sim/blocking"
)

// fastBallot is the ballot in which any proposer may ask the acceptors at once: it comes before all others, so that its first phase has nothing to
// find. Each acceptor accepts the first value that reaches it.
const fastBallot = ballot.Ballot(1 << 8) // of round 1 and no node

func fast(p *blocking.Proc) bool { return p.Option(optionPath) == "fast" || p.Bug(bugFastOverwrites) }

// fastQuorum is how many acceptors must have accepted the same value in the fast ballot for it to be decided: any two such quorums and one of the first phase
// have an acceptor in common, so that a proposer in the first phase hears of at most one value that may be decided (§3.1, the fast quorum requirement).
func fastQuorum(p *blocking.Proc) int {
	first, _ := quorums(p)
	return p.Nodes() - (first-1)/2
}

// tryFast tries the fast ballot, which succeeds if the first acceptors that answer, as many as a fast quorum, have accepted the same value. That may
// be another's.
func (n *node) tryFast(p *blocking.Proc, key string, value int64) (decided int64, ok bool) {
	if !fast(p) {
		return 0, false
	}
	enough := fastQuorum(p)
	acks, _ := n.ask(p, message{Key: key, Ballot: fastBallot, Value: value}.append(kindAccept), kindAccepted, enough)
	if len(acks) < enough {
		return 0, false
	}
	for _, a := range acks {
		if a.Value != acks[0].Value { // a collision
			return 0, false
		}
	}
	return acks[0].Value, true
}

// chosenFast is the promise whose value the fast ballot may have decided, among promises of which none has accepted a later ballot: that which a fast quorum has accepted if
// all acceptors did that we have not heard of. If there is none, nothing is decided.
func chosenFast(p *blocking.Proc, promises []message) message {
	votes := map[int64]int{}
	for _, m := range promises {
		if m.Accepted == fastBallot {
			votes[m.Value]++
		}
	}
	if len(votes) > 1 && p.Bug(bugFastOverwrites) {
		return message{}
	}
	silent := p.Nodes() - len(promises)
	for _, m := range promises {
		if m.Accepted == fastBallot && votes[m.Value]+silent >= fastQuorum(p) {
			return m
		}
	}
	return message{}
}
