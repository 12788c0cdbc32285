// Package wal is a write-ahead log on the disk of a node: records that are durable as a whole or not at all,
// with group commit, and with a recovery that tells a torn tail from a damaged disk.
//
// The log is kept in two files with the same bytes: what one copy has lost to a bad sector, or to a write that
// went astray, the other has (Alagappan et al., FAST'18, §3.4, take it from other servers; a second copy
// also serves when nobody knows whether it was acknowledged).
//
// What a node promises in a message must be durable before the message leaves: see [Outbox].
package wal

import (
	"slices"

	"simrun/sim"
)

// Options say what a log is like. They must not change over the life of its files.
type Options struct {
	Files [2]string // the two copies
	Magic uint32    // begins each frame: tells the log from other files
	Head  int       // size of the head that every record has

	// Flights is how many syncs of each copy may be in flight at a time; 0 is one. They may end in any order.
	Flights int
	// LateIsLost is a defect: the end of a sync after that of a later one is lost, and the log waits for it.
	LateIsLost bool
}

// Env is the part of [sim.Env] that a log uses.
type Env interface {
	Read(file string) ([]byte, error)
	WriteAt(file string, offset int, data []byte) error
	Truncate(file string, size int) error
	Rename(from, to string) error
	Remove(file string) error
	Sync(file string, id sim.SyncID)
}

// Log writes records and knows which of them are durable. A sync of each copy covers all records written before it (group commit); there is one in
// flight at a time, or [Options.Flights].
type Log struct {
	Options
	env     Env
	refused func()

	crc     uint32   // of the last frame
	durable int      // bytes of the file that are surely on disk
	tail    []byte   // frames after that
	flights []flight // in order of size
	flying  int      // syncs in flight: one for each copy and flight
	waits   bool     // for the end of a sync that was lost, by a defect
	broken  bool     // the disk refused a write or a sync; the tail is to be written again

	generation uint32 // of the files: how often the log was replaced
	shift      int    // positions count on when the log is replaced: what is added to an offset in the file
	replacing  replacement
}

// flight is a sync of every copy.
type flight struct {
	size int // of the file that it covers
	left int // copies that it has not ended for
}

// New returns a log that is to be recovered: [Log.Copies], [Options.Recover], [Log.Settle]. refused is
// called when the disk has refused a write or a sync, and again whenever it still does: the node is to
// call [Log.Rewrite] after a pause.
func New(env Env, o Options, refused func()) Log {
	return Log{Options: o, env: env, refused: refused}
}

// Copies returns what the copies hold.
func (l *Log) Copies() ([][]byte, error) {
	files := make([][]byte, len(l.Files))
	for i, name := range l.Files {
		var err error
		if files[i], err = l.env.Read(name); err != nil {
			return nil, err
		}
	}
	return files, nil
}

// Settle makes the copies equal to what was recovered: frames that one has and the other has not, and
// nothing after the last. copies are those of [Log.Copies]. The log can then be written to.
func (l *Log) Settle(f Found, copies [][]byte) error {
	sizes := make([]int, len(copies)) // before the repairs change what the slices show
	for i := range copies {
		sizes[i] = len(copies[i])
	}
	for _, r := range f.repairs {
		if err := l.env.WriteAt(l.Files[r.copy], r.at, r.frame); err != nil {
			return err
		}
	}
	for i, size := range sizes {
		if size > f.Size {
			if err := l.env.Truncate(l.Files[i], f.Size); err != nil {
				return err
			}
		}
	}
	l.durable, l.crc, l.generation = f.Size, f.crc, f.generation
	return nil
}

// Durable is the position up to which the log is surely on disk: the size of the file, as long as the log was not replaced.
func (l *Log) Durable() int {
	if l.replacing.stage > waiting {
		return l.replacing.before
	}
	return l.durable + l.shift
}

// Written is the position after all records so far: they are durable when [Log.Durable] reaches it.
func (l *Log) Written() int {
	if l.replacing.stage == waiting {
		return l.durable + len(l.tail) + l.shift + 1 // the record that replaces them takes a position of its own
	}
	return l.durable + len(l.tail) + l.shift
}

// Broken reports whether the disk refused, and [Log.Rewrite] has not succeeded yet.
func (l *Log) Broken() bool { return l.broken }

// Put writes a record, which is not yet durable. The log keeps neither slice.
func (l *Log) Put(head, body []byte) {
	start := len(l.tail)
	l.tail, l.crc = l.appendFrame(l.generation, l.tail, l.crc, l.durable, head, body)
	if !l.broken && l.replacing.stage == settled && !l.write(start) {
		l.fail()
	}
}

// write writes the tail from an offset on to both copies. Each write says where it belongs, so that one that
// goes astray shifts no other.
func (l *Log) write(from int) bool {
	for _, file := range l.Files {
		if l.env.WriteAt(file, l.durable+from, l.tail[from:]) != nil {
			return false
		}
	}
	return true
}

// Sync starts to make all records durable, unless as many syncs are in flight as may be: then the
// next begin when these end. It reports whether it started.
func (l *Log) Sync() bool {
	size := l.durable + len(l.tail)
	n := len(l.flights)
	if n >= max(l.Flights, 1) || l.waits || len(l.tail) == 0 || l.broken || l.replacing.stage != settled || n > 0 && l.flights[n-1].size == size {
		return false
	}
	l.flights = append(l.flights, flight{size, len(l.Files)})
	for _, file := range l.Files {
		l.flying++
		l.env.Sync(file, sim.SyncID(size))
	}
	return true
}

// Synced takes the end of a sync. It reports whether more became durable.
func (l *Log) Synced(id sim.SyncID, err error) bool {
	l.flying--
	if err != nil && !l.broken && !l.ignored() {
		l.fail()
	}
	if l.replacing.stage > waiting {
		return l.flying == 0 && !l.broken && l.replaced()
	}
	size, more := l.landed(int(id)), false
	if l.broken { // what was refused is written again, and what these syncs covered with it
		return false
	}
	if size > l.durable {
		l.tail = l.tail[:copy(l.tail, l.tail[size-l.durable:])]
		l.durable, more = size, true
	}
	if l.replacing.stage == waiting && l.flying == 0 {
		l.beginReplacement()
	}
	return more
}

// landed takes the end of a sync of one copy. It returns how much of the file its flight covers, if that was the last copy, else 0.
func (l *Log) landed(size int) int {
	i := slices.IndexFunc(l.flights, func(f flight) bool { return f.size == size })
	if l.flights[i].left--; l.flights[i].left > 0 {
		return 0
	}
	l.flights = slices.Delete(l.flights, i, i+1)
	l.waits = l.waits || l.LateIsLost && size < l.durable
	return size
}

// fail begins to wait for a better disk.
func (l *Log) fail() {
	l.broken = true
	l.refused()
}

// Rewrite writes all again that is not known to be durable, and reports whether it could. After a failed sync
// nothing since the last good one can be trusted to reach the disk by syncing again (Rebello et al., "Can
// Applications Recover from fsync Failures?", ATC'20).
func (l *Log) Rewrite() bool {
	if l.flying > 0 || l.replacing.stage == settled && !l.write(0) {
		l.refused()
		return false
	}
	l.broken = false
	switch {
	case l.replacing.stage == waiting:
		l.beginReplacement()
	case l.replacing.stage > waiting:
		l.writeFresh()
	}
	return !l.broken
}
