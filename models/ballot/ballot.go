// Package ballot is the number of an attempt to have something decided, in Paxos and its relatives.
package ballot

import (
	"fmt"

	"simrun/sim"
)

// Ballot is such a number: rounds count up, and the node tells apart those of one round ("different proposers choose their numbers from disjoint
// sets of numbers", Paxos Made Simple §2.5). 0 is none.
type Ballot uint64

// Of is the ballot of a node in a round, of which there are less than 2^56.
func Of(round uint64, node sim.NodeID) Ballot { return Ballot(round<<8 | uint64(node)) }

// Round is the round of the ballot.
func (b Ballot) Round() uint64 { return uint64(b >> 8) }

// Node is the node whose ballot it is.
func (b Ballot) Node() sim.NodeID { return sim.NodeID(b & 0xff) }

// String returns "3.n2", and "none" of 0.
func (b Ballot) String() string {
	if b == 0 {
		return "none"
	}
	return fmt.Sprintf("%d.%v", b.Round(), b.Node())
}
