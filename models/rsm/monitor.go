package rsm

import (
	"encoding/binary"

	"simrun/models/invariant"
	"simrun/models/oplog"
	"simrun/models/wal"
	"simrun/sim"
)

// Monitors returns fresh monitors of replicas that keep their log on disk: those of [oplog.Monitors], and those that look at disks and states. The other arguments are
// those of [New].
func Monitors(nodes int, role, epoch string, files wal.Options, numbers int) []sim.Monitor {
	d := newDisks(nodes, files, numbers)
	return append(oplog.Monitors(nodes, role, epoch), invariant.Kept("durable when promised", epoch, promised, d.found), Machines())
}

// Machines is the invariant that replicas which have applied the same entries are the same, their sessions included.
func Machines() sim.Monitor {
	return invariant.EqualStates("equal machines", func(f sim.Fact) (uint64, bool) {
		a, ok := f.(oplog.Applied)
		return uint64(a.Index), ok
	}, func(n sim.Node, b []byte) ([]byte, bool) {
		r, ok := n.(interface{ AppendState(b []byte) []byte })
		if !ok {
			return nil, false
		}
		return r.AppendState(b), true
	})
}

// AppendState appends the state of the machine to b.
func (r *Replica) AppendState(b []byte) []byte { return r.Machine.AppendState(b) }

// disks reads the disks of the replicas as a restart would find them.
type disks []*oplog.Held

func newDisks(nodes int, files wal.Options, numbers int) disks {
	d := make(disks, nodes+1)
	for i := range d {
		d[i] = oplog.NewHeld(files, 8*(1+numbers))
	}
	return d
}

// found is what the disk of a replica holds now.
func (d disks) found(c sim.Cluster, node sim.NodeID) (invariant.Promise, bool) {
	if int(node) >= len(d) {
		return invariant.Promise{}, false // a service
	}
	h := d[node]
	ok := h.Look(c, node)
	return invariant.Promise{Last: uint64(h.Last()), Epoch: binary.LittleEndian.Uint64(h.Meta)}, ok
}

// promised: what a replica says to others, its disk holds.
func promised(f sim.Fact) (invariant.Promise, bool) {
	switch f := f.(type) {
	case oplog.Acknowledged:
		return invariant.Promise{Last: uint64(f.Index)}, true
	case oplog.Adopted:
		return invariant.Promise{Epoch: uint64(f.Epoch)}, true
	}
	return invariant.Promise{}, false
}
