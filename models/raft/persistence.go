package raft

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"simrun/models/oplog"
	"simrun/models/wal"
	"simrun/sim"
)

// recover reads the disk and begins as a follower (§5.2: "When servers start up,
// they begin as followers"). If the disk refuses, it tries again.
func (s *Server) recover() {
	s.role = halted
	files, err := s.log.Disk.Copies()
	if err != nil {
		s.env.SetTimer(timerDisk, diskRetry)
		return
	}
	found, err := s.load(files)
	switch {
	case errors.Is(err, wal.ErrDamaged):
		s.halt(err.Error())
	case err != nil:
		s.env.SetTimer(timerDisk, diskRetry)
	default:
		s.begin(found)
	}
}

// load finds out what the copies say.
func (s *Server) load(files [][]byte) (oplog.Loaded, error) {
	switch {
	case s.env.Bug(bugNoChecksums):
		return s.log.LoadTrusting(s.log.Disk.Believe(files[0]), files)
	case s.env.Bug(bugDamageIsTornTail):
		return s.log.LoadTrusting(files[0], files)
	case s.env.Bug(bugEmptiedLogVotes) && (len(files[0]) == 0 || s.log.Disk.Damaged(files[0])):
		return s.log.LoadTrusting(nil, files)
	}
	return s.log.Load(files)
}

// begin takes over what was recovered.
func (s *Server) begin(found oplog.Loaded) {
	if found.Repairs > 0 {
		s.env.Sometimes(markRepaired)
	}
	s.role = follower
	s.term = Term(binary.LittleEndian.Uint64(found.Meta))
	s.vote = sim.NodeID(binary.LittleEndian.Uint32(found.Meta[8:]))
	s.termTold = s.term
	s.contact = s.env.Now()
	s.waitForBest()
	s.facts.recovered = factRecovered{Term: s.term, Vote: s.vote, Last: s.log.Last()}
	s.env.Report(&s.facts.recovered)
	if found.State != nil && !s.resume(found.State) {
		return
	}
	for i := s.log.Base() + 1; i <= s.log.Last() && s.snapshot.bytes == nil; i++ {
		s.reportAppended(i)
	}
	if s.env.Bug(bugReplayCommits) {
		s.advanceCommit(s.log.Last())
	}
	s.drawElectionTimeout()
}

// resume goes on from the snapshot on the disk. Its log must begin where the snapshot ends, or before.
func (s *Server) resume(state []byte) bool {
	var snap snapshot
	switch {
	case !snap.decode(state, s.env.Nodes()) || !s.restore(snap):
		s.halt("a snapshot that can't be read")
		return false
	case snap.index < s.log.Base():
		s.env.Fatal(fmt.Sprintf("the log begins after entry %d, and the snapshot ends at entry %d", s.log.Base(), snap.index))
	}
	s.restored()
	return true
}

// halt takes the server out of the cluster for good: it has forgotten what it promised.
func (s *Server) halt(reason string) {
	s.role = halted
	s.facts.halted = factHalted{Reason: reason}
	s.env.Report(&s.facts.halted)
}

func (s *Server) retryDisk() {
	switch {
	case s.log.Disk.Broken():
		if s.log.Disk.Rewrite() {
			s.env.Sometimes(markRewritten)
		}
	case s.role == halted:
		s.recover()
	}
}

// becameDurable acts on what the last sync made durable.
func (s *Server) becameDurable() {
	if s.log.Disk.Durable() >= s.log.MetaOffset() && s.termTold != s.term {
		s.termTold = s.term
		s.facts.termStored = factTermStored{Term: s.term}
		s.env.Report(&s.facts.termStored)
	}
	if s.planted.voteLate && s.log.Disk.Durable() >= s.log.MetaOffset() {
		s.planted.voteLate = false
		meta := metaOf(s.term, s.vote)
		s.log.Put(meta[:], 0)
	}
	if s.planted.olderSnapshot != nil && !s.log.Checkpointing() {
		s.planted.olderSnapshot = nil
		s.checkpoint()
	}
	if s.role == leader {
		s.countOwn()
	}
}

// countOwn counts what this leader holds itself.
func (s *Server) countOwn() {
	s.peers[s.id].match = s.log.Stable()
	s.tallyMatch()
}

// persist writes the change of the persistent state as one record.
func (s *Server) persist() {
	if s.syncsLater() {
		s.log.Record(s.metaBytes())
		return
	}
	s.log.Write(s.metaBytes())
}

// trustsMemory reports whether entries count as durable before they are: a defect.
func (s *Server) trustsMemory() bool {
	return s.env.Bug(bugAckBeforeSync) || s.env.Bug(bugSyncByInterval)
}

// syncsLater reports whether what is written is not synced yet, since the last sync is not long ago: a defect.
func (s *Server) syncsLater() bool {
	const interval = sim.Time(time.Second)
	if !s.env.Bug(bugSyncByInterval) {
		return false
	}
	if s.log.MetaDirty() || s.log.Disk.Durable() < s.log.MetaOffset() || s.env.Now() >= s.planted.synced+interval {
		s.planted.synced = s.env.Now()
		return false
	}
	return true
}

// metaBytes is what of the persistent state is not log.
func (s *Server) metaBytes() []byte {
	vote := s.vote
	if s.env.Bug(bugVoteNotPersisted) {
		vote = 0
	}
	if s.env.Bug(bugVoteWrittenLate) && (s.log.MetaDirty() || s.planted.voteLate) {
		s.planted.voteLate, vote = true, 0
	}
	s.meta = metaOf(s.term, vote)
	return s.meta[:]
}
