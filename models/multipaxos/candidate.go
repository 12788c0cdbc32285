package multipaxos

import (
	"bytes"

	"simrun/models/ballot"
	"simrun/models/oplog"
	"simrun/sim"
	"simrun/sim/fault"
)

// candidacy is what a node knows that wants to lead.
type candidacy struct {
	own       ballot.Ballot // of the candidacy
	promises  fault.Set
	standing  int                      // size of the file with its own promise
	found     map[oplog.Index]proposal // what acceptors have accepted, by slot: of each the one with the greatest ballot
	foundLast oplog.Index              // the last slot of which an acceptor has told

	canvassed  ballot.Ballot // for which it looks for support; 0: it does not
	supporters fault.Set
}

// canvass asks who would promise a greater ballot, and promises none itself. So a node that hears nobody, or that nobody misses a leader with, disturbs no leader: as
// pre-vote does in Raft (Ongaro's dissertation, §9.6).
func (n *node) canvass() {
	n.wait()
	n.follow()
	n.canvassed, n.supporters = n.nextBallot(), fault.SetOf(fault.Node(n.env.ID()))
	for id := range n.others().Nodes() {
		n.send(sim.NodeID(id), kindCanvass, message{Ballot: n.canvassed}, nil)
	}
	n.countSupport()
}

// nextBallot is greater than all that it has heard of.
func (n *node) nextBallot() ballot.Ballot {
	return ballot.Of(max(n.seen, n.promised).Round()+1, n.env.ID())
}

func (n *node) support(from sim.NodeID, m message) {
	if n.role == roleLeader || n.heard > 0 && n.env.Now()-n.heard < sim.Time(electMin) {
		return
	}
	if m.Ballot <= n.promised {
		n.send(from, kindRefused, message{Ballot: n.promised}, nil)
		return
	}
	n.send(from, kindSupport, message{Ballot: m.Ballot}, nil)
}

func (n *node) takeSupport(from sim.NodeID, m message) {
	if m.Ballot == n.canvassed {
		n.supporters |= fault.SetOf(fault.Node(from))
		n.countSupport()
	}
}

func (n *node) countSupport() {
	if n.firstQuorums(n.supporters) {
		n.stand()
	}
}

// stand begins phase 1 with a greater ballot than any that it has heard of.
func (n *node) stand() {
	own := n.nextBallot()
	n.seen, n.leader, n.role = own, 0, roleCandidate
	n.promise(own)
	n.write()
	n.candidacy = candidacy{own: own, standing: n.disk.Written(), found: map[oplog.Index]proposal{}}
	for _, s := range n.slots.from(n.commit + 1) {
		n.find(s.proposal())
	}
	n.wait()
	for id := range n.others().Nodes() {
		n.send(sim.NodeID(id), kindPrepare, message{Ballot: n.own, Slot: n.commit + 1}, nil)
	}
}

// find takes note of what an acceptor has accepted, however far ahead of this node it is: of a slot, that of the greatest ballot may be chosen.
func (n *node) find(p proposal) {
	if p.slot <= max(n.commit, n.proposed) {
		return
	}
	n.foundLast = max(n.foundLast, p.slot)
	if known, ok := n.found[p.slot]; !ok || p.ballot > known.ballot && !n.env.Bug(bugFirstValue) {
		p.data = bytes.Clone(p.data)
		n.found[p.slot] = p
	}
}

func (n *node) takePromise(from sim.NodeID, m message) {
	if n.role != roleCandidate && n.role != roleLeader || m.Ballot != n.own || n.promises.Has(fault.Node(from)) {
		return
	}
	n.promises |= fault.SetOf(fault.Node(from))
	if !n.env.Bug(bugOwnSlots) {
		for _, p := range proposals(m.Body) {
			n.find(p)
		}
	}
}

// countPromises ends phase 1 when a quorum has promised of each configuration that governs a slot which can be opened. It reports whether the candidate leads now.
func (n *node) countPromises() bool {
	n.countOwnPromise()
	if !n.firstQuorums(n.promises) {
		return false
	}
	n.lead()
	return true
}

// countOwnPromise counts the promise of a node to itself as soon as its disk holds it.
func (n *node) countOwnPromise() {
	if n.disk.Durable() >= n.standing {
		n.promises |= fault.SetOf(fault.Node(n.env.ID()))
	}
}
