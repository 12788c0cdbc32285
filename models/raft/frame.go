package raft

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"

	"simrun/sim"
)

// The disk of a server holds its log as a file of frames, written at the end only. A frame
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
)

// The file stands there twice, with the same bytes: what one copy has lost to a bad sector or a write that went astray,
// the other has (Alagappan et al., FAST'18, §3.4, take it from other servers; a second copy also serves
// when nobody knows whether it was acknowledged).
var copies = [...]string{"log", "log.copy"}

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

	repairs []repair // where a copy differs from what counts
}

// repair is a frame that a copy does not have.
type repair struct {
	copy  int
	at    int
	frame []byte
}

var errDamaged = errors.New("disk damaged")

// recoverState reads the copies of a server's file after a restart.
//
// A crash may lose, tear or reorder what was not synced: a tail that can't be
// read is cut off, since nothing in it was ever acknowledged. What had been
// synced must be there; if no copy has it, the disk has damaged it, and cutting it
// off would forget votes and entries that others rely on (FAST'18, §3.3.3, tells crashes from
// corruptions likewise). The two are told apart by the frames that follow: each carries how much of
// the file was durable when it was written.
func recoverState(files [][]byte) (persistent, error) {
	p := persistent{log: newEntryLog(len(files[0]))}
	for {
		f, ok := frameOfAny(files, p.size, p.crc)
		if !ok {
			break
		}
		if err := p.replay(f); err != nil {
			return p, err
		}
		p.noteRepairs(files, f)
		p.size += len(f)
		p.crc = f.crc()
	}
	for _, file := range files {
		for at := p.size + 1; at+frameHeader <= len(file); at++ {
			if f, ok := frameAt(file, at); ok && f.durable() > p.size {
				return p, fmt.Errorf("%w: byte %d can't be read, but was durable when byte %d was written", errDamaged, p.size, at)
			}
		}
	}
	return p, nil
}

// frameOfAny returns the frame at an offset that follows another, from the first copy that has it.
func frameOfAny(files [][]byte, offset int, crc uint32) (frame, bool) {
	for _, file := range files {
		if offset < len(file) {
			if f, ok := frameAt(file, offset); ok && f.follows(crc) {
				return f, true
			}
		}
	}
	return nil, false
}

// noteRepairs notes which copies don't have a frame that counts.
func (p *persistent) noteRepairs(files [][]byte, f frame) {
	for i, file := range files {
		if end := p.size + len(f); end > len(file) || !bytes.Equal(file[p.size:end], f) {
			p.repairs = append(p.repairs, repair{copy: i, at: p.size, frame: bytes.Clone(f)})
		}
	}
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
