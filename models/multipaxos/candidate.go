package multipaxos

import (
	"simrun/models/ballot"
	"simrun/models/oplog"
	"simrun/sim"
	"simrun/sim/fault"
)

// candidacy is what a node knows that wants to lead.
type candidacy struct {
	from     oplog.Index // the first slot of which it does not know what is chosen
	promises fault.Set
	standing int           // size of the file with its own promise
	found    []proposal    // what acceptors have accepted, by slot from `from` on: of each the one with the greatest ballot
	own      ballot.Ballot // of the candidacy

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
	if first, _ := n.quorums(); n.supporters.Len() >= first {
		n.stand()
	}
}

// stand begins phase 1 with a greater ballot than any that it has heard of.
func (n *node) stand() {
	own := n.nextBallot()
	n.seen, n.leader, n.role = own, 0, roleCandidate
	n.promise(own)
	n.write()
	n.candidacy = candidacy{from: n.commit + 1, standing: n.disk.Written(), own: own}
	for i := n.from; i <= n.last(); i++ {
		n.find(n.proposal(i))
	}
	n.wait()
	for id := range n.others().Nodes() {
		n.send(sim.NodeID(id), kindPrepare, message{Ballot: n.own, Slot: n.from}, nil)
	}
}

// find takes note of what an acceptor has accepted: of a slot, that of the greatest ballot may be chosen.
func (n *node) find(p proposal) {
	if p.ballot == 0 || p.slot < n.from || p.slot > n.last()+farthest {
		return
	}
	for n.from+oplog.Index(len(n.found)) <= p.slot {
		n.found = append(n.found, proposal{slot: n.from + oplog.Index(len(n.found))})
	}
	known := &n.found[p.slot-n.from]
	if p.ballot > known.ballot && (known.ballot == 0 || !n.env.Bug(bugFirstValue)) {
		p.data = append([]byte(nil), p.data...)
		*known = p
	}
}

func (n *node) takePromise(from sim.NodeID, m message) {
	if n.role != roleCandidate || m.Ballot != n.own || n.promises.Has(fault.Node(from)) {
		return
	}
	n.promises |= fault.SetOf(fault.Node(from))
	if !n.env.Bug(bugOwnSlots) {
		for _, p := range proposals(m.Body) {
			n.find(p)
		}
	}
}

// countPromises ends phase 1 when a quorum has promised.
func (n *node) countPromises() {
	if n.disk.Durable() >= n.standing {
		n.promises |= fault.SetOf(fault.Node(n.env.ID()))
	}
	if first, _ := n.quorums(); n.promises.Len() >= first {
		n.lead()
		n.finish()
	}
}
