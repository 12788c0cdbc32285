package raft

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"

	"simrun/sim"
)

// The disk of a server is one file of frames, written at the end only. A frame
// is one step of the persistent state of Figure 2, all of it at once: current
// term, vote, and the entries that replace the log from index first on. What a
// frame says is therefore durable as a whole or not at all.
//
//	offset size
//	0      4    CRC32C of all that follows in the frame
//	4      4    magic
//	8      4    length of the entries
//	12     4    CRC32C of the frame before it, 0 for the first: frames are a chain
//	16     8    durable: the size of the file that was surely on disk when this was written
//	24     8    current term
//	32     4    vote, 0 for none
//	36     8    first, 0 if the log did not change
//	44          entries
const (
	frameHeader = 44
	frameMagic  = 0x31746672 // "rft1"
	logFile     = "log"
)

// appendFrame appends a frame to b and returns its checksum, which the next frame names.
func appendFrame(b []byte, before uint32, durable int, term Term, vote sim.NodeID, first Index, entries []byte) ([]byte, uint32) {
	start := len(b)
	b = append(b, 0, 0, 0, 0)
	b = binary.LittleEndian.AppendUint32(b, frameMagic)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(entries)))
	b = binary.LittleEndian.AppendUint32(b, before)
	b = binary.LittleEndian.AppendUint64(b, uint64(durable))
	b = binary.LittleEndian.AppendUint64(b, uint64(term))
	b = binary.LittleEndian.AppendUint32(b, uint32(vote))
	b = binary.LittleEndian.AppendUint64(b, uint64(first))
	b = append(b, entries...)
	crc := crc32.Checksum(b[start+4:], castagnoli)
	binary.LittleEndian.PutUint32(b[start:], crc)
	return b, crc
}

// frame is one frame as it stands in a file.
type frame []byte

// frameAt returns the frame that begins at an offset; ok is false if no whole frame does.
func frameAt(file []byte, offset int) (f frame, ok bool) {
	b := file[offset:]
	if len(b) < frameHeader || binary.LittleEndian.Uint32(b[4:]) != frameMagic {
		return nil, false
	}
	size := frameHeader + int(binary.LittleEndian.Uint32(b[8:]))
	if size > len(b) || binary.LittleEndian.Uint32(b) != crc32.Checksum(b[4:size], castagnoli) {
		return nil, false
	}
	return frame(b[:size]), true
}

func (f frame) crc() uint32             { return binary.LittleEndian.Uint32(f) }
func (f frame) before() uint32          { return binary.LittleEndian.Uint32(f[12:]) }
func (f frame) durable() int            { return int(binary.LittleEndian.Uint64(f[16:])) }
func (f frame) term() Term              { return Term(binary.LittleEndian.Uint64(f[24:])) }
func (f frame) vote() sim.NodeID        { return sim.NodeID(binary.LittleEndian.Uint32(f[32:])) }
func (f frame) first() Index            { return Index(binary.LittleEndian.Uint64(f[36:])) }
func (f frame) entries() []byte         { return f[frameHeader:] }
func (f frame) follows(crc uint32) bool { return f.before() == crc }

// persistent is what a server finds on its disk.
type persistent struct {
	term Term
	vote sim.NodeID
	log  entryLog
	size int    // bytes of the file that count
	crc  uint32 // of the last frame
}

var errDamaged = errors.New("disk damaged")

// recoverState reads the file of a server after a restart.
//
// A crash may lose, tear or reorder what was not synced: a tail that can't be
// read is cut off, since nothing in it was ever acknowledged. What had been
// synced must be there; if it is not, the disk has damaged it, and cutting it
// off would forget votes and entries that others rely on (Alagappan et al.,
// "Protocol-Aware Recovery for Consensus-Based Storage", FAST'18, §3.3.3: tell crashes from
// corruptions). The two are told apart by the frames that follow: each carries how much of
// the file was durable when it was written.
func recoverState(file []byte) (persistent, error) {
	p := persistent{log: newEntryLog()}
	for p.size < len(file) {
		f, ok := frameAt(file, p.size)
		if !ok || !f.follows(p.crc) {
			break
		}
		if err := p.replay(f); err != nil {
			return p, err
		}
		p.size += len(f)
		p.crc = f.crc()
	}
	for at := p.size + 1; at+frameHeader <= len(file); at++ {
		if f, ok := frameAt(file, at); ok && f.durable() > p.size {
			return p, fmt.Errorf("%w: byte %d can't be read, but was durable when byte %d was written", errDamaged, p.size, at)
		}
	}
	return p, nil
}

// replay takes one step of the persistent state.
func (p *persistent) replay(f frame) error {
	p.term, p.vote = f.term(), f.vote()
	first := f.first()
	if first == 0 {
		return nil
	}
	if first > p.log.last()+1 {
		return fmt.Errorf("%w: entry %d follows entry %d", errDamaged, first, p.log.last())
	}
	if first <= p.log.last() {
		p.log.truncate(first)
	}
	for b := f.entries(); len(b) > 0; {
		e, rest, ok := nextEntry(b)
		if !ok {
			return fmt.Errorf("%w: a frame ends inside an entry", errDamaged)
		}
		p.log.addRaw(e)
		b = rest
	}
	return nil
}

// storage writes frames and knows which of them are durable. One sync is in flight at a time
// and covers all frames written before it (group commit).
type storage struct {
	env     environment
	crc     uint32 // of the last frame
	durable int    // bytes of the file that are surely on disk
	tail    []byte // frames after that
	syncing int    // size of the file that the sync in flight covers; 0 if none is
	broken  bool   // the disk refused a write or a sync; the tail is to be written again
}

// written is the size of the file with all frames so far.
func (s *storage) written() int { return s.durable + len(s.tail) }

// put writes a frame, not yet durable.
func (s *storage) put(term Term, vote sim.NodeID, first Index, entries []byte) {
	start := len(s.tail)
	s.tail, s.crc = appendFrame(s.tail, s.crc, s.durable, term, vote, first, entries)
	if !s.broken && s.env.Append(logFile, s.tail[start:]) != nil {
		s.fail()
	}
}

// sync starts to make all frames durable, unless a sync is in flight: then the
// next one begins when that ends. It reports whether it started one.
func (s *storage) sync() bool {
	if s.syncing > 0 || len(s.tail) == 0 || s.broken {
		return false
	}
	s.syncing = s.written()
	s.env.Sync(logFile, sim.SyncID(s.syncing))
	return true
}

// synced takes the end of a sync. It reports whether more became durable.
func (s *storage) synced(err error) bool {
	covered := s.syncing
	s.syncing = 0
	if err != nil {
		s.fail()
		return false
	}
	if s.broken {
		return false // the file was refused a frame meanwhile: what this sync covered is written again with it
	}
	s.tail = s.tail[:copy(s.tail, s.tail[covered-s.durable:])]
	s.durable = covered
	return true
}

// fail begins to wait for a better disk.
func (s *storage) fail() {
	s.broken = true
	s.env.SetTimer(timerDisk, diskRetry)
}

// repair writes all again that is not known to be durable. After a failed sync nothing since the
// last good one can be trusted to reach the disk by syncing again (Rebello et al., "Can
// Applications Recover from fsync Failures?", ATC'20).
func (s *storage) repair() {
	if s.syncing > 0 || !s.rewriteTail() {
		s.env.SetTimer(timerDisk, diskRetry)
		return
	}
	s.broken = false
	s.env.Sometimes(markRewritten)
}

// rewriteTail reports whether the disk took all again that is not durable.
func (s *storage) rewriteTail() bool {
	file, err := s.env.Read(logFile)
	if err != nil {
		return false
	}
	if len(file) > s.durable && s.env.Truncate(logFile, s.durable) != nil {
		return false
	}
	return s.env.Append(logFile, s.tail) == nil
}
