package wal

import "simrun/sim"

// A log that only grows fills its disk. [Log.Replace] begins it anew with one record that stands for all before it: the files are written anew next
// to the old ones, synced, moved over them, and synced again. Whenever the node crashes, each copy is the old log or the new one, whole (Pillai et
// al., "All File Systems Are Not Created Equal", OSDI'14, on why it takes both syncs).

// fresh is what is added to the name of a file whose successor is written.
const fresh = ".new"

// stage is how far a replacement is.
type stage uint8

const (
	settled stage = iota // none is going on
	waiting              // for the syncs of the old files, which are in flight
	writing              // the new files are being synced, next to the old ones
	moving               // they were moved over the old ones, and that is being synced
)

// Defects are mistakes that a log can be told to make when it is replaced. The zero value makes none.
type Defects struct {
	RemoveFirst  bool // the old files are removed before the new ones are written
	IgnoreErrors bool // what the disk refuses counts as done
}

// replacement is a replacement that goes on.
type replacement struct {
	stage   stage
	before  int           // the position up to which the log is durable meanwhile
	first   func() []byte // the record, head and body, when the time comes
	size    int           // of its frame
	defects Defects
}

// Replaceable reports whether [Log.Replace] can begin: none is going on.
func (l *Log) Replaceable() bool { return l.replacing.stage == settled }

// Replace begins the log anew with a record that stands for all that were put so far. record returns its head and its body, one after the other; it
// is called when the new file is written, at once or when the syncs in flight have ended, and what was put until then must be in it: of that nothing more
// goes to the old file. Records that are put after that follow it.
func (l *Log) Replace(record func() []byte, d Defects) {
	l.replacing = replacement{stage: waiting, first: record, defects: d}
	if l.flying == 0 {
		l.beginReplacement()
	}
}

func (l *Log) beginReplacement() {
	r := &l.replacing
	written, durable := l.Written(), l.Durable()
	record := r.first()
	l.generation++
	l.durable = 0
	l.tail, l.crc = l.appendFrame(l.generation, l.tail[:0], 0, 0, record[:l.Head], record[l.Head:])
	r.size, r.before, r.first = len(l.tail), durable, nil
	l.shift = written - r.size
	r.stage = writing
	l.broken = l.broken && !r.defects.IgnoreErrors
	if !l.broken {
		l.writeFresh()
	}
}

// writeFresh writes the new files.
func (l *Log) writeFresh() {
	l.replacing.stage = writing
	for _, file := range l.Files {
		if !l.writeFile(file) && !l.ignored() {
			l.fail()
			return
		}
	}
	for _, file := range l.Files {
		l.flying++
		l.env.Sync(file+fresh, sim.SyncID(l.generation))
	}
}

// ignored reports whether what the disk refuses counts as done, by a defect.
func (l *Log) ignored() bool { return l.replacing.stage > waiting && l.replacing.defects.IgnoreErrors }

// writeFile writes the first record next to a file, over what an earlier attempt may have left there.
func (l *Log) writeFile(file string) bool {
	if l.replacing.defects.RemoveFirst {
		l.env.Remove(file) // or it is gone already
	}
	left, err := l.env.Read(file + fresh)
	if err == nil && len(left) > 0 {
		err = l.env.Truncate(file+fresh, 0)
	}
	return err == nil && l.env.WriteAt(file+fresh, 0, l.tail[:l.replacing.size]) == nil
}

// replaced goes on when the syncs of a stage have ended. It reports whether more became durable.
func (l *Log) replaced() bool {
	r := &l.replacing
	if r.stage == writing {
		return l.move()
	}
	l.durable = r.size
	l.tail = l.tail[:copy(l.tail, l.tail[r.size:])]
	r.stage = settled
	if len(l.tail) > 0 && !l.write(0) {
		l.fail()
	}
	return true
}

// move moves the new files over the old ones.
func (l *Log) move() bool {
	l.replacing.stage = moving
	for _, file := range l.Files {
		if l.env.Rename(file+fresh, file) != nil && !l.ignored() {
			l.fail()
			return false
		}
	}
	for _, file := range l.Files {
		l.flying++
		l.env.Sync(file, sim.SyncID(l.generation))
	}
	return false
}
