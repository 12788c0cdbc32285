package raft

import (
	"simrun/models/invariant"
	"simrun/sim"
)

// standing is what a server is in its cluster. Where members change, or leaders are asked to hand over, there are elections without a fault.
func standing(c sim.Cluster, node sim.NodeID) (invariant.Standing, bool) {
	s, ok := c.Node(node).(*Server)
	if t := c.Case().Options[optionTransfer]; !ok || s.options.membership != fixed || t == on {
		return invariant.Standing{}, false
	}
	return invariant.Standing{Leads: s.role == leader, Follows: s.role == follower && s.leader != 0, Epoch: uint64(s.term)}, true
}

const staysAvailable = "available in calm"
