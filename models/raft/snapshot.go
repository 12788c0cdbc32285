package raft

import (
	"encoding/binary"

	"simrun/models/session"
	"simrun/models/wal"
	"simrun/sim/digest"
)

// How often a server compacts its log (§7: "One simple strategy is to take a snapshot when the log reaches a fixed size"), and how much it keeps, so that
// a follower that is a little behind needs no snapshot.
const (
	snapshotEvery = 10 // entries applied since the last snapshot
	keepEntries   = 3  // before it
)

// snapshot is a state of the machine, sessions included, with what is known of the log up to it (§7, Figure 12): "the snapshot replaces all entries up to
// and including the last included index".
type snapshot struct {
	index   Index   // lastIncludedIndex
	term    Term    // lastIncludedTerm
	chain   uint64  // hash of the log up to there, by which monitors compare logs
	members members // of the latest configuration up to there
	state   []byte  // of the machine
	bytes   []byte  // all of it, as it is on disk and in messages; nil if there is none
}

const snapshotHeader = 24 + membersSize

func newSnapshot(index Index, term Term, chain uint64, m members, machine session.Snapshotter) snapshot {
	b := binary.LittleEndian.AppendUint64(nil, uint64(index))
	b = binary.LittleEndian.AppendUint64(b, uint64(term))
	b = binary.LittleEndian.AppendUint64(b, chain)
	b = m.append(b)
	b = machine.AppendState(b)
	return snapshot{index, term, chain, m, b[snapshotHeader:], b}
}

// decode reads a snapshot, which shares memory with b; false if it is cut off.
func (s *snapshot) decode(b []byte, nodes int) bool {
	if len(b) < snapshotHeader {
		return false
	}
	m, ok := decodeMembers(b[24:], nodes)
	*s = snapshot{Index(binary.LittleEndian.Uint64(b)), Term(binary.LittleEndian.Uint64(b[8:])), binary.LittleEndian.Uint64(b[16:]), m, b[snapshotHeader:], b}
	return ok
}

// snapshots reports whether the server takes snapshots, and of what.
func (s *Server) snapshots() (session.Snapshotter, bool) {
	m, ok := s.machine.(session.Snapshotter)
	return m, ok && s.options.compaction
}

// compact takes a snapshot when enough was applied since the last, drops the log up to it but for a few entries, and brings both to the disk in one step:
// "once a server completes writing a snapshot, it may delete all log entries up through the last included index, as well as any prior snapshot" (§7).
func (s *Server) compact() {
	machine, ok := s.snapshots()
	due := s.applied >= s.snapshot.index+snapshotEvery || s.compactNow && s.applied > s.snapshot.index
	due = due || ok && s.applied > s.snapshot.index && s.env.Buggify(siteEarlySnapshot)
	if !ok || !due || s.applied > s.log.Last() || s.log.Checkpointing() {
		return
	}
	before := s.snapshot
	s.snapshot = newSnapshot(s.applied, s.log.Epoch(s.applied), s.log.Chain(s.applied), s.configs.at(s.applied), machine)
	s.compactNow = false
	kept := Index(keepEntries)
	if s.env.Buggify(siteKeepNothing) {
		kept = 0
	}
	if keep := max(s.log.Base()+kept, s.applied) - kept; keep > s.log.Base() {
		s.log.Compact(keep)
	}
	s.facts.compacted = factCompacted{Snapshot: s.snapshot.index, Base: s.log.Base()}
	s.env.Report(&s.facts.compacted)
	if s.env.Bug(bugLogCutFirst) {
		s.planted.olderSnapshot = &before
	}
	s.checkpoint()
}

// checkpoint brings the snapshot and the log after it to the disk, in place of all that is there.
func (s *Server) checkpoint() {
	s.log.Checkpoint(s.metaBytes, func() []byte {
		if old := s.planted.olderSnapshot; old != nil {
			return old.bytes
		}
		return s.snapshot.bytes
	}, wal.Defects{RemoveFirst: s.env.Bug(bugRemoveFirst), IgnoreErrors: s.env.Bug(bugSnapshotErrorIgnored)})
}

// restore makes the state that of a snapshot, and what is committed and applied with it.
func (s *Server) restore(snap snapshot) bool {
	machine, ok := s.machine.(session.Snapshotter)
	if !ok || !machine.RestoreState(snap.state) {
		return false
	}
	s.adopt(snap)
	return true
}

func (s *Server) adopt(snap snapshot) {
	s.snapshot = snap
	s.commit, s.applied = snap.index, snap.index
	s.members = snap.members
	s.configs = configurations{{snap.index, snap.members}}
}

// restored tells the monitors what a snapshot and the log after it have put in place of what the server had.
func (s *Server) restored() {
	s.facts.restored = factRestored{Index: s.snapshot.index, Chain: s.snapshot.chain, Base: s.log.Base()}
	s.env.Report(&s.facts.restored)
	for i := s.log.Base() + 1; i <= s.log.Last(); i++ {
		s.reportAppended(i)
	}
	s.reportState()
}

// reportState tells what the state is after the entry that was applied last, so that servers can be compared.
func (s *Server) reportState() {
	machine, ok := s.snapshots()
	if !ok {
		return
	}
	s.scratch = machine.AppendState(s.scratch[:0])
	s.facts.state = factState{Index: s.applied, Hash: uint64(digest.New(0).Bytes(s.scratch))}
	s.env.Report(&s.facts.state)
}
