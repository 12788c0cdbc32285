// Package saved keeps the state of a node that is written as straight code (package blocking) in one file. One save takes along all that changed while
// the one before it went on.
package saved

import (
	"time"

	"simrun/sim/blocking"
)

// retry is how long a node waits when its disk has refused.
const retry = 50 * time.Millisecond

// MarkRefused is a state worth reaching.
const MarkRefused = "the disk refused a save"

// File is the state of a node, and how much of it the disk holds.
type File struct {
	Name    string
	Encode  func(changes uint64) []byte            // the content of the file
	Stored  func(p *blocking.Proc, changes uint64) // is called when the disk holds it; may be nil
	Changes uint64                                 // of the state, since the node first started; the file holds it too

	durable uint64
	waiting []*blocking.Mailbox[bool]
}

// Read reads the file, until the disk does not refuse.
func (f *File) Read(p *blocking.Proc) []byte {
	b, err := p.Read(f.Name)
	for ; err != nil; b, err = p.Read(f.Name) {
		p.Sleep(retry)
	}
	return b
}

// Recovered says that the disk holds the state as it is, of so many changes.
func (f *File) Recovered(changes uint64) { f.Changes, f.durable = changes, changes }

// Change notes that the state has changed, and returns the number of the change.
func (f *File) Change(p *blocking.Proc) uint64 {
	if f.Changes++; f.Changes == f.durable+1 {
		p.Go(f.persist) // it does not run yet
	}
	return f.Changes
}

// persist saves until the disk holds everything.
func (f *File) persist(p *blocking.Proc) {
	for f.durable < f.Changes {
		upTo := f.Changes
		if p.SaveFile(f.Name, f.Encode(upTo)) != nil {
			p.Sometimes(MarkRefused)
			p.Sleep(retry)
			continue
		}
		f.durable = upTo
		if f.Stored != nil {
			f.Stored(p, upTo)
		}
		for _, box := range f.waiting {
			box.Put(p, true)
		}
		f.waiting = nil
	}
}

// Await waits until the disk holds a change and all before it.
func (f *File) Await(p *blocking.Proc, change uint64) {
	for f.durable < change {
		box := &blocking.Mailbox[bool]{}
		f.waiting = append(f.waiting, box)
		box.Get(p, blocking.Forever)
	}
}
