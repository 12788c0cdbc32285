package raft

import "simrun/sim"

// storage writes frames and knows which of them are durable. One sync is in flight at a time
// and covers all frames written before it (group commit).
type storage struct {
	env     environment
	crc     uint32 // of the last frame
	durable int    // bytes of the file that are surely on disk
	tail    []byte // frames after that
	syncing int    // size of the file that the syncs in flight cover; 0 if none is
	flying  int    // syncs in flight: one for each copy
	broken  bool   // the disk refused a write or a sync; the tail is to be written again
}

// written is the size of the file with all frames so far.
func (s *storage) written() int { return s.durable + len(s.tail) }

// put writes a frame, not yet durable.
func (s *storage) put(term Term, vote sim.NodeID, first Index, entries []byte) {
	start := len(s.tail)
	s.tail, s.crc = appendFrame(s.tail, s.crc, s.durable, term, vote, first, entries)
	if !s.broken && !s.write(start) {
		s.fail()
	}
}

// write writes the tail from an offset on to both copies. Each write says where it belongs, so that one that
// goes astray shifts no other.
func (s *storage) write(from int) bool {
	for _, file := range copies {
		if s.env.WriteAt(file, s.durable+from, s.tail[from:]) != nil {
			return false
		}
	}
	return true
}

// sync starts to make all frames durable, unless syncs are in flight: then the
// next begin when these end. It reports whether it started.
func (s *storage) sync() bool {
	if s.flying > 0 || len(s.tail) == 0 || s.broken {
		return false
	}
	s.syncing = s.written()
	for _, file := range copies {
		s.flying++
		s.env.Sync(file, sim.SyncID(s.syncing))
	}
	return true
}

// synced takes the end of a sync. It reports whether more became durable.
func (s *storage) synced(err error) bool {
	s.flying--
	if err != nil && !s.broken {
		s.fail()
	}
	if s.flying > 0 || s.broken { // what was refused is written again, and what these syncs covered with it
		return false
	}
	s.tail = s.tail[:copy(s.tail, s.tail[s.syncing-s.durable:])]
	s.durable = s.syncing
	return true
}

// fail begins to wait for a better disk.
func (s *storage) fail() {
	s.broken = true
	s.env.SetTimer(timerDisk, diskRetry)
}

// rewrite writes all again that is not known to be durable. After a failed sync nothing since the
// last good one can be trusted to reach the disk by syncing again (Rebello et al., "Can
// Applications Recover from fsync Failures?", ATC'20).
func (s *storage) rewrite() {
	if s.flying > 0 || !s.write(0) {
		s.env.SetTimer(timerDisk, diskRetry)
		return
	}
	s.broken = false
	s.env.Sometimes(markRewritten)
}

// readCopies returns what the copies hold.
func (s *storage) readCopies() ([][]byte, error) {
	files := make([][]byte, len(copies))
	for i, name := range copies {
		var err error
		if files[i], err = s.env.Read(name); err != nil {
			return nil, err
		}
	}
	return files, nil
}

// settle makes the copies equal to what was recovered: frames that one has and the other has not, and nothing behind the last.
func (s *storage) settle(p *persistent, files [][]byte) error {
	sizes := make([]int, len(files))
	for i := range files {
		sizes[i] = len(files[i])
	}
	for _, r := range p.repairs {
		if err := s.env.WriteAt(copies[r.copy], r.at, r.frame); err != nil {
			return err
		}
	}
	for i, size := range sizes {
		if size > p.size {
			if err := s.env.Truncate(copies[i], p.size); err != nil {
				return err
			}
		}
	}
	s.durable, s.crc = p.size, p.crc
	return nil
}
