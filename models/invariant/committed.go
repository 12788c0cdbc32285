package invariant

import (
	"simrun/sim"
	"simrun/sim/fault"
)

// CommitStep is what a fact means for what must be on the disks of a majority.
type CommitStep uint8

const (
	NoStep       CommitStep = iota
	Commits                 // a leader decided that the entries up to the index are committed
	Cuts                    // a node no longer has the entries from the index on, or may not
	Reconfigures            // others count from now on: the monitor says no more
)

// Entry is what a disk says of an entry.
type Entry uint8

const (
	Missing   Entry = iota // it does not have it
	There                  // it has it
	Compacted              // it has a state with the effect of it
	Unknown                // it can't be read
)

// OnDisks is the invariant that a committed entry is on the disks of a majority, when it is committed and from then on. step says what a fact means, and the index that it is about;
// entry reads the epoch of an entry from the disk of a node, as a recovery would find it now. A disk that a fault has damaged counts as one that has it: that is the fault's doing.
// The violation reads "entry 7 is committed, and is on the disks of n1 and n4 alone".
func OnDisks(name string, step func(f sim.Fact) (uint64, CommitStep), entry func(c sim.Cluster, node sim.NodeID, index uint64) (uint64, Entry)) sim.Monitor {
	return &onDisks{name: name, step: step, entry: entry}
}

type onDisks struct {
	name    string
	step    func(f sim.Fact) (uint64, CommitStep)
	entry   func(c sim.Cluster, node sim.NodeID, index uint64) (uint64, Entry)
	cluster sim.Cluster
	commit  reached // the last entry that was committed
	over    bool
	seen    []sameEpoch
}

func (m *onDisks) Name() string { return m.name }

// Begin implements [sim.Looker].
func (m *onDisks) Begin(c sim.Cluster) { m.cluster = c }

func (m *onDisks) Observe(at sim.Sighting, f sim.Fact) *sim.Breach {
	index, step := m.step(f)
	if step == NoStep || m.over || m.cluster == (sim.Cluster{}) {
		return nil
	}
	switch {
	case step == Reconfigures:
		m.over = true
	case step == Commits && index > m.commit.index:
		m.commit = reached{index, at}
		return m.look()
	case step == Cuts && index <= m.commit.index:
		if b := m.look(); b != nil {
			return b.Against(m.commit.at, "committed %d", m.commit.index)
		}
	}
	return nil
}

// look counts the disks that have the last committed entry.
func (m *onDisks) look() *sim.Breach {
	var damaged, compacted, have fault.Set
	m.seen = m.seen[:0]
	n := m.cluster.Nodes()
	for id := sim.NodeID(1); int(id) <= n; id++ {
		switch epoch, e := m.entry(m.cluster, id, m.commit.index); {
		case m.cluster.Damaged(id) || e == Unknown:
			damaged |= fault.SetOf(fault.Node(id))
		case e == Compacted:
			compacted |= fault.SetOf(fault.Node(id))
		case e == There:
			m.count(epoch, id)
		}
	}
	for _, s := range m.seen {
		if s.nodes.Len() > have.Len() {
			have = s.nodes
		}
	}
	have |= compacted
	switch {
	case 2*(have|damaged).Len() > n:
		return nil
	case have == 0:
		return sim.Breachf("entry %d is committed, and is on no disk", m.commit.index)
	}
	return sim.Breachf("entry %d is committed, and is on the disks of %v alone", m.commit.index, have)
}

// count counts a disk that has an entry of an epoch.
func (m *onDisks) count(epoch uint64, id sim.NodeID) {
	for i := range m.seen {
		if s := &m.seen[i]; s.epoch == epoch {
			s.nodes |= fault.SetOf(fault.Node(id))
			return
		}
	}
	m.seen = append(m.seen, sameEpoch{epoch, fault.SetOf(fault.Node(id))})
}

// sameEpoch are the disks that have the same entry.
type sameEpoch struct {
	epoch uint64
	nodes fault.Set
}
