package sim

import "simrun/sim/fault"

// Cluster is what a monitor can see of a run from outside of the nodes. Nothing that it does changes the run, nor its digest.
type Cluster struct{ w *world }

// Looker is a [Monitor] that also looks at the cluster itself.
type Looker interface {
	Monitor
	// Begin hands over the cluster, before the first event. It may be asked whenever the monitor is called.
	Begin(c Cluster)
}

// Nodes is the number of servers of the case.
func (c Cluster) Nodes() int { return c.w.c.Nodes }

// Up reports whether a node runs.
func (c Cluster) Up(n NodeID) bool { return c.w.servers[n].up }

// Node is a node as its system made it; nil while it is down or boots. A monitor only reads it.
func (c Cluster) Node(n NodeID) Node { return c.w.servers[n].node }

// Halted reports whether a node has said, in its present life, that it takes no more part ([Halting]).
func (c Cluster) Halted(n NodeID) bool { return c.w.servers[n].halted.Event != 0 }

// Durable is what a file of a node holds for sure after a power cut now: what a sync completed. It is valid during the call
// of the monitor, must not be changed, and is nil if there would be no such file.
func (c Cluster) Durable(n NodeID, file string) []byte { return c.w.servers[n].disk.Stored(file) }

// Damaged reports whether a fault has changed or lost something of what the disk of a node holds.
func (c Cluster) Damaged(n NodeID) bool { return c.w.servers[n].damaged }

// damages reports whether a fault changes what a disk holds, behind the back of its node.
func damages(k fault.Kind) bool {
	return k == fault.Rot || k == fault.Misdirect || k == fault.CutFile || k == fault.LoseFile
}
