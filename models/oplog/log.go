// Package oplog is the log that replicated state machines replicate: entries of operations, each of an epoch (a term, a view, a
// ballot), in memory and on disk.
package oplog

import (
	"encoding/binary"
	"math/bits"

	"simrun/sim/fault"
)

// Epoch is a logical clock of leaders: a term, a view, a ballot. Zero is before the first.
type Epoch uint64

// Index is a position in the log, from 1. Zero is before the first entry.
type Index uint64

// Kind tells what an entry carries; each protocol has its own kinds.
type Kind uint8

// entryHeader is the size of an entry without its data:
// Epoch (8), length of data (4), kind (1).
const entryHeader = 13

// Log is the log of one node in memory (Raft, Figure 2: log[]).
//
// An entry is encoded once, by the leader that made it; the same bytes then
// travel in messages, rest in this arena, and are on disk.
type Log struct {
	arena []byte
	meta  []entryMeta // by index, after the base; meta[0] stands for the prefix up to the base
	base  Index       // the entries up to here were dropped: see [Log.Compact]
}

type entryMeta struct {
	epoch Epoch
	end   int    // offset in the arena where the entry ends
	chain uint64 // hash of this entry and all before it
}

// NewLog returns an empty log with room for so many bytes of entries and some more.
func NewLog(size int) Log {
	return Log{arena: make([]byte, 0, size+8<<10), meta: make([]entryMeta, 1, 128+size/64)}
}

// Last is the index of the last entry, 0 if there is none.
func (l *Log) Last() Index { return l.base + Index(len(l.meta)-1) }

// Base is the last entry that was dropped; 0 if none was. Its epoch is still known.
func (l *Log) Base() Index { return l.base }

// Epoch is the epoch of an entry; 0 before the base and after the last.
func (l *Log) Epoch(i Index) Epoch {
	if i < l.base || i > l.Last() {
		return 0
	}
	return l.meta[i-l.base].epoch
}

func (l *Log) LastEpoch() Epoch { return l.meta[len(l.meta)-1].epoch }

// Chain is the hash of the log up to and including an entry, which must not be before the base.
func (l *Log) Chain(i Index) uint64 { return l.meta[i-l.base].chain }

// Raw is the encoding of the entries from first to last, both included, which must be after the base.
func (l *Log) Raw(first, last Index) []byte {
	return l.arena[l.meta[first-1-l.base].end:l.meta[last-l.base].end]
}

// Entry returns the kind and the data of an entry. The data is valid until the log changes.
func (l *Log) Entry(i Index) (Kind, []byte) {
	b := l.Raw(i, i)
	return Kind(b[12]), b[entryHeader:]
}

// Add appends a new entry.
func (l *Log) Add(epoch Epoch, kind Kind, data ...[]byte) {
	size := 0
	for _, d := range data {
		size += len(d)
	}
	start := len(l.arena)
	l.arena = binary.LittleEndian.AppendUint64(l.arena, uint64(epoch))
	l.arena = binary.LittleEndian.AppendUint32(l.arena, uint32(size))
	l.arena = append(l.arena, byte(kind))
	for _, d := range data {
		l.arena = append(l.arena, d...)
	}
	l.seal(epoch, start)
}

// AddRaw appends an entry that another server encoded.
func (l *Log) AddRaw(e Entry) {
	start := len(l.arena)
	l.arena = append(l.arena, e.Bytes...)
	l.seal(e.Epoch, start)
}

func (l *Log) seal(epoch Epoch, start int) {
	chain := fold(l.meta[len(l.meta)-1].chain, l.arena[start:])
	l.meta = append(l.meta, entryMeta{epoch: epoch, end: len(l.arena), chain: chain})
}

// Truncate deletes the entry at index from and all that follow it.
func (l *Log) Truncate(from Index) {
	l.meta = l.meta[:from-l.base]
	l.arena = l.arena[:l.meta[from-1-l.base].end]
}

// LastBefore returns the largest index up to limit whose epoch is not later than epoch: the
// Last place where this log can agree with one that has that epoch at limit. It lets a
// leader skip all conflicting entries of an epoch in one step (Raft §5.3: "the protocol can be
// optimized to reduce the number of rejected AppendEntries RPCs"). What was dropped was committed: up to the base all logs agree.
func (l *Log) LastBefore(limit Index, epoch Epoch) Index {
	i := min(limit, l.Last())
	for i > l.base && l.meta[i-l.base].epoch > epoch {
		i--
	}
	return i
}

// Longest is the largest index among those of some nodes, given by node; 0 if there are none.
func Longest(match []Index, of fault.Set) (last Index) {
	for n := range of.Nodes() {
		last = max(last, match[n])
	}
	return last
}

// Entry is one entry in its encoding.
type Entry struct {
	Epoch Epoch
	Bytes []byte
}

// NextEntry cuts the first entry off an encoding; ok is false if there is none or it is damaged.
func NextEntry(b []byte) (e Entry, rest []byte, ok bool) {
	if len(b) < entryHeader {
		return Entry{}, nil, false
	}
	data := binary.LittleEndian.Uint32(b[8:])
	if uint64(data) > uint64(len(b)-entryHeader) {
		return Entry{}, nil, false
	}
	size := entryHeader + int(data)
	return Entry{Epoch: Epoch(binary.LittleEndian.Uint64(b)), Bytes: b[:size]}, b[size:], true
}

// fold mixes bytes into a running hash. It compares logs in monitors; the disk and the
// network are guarded by CRC32C.
func fold(h uint64, b []byte) uint64 {
	h ^= uint64(len(b)) * 0x9e3779b97f4a7c15
	for ; len(b) >= 8; b = b[8:] {
		h = mum(h^binary.LittleEndian.Uint64(b), 0xa0761d6478bd642f)
	}
	var tail uint64
	for i, c := range b {
		tail |= uint64(c) << (8 * i)
	}
	return mum(h^tail, 0xe7037ed1a0b428db)
}

func mum(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a^0x8ebc6af09c88c6e3, b)
	return hi ^ lo
}
