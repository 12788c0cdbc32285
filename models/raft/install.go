package raft

import (
	"simrun/models/session"
	"simrun/sim"
)

// chunkSize is how much of a snapshot one message carries (§7, Figure 13: snapshots are "split into chunks for transmission").
const chunkSize = 128

// outgoing is a snapshot on its way to a server that needs entries which its leader has dropped.
type outgoing struct {
	snapshot
	offset int // how much of it the server has
}

// incoming is a snapshot of which a part has arrived.
type incoming struct {
	index Index
	term  Term
	bytes []byte
}

// sendChunk sends the part of a snapshot that comes next. It is a heartbeat as well: "each chunk gives the follower a sign of life, so it can reset its
// election timer" (§7).
func (s *Server) sendChunk(to sim.NodeID) {
	p := &s.peers[to]
	if p.install == nil {
		p.install = &outgoing{snapshot: s.snapshot}
		s.probe(p)
	}
	x := p.install
	size := chunkSize
	if s.env.Buggify(siteSmallChunk) {
		size = chunkSize / 8
	}
	end := min(len(x.bytes), x.offset+size)
	s.send(to, needTerm, &message{
		kind: installSnapshot, term: s.term, index: x.index, logTerm: x.term, prev: Index(x.offset), round: s.reads.round,
		ok: end == len(x.bytes), entries: x.bytes[x.offset:end],
	})
}

// handleInstallReply goes on with the next chunk. A server that has less than it had has restarted: the next heartbeat tells it what it lacks.
func (s *Server) handleInstallReply(from sim.NodeID, m *message) {
	if s.role != leader {
		return
	}
	p := &s.peers[from]
	p.active = true
	s.acknowledgeRound(p, m.round)
	if x := p.install; x != nil && m.index == x.index && int(m.prev) <= len(x.bytes) {
		further := int(m.prev) > x.offset
		x.offset = int(m.prev)
		if further {
			s.sendChunk(from)
		}
	}
	s.serveReads()
}

// handleInstall is the receiver of InstallSnapshot (Figure 13).
func (s *Server) handleInstall(from sim.NodeID, m *message) {
	if s.role == leader {
		return // two leaders in one term: a monitor has seen it
	}
	s.follow(from, m.term)
	if m.index <= s.commit { // the log has it all
		s.acknowledge(from, m, m.index)
		return
	}
	if s.take(m) {
		s.acknowledge(from, m, m.index)
		return
	}
	s.send(from, needTerm, &message{kind: installReply, term: s.term, index: m.index, prev: Index(len(s.incoming.bytes)), round: m.round})
}

// take adds a chunk to what has arrived of its snapshot, and installs the snapshot if it is whole then.
func (s *Server) take(m *message) (installed bool) {
	x := &s.incoming
	if x.index != m.index || x.term != m.logTerm {
		*x = incoming{index: m.index, term: m.logTerm, bytes: x.bytes[:0]}
	}
	if int(m.prev) != len(x.bytes) && !s.env.Bug(bugChunksInAnyOrder) {
		return false // "write data into snapshot file at given offset": what it does not reach yet comes again
	}
	if m.ok && s.log.Checkpointing() {
		return false // the disk is busy: the last chunk comes again
	}
	x.bytes = append(x.bytes, m.entries...)
	if !m.ok {
		return false
	}
	whole := s.incoming.bytes
	s.incoming = incoming{}
	return s.install(whole)
}

// install takes over a snapshot: "If existing log entry has same index and term as snapshot's last included entry, retain log entries following it",
// otherwise "Discard the entire log" (Figure 13, steps 6 to 8).
func (s *Server) install(whole []byte) bool {
	var snap snapshot
	if !snap.decode(whole, s.env.Nodes()) {
		return false
	}
	if s.env.Bug(bugRestoreFailsLate) && s.log.Disk.Broken() {
		if machine, ok := s.machine.(session.Snapshotter); ok && machine.RestoreState(snap.state) {
			s.reportState()
		}
		return false
	}
	configs := s.configs
	if s.env.Bug(bugInstallWithoutData) {
		s.adopt(snap)
	} else if !s.restore(snap) {
		return false
	}
	if s.env.Bug(bugInstallKeepsMembers) {
		s.configs, s.members = configs, configs.latest().members
	}
	s.dropFor(snap)
	s.env.Sometimes(markInstalled)
	s.facts.committed = factCommitted{Index: snap.index, Term: s.term, Chain: snap.chain}
	s.env.Report(&s.facts.committed)
	s.restored()
	s.serveForwarded()
	s.checkpoint()
	return true
}

// dropFor drops what a snapshot replaces from the log.
func (s *Server) dropFor(snap snapshot) {
	last := s.log.Last()
	switch {
	case snap.index <= last && s.log.Epoch(snap.index) == snap.term:
		s.env.Sometimes(markRetained)
		s.log.Compact(snap.index)
	default:
		if last > snap.index {
			s.env.Sometimes(markTailDropped)
			s.reportTruncated(snap.index + 1)
		}
		s.log.Restart(snap.index, snap.term, snap.chain)
	}
}
