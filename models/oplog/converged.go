package oplog

import (
	"fmt"

	"simrun/sim"
)

// Applier is a node that applies a log, as [Converged] compares them.
type Applier interface {
	// AppliedUpTo returns the node, the last entry that it applied, and the hash of the log up to there; false if the node
	// has left the cluster for good.
	AppliedUpTo() (node sim.NodeID, index Index, hash uint64, ok bool)
}

// Converged says which of the nodes that are up differ in what they applied; "" if none do. It passes over nodes that apply no log. It is
// for [models.Model].
func Converged(nodes []sim.Node) string {
	var first sim.NodeID
	var index Index
	var hash uint64
	for _, n := range nodes {
		a, ok := n.(Applier)
		if !ok {
			continue
		}
		id, at, sum, ok := a.AppliedUpTo()
		switch {
		case !ok:
		case first == 0:
			first, index, hash = id, at, sum
		case at != index:
			return fmt.Sprintf("%s has applied %d entries, %s %d", first, index, id, at)
		case sum != hash:
			return fmt.Sprintf("%s and %s have applied different logs of %d entries", first, id, at)
		}
	}
	return ""
}
