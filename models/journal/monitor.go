package journal

import (
	"simrun/models/invariant"
	"simrun/models/saved"
	"simrun/models/wal"
	"simrun/sim"
)

// DurableNow is the name of the check that looks at disks.
const DurableNow = "durable when promised"

// Monitors returns fresh monitors of so many nodes with such a log: that a node has after a restart what it told others, and that its disk holds it when it does.
func Monitors(nodes int, o wal.Options) []sim.Monitor {
	d := make(disks, nodes+1)
	for i := range d {
		d[i].files.Options = o
	}
	return []sim.Monitor{saved.Durability(nodes), invariant.Kept(DurableNow, "", promised, d.found)}
}

func promised(f sim.Fact) (invariant.Promise, bool) {
	c, ok := f.(saved.Change)
	return invariant.Promise{Last: c.N}, ok && c.Event == saved.Acknowledged
}

// disks count the records on the disks of the nodes, as a restart would find them.
type disks []struct {
	files   wal.Follower
	records uint64
}

func (d disks) found(c sim.Cluster, node sim.NodeID) (invariant.Promise, bool) {
	if int(node) >= len(d) {
		return invariant.Promise{}, false // a service
	}
	at := &d[node]
	copies := [2][]byte{c.Durable(node, at.files.Files[0]), c.Durable(node, at.files.Files[1])}
	err := at.files.Follow(copies, func() { at.records = 0 }, func(_, _ []byte) error { at.records++; return nil })
	return invariant.Promise{Last: at.records}, err == nil
}
