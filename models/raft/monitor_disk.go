package raft

import (
	"encoding/binary"

	"simrun/models/invariant"
	"simrun/models/oplog"
	"simrun/sim"
)

// disks reads the disks of the servers as a restart would find them.
type disks []*oplog.Held

func newDisks(nodes int) disks {
	d := make(disks, nodes+1)
	for i := range d {
		d[i] = oplog.NewHeld(logFiles, metaSize)
	}
	return d
}

// found is what the disk of a server holds now.
func (d disks) found(c sim.Cluster, node sim.NodeID) (invariant.Promise, bool) {
	h := d[node]
	ok := h.Look(c, node)
	return invariant.Promise{
		Last: uint64(h.Last()), Epoch: binary.LittleEndian.Uint64(h.Meta), Vote: sim.NodeID(binary.LittleEndian.Uint32(h.Meta[8:])),
	}, ok
}

// promised: currentTerm, votedFor and log[] are "updated on stable storage before responding to RPCs" (Figure 2).
func promised(f sim.Fact) (invariant.Promise, bool) {
	switch f := f.(type) {
	case *factAcknowledged:
		return invariant.Promise{Last: uint64(f.Index)}, true
	case *factVoted:
		return invariant.Promise{Epoch: uint64(f.Term), Vote: f.For}, true
	case *factTermStored:
		return invariant.Promise{Epoch: uint64(f.Term)}, true
	}
	return invariant.Promise{}, false
}

// epoch is the term of an entry on the disk of a server.
func (d disks) epoch(c sim.Cluster, node sim.NodeID, index uint64) (uint64, invariant.Entry) {
	h := d[node]
	if !h.Look(c, node) {
		return 0, invariant.Unknown
	}
	epoch, there := h.Epoch(Index(index))
	return uint64(epoch), there
}

// committedByLeader: an entry is committed "once the leader that created the entry has replicated it on a majority of the servers" (§5.3), and a server has
// what it answers for on stable storage. Where members change, the majority is another one.
func committedByLeader(f sim.Fact) (index uint64, step invariant.CommitStep) {
	switch f := f.(type) {
	case *factCommitted:
		if f.Leader {
			return uint64(f.Index), invariant.Commits
		}
	case *factTruncated:
		return uint64(f.From), invariant.Cuts
	case *factRecovered:
		return uint64(f.Last) + 1, invariant.Cuts
	case *factMembers:
		return 0, invariant.Reconfigures
	}
	return 0, invariant.NoStep
}

func appliedIndex(f sim.Fact) (uint64, bool) {
	a, ok := f.(*factApplied)
	if !ok {
		return 0, false
	}
	return uint64(a.Index), true
}

// stateOf is what a server of the key-value store has applied, its sessions included.
func stateOf(n sim.Node, b []byte) ([]byte, bool) {
	s, ok := n.(*Server)
	if !ok {
		return nil, false
	}
	m, ok := s.machine.(*store)
	if !ok {
		return nil, false // it has a monitor of its own
	}
	return m.Machine.AppendState(b), true
}

// neverDeleted: a log never loses an entry that it has in common with a log that was committed: the leaders of all later terms have it (§5.4), and "a follower's
// log" gives way only where it differs from theirs (§5.3). It looks at the logs before leaderCompleteness takes the fact.
type neverDeleted struct {
	logs    *leaderCompleteness
	commits []commitPoint // in order of index
}

func (m *neverDeleted) Name() string { return committedStay }

func (m *neverDeleted) Observe(at sim.Sighting, f sim.Fact) *sim.Breach {
	switch f := f.(type) {
	case *factCommitted:
		if n := len(m.commits); f.Leader && (n == 0 || f.Index > m.commits[n-1].index) {
			m.commits = append(m.commits, commitPoint{f.Term, f.Index, f.Chain, at})
		}
	case *factTruncated:
		log := m.logs.logs[at.Node]
		for i := len(m.commits) - 1; i >= 0 && m.commits[i].index >= f.From; i-- {
			if c := &m.commits[i]; c.index < Index(len(log)) && log[c.index] == c.chain {
				return sim.Breachf("%s deleted its log from entry %d on, and had entry %d, which was committed in term %d", at.Node, f.From, c.index, c.term).
					Against(c.at, "committed %d as leader of t%d", c.index, c.term)
			}
		}
	}
	return nil
}

const (
	durableNow    = "durable when promised"
	onMajority    = "committed on a majority"
	committedStay = "committed entries stay"
	equalMachines = "equal machines"
)
