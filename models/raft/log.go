package raft

import (
	"encoding/binary"
	"math/bits"
)

// Term is a logical clock of elections (§5.1). Zero is before the first.
type Term uint64

// Index is a position in the log, from 1. Zero is before the first entry.
type Index uint64

// entryKind tells what an entry of the log carries.
type entryKind uint8

const (
	entryNoop     entryKind = 1 + iota // a new leader's first entry (§8)
	entryRegister                      // opens a client session (dissertation §6.3)
	entryCommand                       // changes the state machine, once per session and sequence number
)

// entryHeader is the size of an entry without its data:
// term (8), length of data (4), kind (1).
const entryHeader = 13

// entryLog is the log of one server in memory (Figure 2: log[]).
//
// An entry is encoded once, by the leader that made it; the same bytes then
// travel in AppendEntries, rest in this arena, and stand on disk.
type entryLog struct {
	arena []byte
	meta  []entryMeta // by index; meta[0] stands for the empty prefix
}

type entryMeta struct {
	term  Term
	end   int    // offset in the arena where the entry ends
	chain uint64 // hash of this entry and all before it
}

// newEntryLog returns an empty log with room for so many bytes of entries and some more.
func newEntryLog(size int) entryLog {
	return entryLog{arena: make([]byte, 0, size+8<<10), meta: make([]entryMeta, 1, 128+size/64)}
}

// last is the index of the last entry, 0 if there is none.
func (l *entryLog) last() Index { return Index(len(l.meta) - 1) }

// term is the term of an entry; 0 before the first and after the last.
func (l *entryLog) term(i Index) Term {
	if i > l.last() {
		return 0
	}
	return l.meta[i].term
}

func (l *entryLog) lastTerm() Term { return l.meta[len(l.meta)-1].term }

// chain is the hash of the log up to and including an entry.
func (l *entryLog) chain(i Index) uint64 { return l.meta[i].chain }

// raw is the encoding of the entries from first to last, both included.
func (l *entryLog) raw(first, last Index) []byte {
	return l.arena[l.meta[first-1].end:l.meta[last].end]
}

// entry returns the kind and the data of an entry. The data is valid until the log changes.
func (l *entryLog) entry(i Index) (entryKind, []byte) {
	b := l.raw(i, i)
	return entryKind(b[12]), b[entryHeader:]
}

// add appends a new entry.
func (l *entryLog) add(term Term, kind entryKind, data ...[]byte) {
	size := 0
	for _, d := range data {
		size += len(d)
	}
	start := len(l.arena)
	l.arena = binary.LittleEndian.AppendUint64(l.arena, uint64(term))
	l.arena = binary.LittleEndian.AppendUint32(l.arena, uint32(size))
	l.arena = append(l.arena, byte(kind))
	for _, d := range data {
		l.arena = append(l.arena, d...)
	}
	l.seal(term, start)
}

// addRaw appends an entry that another server encoded.
func (l *entryLog) addRaw(e rawEntry) {
	start := len(l.arena)
	l.arena = append(l.arena, e.bytes...)
	l.seal(e.term, start)
}

func (l *entryLog) seal(term Term, start int) {
	chain := fold(l.meta[len(l.meta)-1].chain, l.arena[start:])
	l.meta = append(l.meta, entryMeta{term: term, end: len(l.arena), chain: chain})
}

// truncate deletes the entry at index from and all that follow it.
func (l *entryLog) truncate(from Index) {
	l.meta = l.meta[:from]
	l.arena = l.arena[:l.meta[from-1].end]
}

// lastBefore returns the largest index up to limit whose term is not later than term: the
// last place where this log can agree with one that has that term at limit. It lets a
// leader skip all conflicting entries of a term in one step (§5.3: "the protocol can be
// optimized to reduce the number of rejected AppendEntries RPCs").
func (l *entryLog) lastBefore(limit Index, term Term) Index {
	for i := min(limit, l.last()); ; i-- {
		if l.meta[i].term <= term {
			return i
		}
	}
}

// rawEntry is one entry in its encoding.
type rawEntry struct {
	term  Term
	bytes []byte
}

// nextEntry cuts the first entry off an encoding; ok is false if there is none or it is damaged.
func nextEntry(b []byte) (e rawEntry, rest []byte, ok bool) {
	if len(b) < entryHeader {
		return rawEntry{}, nil, false
	}
	size := entryHeader + int(binary.LittleEndian.Uint32(b[8:]))
	if size > len(b) {
		return rawEntry{}, nil, false
	}
	return rawEntry{term: Term(binary.LittleEndian.Uint64(b)), bytes: b[:size]}, b[size:], true
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
