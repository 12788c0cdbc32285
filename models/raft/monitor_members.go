package raft

import (
	"simrun/models/oplog"
	"simrun/sim"
	"simrun/sim/fault"
)

// overlapping: from one configuration of a log to the next, "any majority of the old cluster overlaps with any majority of the new cluster" (dissertation §4.1), or one
// of the two is joint and needs a majority of the other (§6). A leader goes on when the one before, and an entry of its term, are committed.
type overlapping struct{}

func (overlapping) Name() string { return membersOrder }

func (overlapping) Observe(at sim.Sighting, f sim.Fact) *sim.Breach {
	m, ok := f.(*factMembers)
	switch {
	case !ok:
	case !overlap(m.before.members, m.members):
		return sim.Breachf("%s goes from %v to %v, which can decide apart", at.Node, m.before.members, m.members)
	case m.Leader && m.before.index > m.commit:
		return sim.Breachf("%s leads, and changes the members by entry %d before entry %d, which changed them last, is committed", at.Node, m.Index, m.before.index)
	case m.Leader && !m.settled:
		return sim.Breachf("%s leads, and changes the members by entry %d before an entry of its term is committed", at.Node, m.Index)
	}
	return nil
}

// overlap reports whether each quorum of one configuration meets each quorum of another.
func overlap(a, b members) bool {
	for _, x := range []fault.Set{a.voters, a.outgoing} {
		for _, y := range []fault.Set{b.voters, b.outgoing} {
			if x != 0 && y != 0 && majority(x.Len())+majority(y.Len()) > (x|y).Len() {
				return true
			}
		}
	}
	return false
}

// converged is [oplog.Converged] of those who are members by what the server knows that has applied most.
func converged(nodes []sim.Node) string {
	var newest *Server
	for _, n := range nodes {
		if s, ok := n.(*Server); ok && s.role != halted && (newest == nil || s.applied > newest.applied) {
			newest = s
		}
	}
	var present []sim.Node
	for _, n := range nodes {
		if s, ok := n.(*Server); ok && newest != nil && newest.everyone().Has(fault.Node(s.id)) {
			present = append(present, n)
		}
	}
	return oplog.Converged(present)
}
