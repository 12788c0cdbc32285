package sim

import (
	"fmt"

	"simrun/sim/disk"
)

// soon runs f as a handler of its own of a node, at once.
func (w *world) soon(s *server, f func()) {
	s.deferred = append(s.deferred, f)
	w.setTimer(s, deferTimer, 0)
}

// runDeferred runs what a node is to be told.
func (w *world) runDeferred(s *server) {
	list := s.deferred
	s.deferred = nil
	for _, f := range list {
		f()
	}
}

// save is a file that is being saved by [Env.SaveFile].
type save struct {
	file string
	data []byte
	done func(error)
}

// SaveFile replaces the content of a file durably and atomically: whenever the node crashes, the
// file holds the old content or the new, whole. done runs as a handler of this node when the new
// content is durable, or with an error when the disk refused, after which the file may hold either; it never
// runs if the node crashes before. Saves of one file happen in the order of the calls, one at a time.
//
// It writes data to file+".new", syncs it, renames it over file and syncs that: a rename alone may
// survive a crash that the data does not (Pillai et al., OSDI'14).
func (e *Env) SaveFile(file string, data []byte, done func(err error)) {
	if done == nil {
		panic("sim: SaveFile without a function that takes the outcome")
	}
	busy := false
	for _, other := range e.s.saves {
		busy = busy || other.file == file
	}
	x := &save{file: file, data: append([]byte(nil), data...), done: done}
	e.s.saves = append(e.s.saves, x)
	if !busy {
		e.w.beginSave(e.s, x)
	}
}

// beginSave writes the new content next to the old, and syncs it.
func (w *world) beginSave(s *server, x *save) {
	e, fresh := s.env, x.file+".new"
	old, err := e.Read(fresh)
	if err == nil && old != nil {
		err = e.Truncate(fresh, 0)
	}
	if err == nil {
		err = e.WriteAt(fresh, 0, x.data)
	}
	if err != nil {
		w.soon(s, func() { w.endSave(s, x, err) })
		return
	}
	w.beforeWrite(s)
	w.beginSync(s, fresh, disk.Whole, 0, func(err error) {
		if err == nil {
			err = e.Rename(fresh, x.file)
		}
		if err != nil {
			w.endSave(s, x, err)
			return
		}
		w.beforeWrite(s)
		w.beginSync(s, x.file, disk.Whole, 0, func(err error) { w.endSave(s, x, err) })
	})
}

// endSave tells the node how a save ended, and begins the next of the same file.
func (w *world) endSave(s *server, x *save, err error) {
	kept := s.saves[:0]
	var next *save
	for _, other := range s.saves {
		if other == x {
			continue
		}
		if next == nil && other.file == x.file {
			next = other
		}
		kept = append(kept, other)
	}
	s.saves = kept
	if next != nil {
		w.beginSave(s, next)
	}
	if err != nil {
		err = fmt.Errorf("save %s: %w", x.file, err)
	}
	x.done(err)
}
