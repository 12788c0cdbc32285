package invariant

import (
	"fmt"

	"simrun/sim"
)

// Promise is what a node tells others that its disk holds. The zero value promises nothing.
type Promise struct {
	Last  uint64     // entry up to which it has the log
	Epoch uint64     // that it has reached
	Vote  sim.NodeID // which it gave in the epoch; 0: none
}

// Disk reads in the disk of a node what a recovery would find after a power cut now; false if that can't be told.
type Disk func(c sim.Cluster, node sim.NodeID) (Promise, bool)

// Kept is the invariant that the disk of a node holds what it promises at the moment when it does, and not only, by luck, when it restarts.
// promised returns what a fact promises; false for every fact that promises nothing. A disk that a fault has damaged is not looked at. The word epoch is
// that of the violation: "n2 voted for n3 in term 5, and its disk holds term 4", "n2 acknowledged 7 entries, and its disk holds 6".
func Kept(name, epoch string, promised func(f sim.Fact) (Promise, bool), disk Disk) sim.Monitor {
	return &kept{name: name, epoch: epoch, promised: promised, disk: disk}
}

type kept struct {
	name, epoch string
	promised    func(f sim.Fact) (Promise, bool)
	disk        Disk
	cluster     sim.Cluster
}

func (m *kept) Name() string { return m.name }

// Begin implements [sim.Looker].
func (m *kept) Begin(c sim.Cluster) { m.cluster = c }

func (m *kept) Observe(at sim.Sighting, f sim.Fact) *sim.Breach {
	p, ok := m.promised(f)
	if !ok || m.cluster == (sim.Cluster{}) || m.cluster.Damaged(at.Node) {
		return nil
	}
	d, ok := m.disk(m.cluster, at.Node)
	switch {
	case !ok:
	case p.Last > d.Last:
		return sim.Breachf("%s acknowledged %d entries, and its disk holds %d", at.Node, p.Last, d.Last)
	case p.Vote != 0 && (p.Epoch > d.Epoch || p.Epoch == d.Epoch && p.Vote != d.Vote):
		return sim.Breachf("%s voted for %s in %s %d, and its disk holds %s", at.Node, p.Vote, m.epoch, p.Epoch, m.said(d))
	case p.Epoch > d.Epoch:
		return sim.Breachf("%s acts in %s %d, and its disk holds %s", at.Node, m.epoch, p.Epoch, m.said(d))
	}
	return nil
}

// said is what the disk says of the epoch and the vote in it.
func (m *kept) said(d Promise) string {
	vote := "no vote"
	if d.Vote != 0 {
		vote = "a vote for " + d.Vote.String()
	}
	return fmt.Sprintf("%s %d and %s", m.epoch, d.Epoch, vote)
}
