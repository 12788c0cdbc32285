package sim

import (
	"errors"
	"fmt"
	"time"

	"simrun/sim/disk"
)

// sync is a sync of a file that is under way.
type sync struct {
	node   NodeID
	life   int // boots of the node when it began
	ticket disk.Ticket
	id     SyncID
	file   string
	cause  uint64
	key    uint64
	more   time.Duration // what of its time is due to faults
	err    error         // when it is done
	then   func(error)   // told instead of the node, if the engine began it
}

// Read returns the content of a file as the node last wrote it, synced or not;
// nil if there is none. The slice is valid until the next write and must not be changed. With a [disk.ShortError], which a fault
// may bring about, it is the beginning of the content.
func (e *Env) Read(file string) ([]byte, error) {
	data, err := e.s.disk.Read(file)
	e.w.answered(e.s, err)
	return data, err
}

// ReadAt returns at most size bytes of a file from an offset on, as [Env.Read] does: fewer at the end of the file, or with a [disk.ShortError].
func (e *Env) ReadAt(file string, offset, size int) ([]byte, error) {
	data, err := e.s.disk.ReadAt(file, offset, size)
	e.w.answered(e.s, err)
	return data, err
}

// Size is the length of a file in bytes; ok is false if there is none. No fault makes it fail.
func (e *Env) Size(file string) (size int, ok bool) { return e.s.disk.Size(file) }

// DiskErrors is how often the disk has answered an error of the device to the node, since it booted: it failed, or was full.
func (e *Env) DiskErrors() int { return e.s.diskErrors }

// Syncing is how many syncs of the node go on: a fault may hold them up for long.
func (e *Env) Syncing() int { return e.s.syncing }

// answered follows each call of a disk: it counts the errors, and the faults that hit.
func (w *world) answered(s *server, err error) {
	if errors.Is(err, disk.ErrIO) || errors.Is(err, disk.ErrFull) {
		s.diskErrors++
		w.troubled = w.now
	}
	for _, i := range s.disk.Struck() {
		w.tookEffect(i)
	}
}

// Append adds data at the end of a file, which need not exist. Not durable before a Sync. With a [disk.ShortError], which a fault may
// bring about, it added the beginning of data.
func (e *Env) Append(file string, data []byte) error {
	e.w.beforeWrite(e.s)
	err := e.s.disk.Append(file, data)
	e.w.wrote(e.s, file, "append", len(data), err)
	return err
}

// WriteAt overwrites a part of a file, which grows as needed. Not durable before a Sync. With a [disk.ShortError] it wrote the
// beginning of data.
func (e *Env) WriteAt(file string, offset int, data []byte) error {
	e.w.beforeWrite(e.s)
	err := e.s.disk.WriteAt(file, offset, data)
	e.w.wrote(e.s, file, "write", len(data), err)
	return err
}

// Truncate cuts a file to size bytes. Not durable before a Sync.
func (e *Env) Truncate(file string, size int) error {
	e.w.beforeWrite(e.s)
	err := e.s.disk.Truncate(file, size)
	e.w.wrote(e.s, file, "truncate to", size, err)
	return err
}

// Rename moves a file over another atomically. Not durable before a Sync of the new name.
func (e *Env) Rename(from, to string) error {
	e.w.beforeWrite(e.s)
	err := e.s.disk.Rename(from, to)
	e.w.wrote(e.s, to, "rename "+from+" to", -1, err)
	return err
}

// Remove deletes a file. Not durable before a Sync of its name.
func (e *Env) Remove(file string) error {
	e.w.beforeWrite(e.s)
	err := e.s.disk.Remove(file)
	e.w.wrote(e.s, file, "remove", -1, err)
	return err
}

// Sync makes all earlier writes to a file durable; it takes virtual time and
// ends with [SyncHandler]'s Synced. A crash before that may lose any of them.
func (e *Env) Sync(file string, id SyncID) { e.sync(file, disk.Whole, id) }

// SyncData is [Env.Sync] of the file's data alone: all that POSIX promises of fsync. A new file may still be lost by a crash, and a
// renamed one have its old name, until a SyncName.
func (e *Env) SyncData(file string, id SyncID) { e.sync(file, disk.Data, id) }

// SyncName is [Env.Sync] of every change of the file's name alone, its creation and removal too: what fsync of a folder does to each
// name in it.
func (e *Env) SyncName(file string, id SyncID) { e.sync(file, disk.Name, id) }

func (e *Env) sync(file string, part disk.Part, id SyncID) {
	if e.s.onSync == nil && e.s.node != nil {
		panic(fmt.Sprintf("sim: Sync by a node of type %T, which has no method Synced(sim.SyncID, error)", e.s.node))
	}
	e.w.beforeWrite(e.s)
	e.w.beginSync(e.s, file, part, id, nil)
}

// beforeWrite counts the disk operations of a handler, where a fault waits for one of them.
func (w *world) beforeWrite(s *server) {
	if s.dieIn > 0 {
		if s.dieIn--; s.dieIn == 0 {
			panic(death{node: s.id, step: s.dieBy})
		}
	}
}

// wrote follows each change of a disk.
func (w *world) wrote(s *server, file, did string, n int, err error) {
	w.answered(s, err)
	if w.trace != nil {
		text := did + " " + file
		if n >= 0 {
			text = fmt.Sprintf("%s %s %d B", did, file, n)
		}
		if err != nil {
			text += ": " + err.Error()
		}
		w.record(Record{Kind: Written, Node: s.id, Text: text})
	}
	w.happened("write", s.id)
}

// beginSync begins a sync, at once or when the node's work is done.
func (w *world) beginSync(s *server, file string, part disk.Part, id SyncID, then func(error)) {
	s.syncing++
	slot := w.syncs.take()
	if slot > maxSlot {
		w.limit("more than 4 million syncs were under way")
		slot = maxSlot
	}
	w.syncs.items[slot] = sync{node: s.id, life: s.boots, ticket: s.disk.BeginSync(file, part), id: id, file: file, cause: w.events, then: then}
	if s.busy > w.now {
		s.outbox = append(s.outbox, outgoing{s.busy, onSync, slot, w.events})
	} else {
		w.schedule(s, slot)
	}
	w.happened("sync", s.id)
}

// schedule decides how long a sync takes.
func (w *world) schedule(s *server, slot int) {
	y := &w.syncs.items[slot]
	y.key = s.syncNth.next(w.now)
	d := time.Duration(0)
	if v, ok := w.over.decision(syncName, uint64(s.id), y.key); ok {
		d = time.Duration(max(0, v))
	} else {
		d = w.syncTime.Draw(w.draws.sync.Draw(uint64(s.id), y.key))
	}
	y.more = s.syncMore
	w.at(w.now+Time(d+y.more), onSync, slot)
}

// syncDone is called when a sync completes: what it covers is durable from now on,
// even if the node hears of it later.
func (w *world) syncDone(slot int) {
	y := &w.syncs.items[slot]
	s := &w.servers[y.node]
	if !s.up || s.boots != y.life {
		w.syncs.give(slot)
		return
	}
	if s.syncStall > 0 {
		s.stalled = append(s.stalled, slot)
		return
	}
	y.err = s.disk.EndSync(y.ticket)
	w.answered(s, y.err)
	if s.waits(w.now) {
		s.later(onSync, slot)
		return
	}
	w.syncTold(s, slot)
}

// syncTold tells a node that its sync completed.
func (w *world) syncTold(s *server, slot int) {
	y := w.syncs.items[slot]
	w.syncs.give(slot)
	s.syncing--
	w.begin(didSync, s.id, 0, y.cause)
	w.hash = w.hash.Word(uint64(y.id), uint64(len(y.file)))
	if w.trace != nil {
		text := y.file
		if y.err != nil {
			text += ": " + y.err.Error()
		}
		w.record(Record{Kind: SyncDone, Node: s.id, Text: text, Key: keyText(s.id.String(), y.key)})
	}
	w.enter(s)
	switch {
	case y.then != nil:
		y.then(y.err)
	case s.onSync == nil:
		panic(fmt.Sprintf("sim: a sync was begun at boot by a node of type %T, which has no method Synced(sim.SyncID, error)", s.node))
	default:
		s.onSync.Synced(y.id, y.err)
	}
	w.handled(s)
	w.happened("synced", s.id)
}
