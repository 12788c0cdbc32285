package oplog

import (
	"fmt"

	"simrun/sim"
)

// Applier is a node that applies a log, as [Converged] compares them.
type Applier interface {
	// AppliedUpTo returns the node and the last entry that it applied; false if the node has left the cluster for good.
	AppliedUpTo() (node sim.NodeID, index Index, ok bool)
	// HashUpTo is the hash of the log up to that entry.
	HashUpTo(index Index) uint64
}

// Converged says which of the nodes that are up differ in what they applied; "" if none do. It passes over nodes that apply no log. It is
// for [models.Model].
func Converged(nodes []sim.Node) string {
	var first Applier
	var name sim.NodeID
	var index Index
	for _, n := range nodes {
		a, ok := n.(Applier)
		if !ok {
			continue
		}
		id, at, ok := a.AppliedUpTo()
		switch {
		case !ok:
		case first == nil:
			first, name, index = a, id, at
		case at != index:
			return fmt.Sprintf("%s has applied %d entries, %s %d", name, index, id, at)
		case first.HashUpTo(at) != a.HashUpTo(at):
			return fmt.Sprintf("%s and %s have applied different logs of %d entries", name, id, at)
		}
	}
	return ""
}
