package oplog

import "slices"

// Compact drops the entries up to one, which becomes the base of the log. It must not be before the base.
func (l *Log) Compact(upTo Index) {
	drop := int(upTo - l.base)
	cut := l.meta[drop].end
	l.arena = slices.Delete(l.arena, 0, cut)
	l.meta = slices.Delete(l.meta, 0, drop)
	for i := range l.meta {
		l.meta[i].end -= cut
	}
	l.base = upTo
}

// Begin makes the log one that has dropped the entries up to a base, which has this epoch, and hash of the log up to it, and has no other.
func (l *Log) Begin(base Index, epoch Epoch, chain uint64) {
	l.arena = l.arena[:0]
	l.meta = append(l.meta[:0], entryMeta{epoch: epoch, chain: chain})
	l.base = base
}
