package disk

import "simrun/sim/rng"

var forsaken = rng.Of("failed sync")

// Ticket names a sync that is under way.
type Ticket int

// inflight is what a sync covers.
type inflight struct {
	open  bool
	file  string // that was asked for
	names bool   // changes of its name are covered
	inode int    // content that the name led to, and that is covered; -1 if none
	upto  uint64 // operations before this number
}

// What a sync makes durable of a file.
type Part uint8

const (
	Whole Part = iota // its data, and every change of its name: what fsync does on the usual file systems of Linux
	Data              // its data: all that POSIX promises of fsync, so that a new file may still be without a name
	Name              // every change of its name: what fsync of its folder does, as far as this file goes
)

// BeginSync begins to make a part of a file durable, as far as it was done. Operations that come later are not covered.
// The effect comes with [Disk.EndSync]; a crash before it voids the ticket.
func (d *Disk) BeginSync(path string, part Part) Ticket {
	s := inflight{open: true, file: path, names: part != Data, inode: -1, upto: d.next}
	if i, ok := find(d.seen, path); ok && part != Name {
		s.inode = d.seen[i].inode
	}
	for t := range d.syncs {
		if !d.syncs[t].open {
			d.syncs[t] = s
			return Ticket(t)
		}
	}
	d.syncs = append(d.syncs, s)
	return Ticket(len(d.syncs) - 1)
}

// EndSync completes a sync: what it covers is durable, unless the error says
// that the device failed. Then all of it stays unsynced, and each of the writes is, as often as not, lost
// for good: the node still reads it, but no later sync makes it durable, and a crash of any kind takes it. So
// do kernels that mark the pages clean which they could not write, and the only way out is to write again
// (Rebello et al., ATC'20, "Can Applications Recover from fsync Failures?"). It panics if the ticket is
// not open.
func (d *Disk) EndSync(t Ticket) error {
	s := d.close(t)
	if d.fails(Syncs, s.file, "") {
		v := d.draw(forsaken)
		d.forsake(s, func() bool {
			v = v.Next()
			return v.Chance(1, 2)
		})
		return ErrIO
	}
	d.flush(s)
	return nil
}

// close takes a ticket back.
func (d *Disk) close(t Ticket) inflight {
	if int(t) >= len(d.syncs) || !d.syncs[t].open {
		panic("disk: EndSync of a sync that is not under way")
	}
	d.syncs[t].open = false
	return d.syncs[t]
}

// covers reports whether a sync makes a change of content durable.
func (s *inflight) covers(o *op) bool {
	return o.seq < s.upto && !o.kind.naming() && o.meant == s.inode
}

// forsake drops those of the writes which a sync covers that are lost, oldest first, from what can become durable.
func (d *Disk) forsake(s inflight, lost func() bool) {
	kept := d.pending[:0]
	for i := range d.pending {
		if o := &d.pending[i]; !s.covers(o) || o.kind != write || !lost() {
			kept = append(kept, *o)
		}
	}
	clear(d.pending[len(kept):])
	d.pending = kept
	d.compact()
}

// flush stores the operations that a sync covers and drops them from the list.
func (d *Disk) flush(s inflight) {
	covered := d.namings(s)
	kept := d.pending[:0]
	for i := range d.pending {
		o := &d.pending[i]
		if s.covers(o) || o.kind.naming() && has(covered, o.seq) {
			d.store(o)
			continue
		}
		kept = append(kept, *o)
	}
	clear(d.pending[len(kept):])
	d.pending = kept
	if s.inode >= 0 {
		d.join(s.inode)
	}
	d.compact()
}

// namings lists the naming operations that a sync of a name makes durable:
// those that touch it, and those before them that touch the names that they
// touch, since a rename depends on the creation of what it moves.
func (d *Disk) namings(s inflight) []uint64 {
	var names []string
	var list []uint64
	if !s.names {
		return nil
	}
	for i := len(d.pending) - 1; i >= 0; i-- {
		o := &d.pending[i]
		if !o.kind.naming() || o.seq >= s.upto {
			continue
		}
		if names == nil {
			names = append(names, s.file)
		}
		if !touchesAny(o, names) {
			continue
		}
		list = append(list, o.seq)
		names = append(names, o.name)
		if o.kind == rename {
			names = append(names, o.to)
		}
	}
	return list
}

func touchesAny(o *op, names []string) bool {
	for _, n := range names {
		if o.touches(n) {
			return true
		}
	}
	return false
}

func has(list []uint64, seq uint64) bool {
	for _, s := range list {
		if s == seq {
			return true
		}
	}
	return false
}

// compactAbove is the size of the arena below which holes in it are not worth
// a copy.
const compactAbove = 64 << 10

// compact gives back the bytes of writes that are no longer pending.
func (d *Disk) compact() {
	if len(d.pending) == 0 {
		d.arena = d.arena[:0]
		d.forget()
		return
	}
	if len(d.arena) < compactAbove {
		return
	}
	live := 0
	for i := range d.pending {
		if d.kept(&d.pending[i]) {
			live += len(d.pending[i].data)
		}
	}
	if 2*live > len(d.arena) {
		return
	}
	d.arena = make([]byte, 0, 2*live)
	for i := range d.pending {
		if d.kept(&d.pending[i]) {
			d.pending[i].data = d.keep(d.pending[i].data)
		}
	}
}

// kept reports whether the bytes of a pending operation are in the arena.
func (d *Disk) kept(o *op) bool { return o.kind == write && d.files[o.inode].split }

// forgetAbove is the number of contents per name above which those without a
// name are dropped.
const forgetAbove = 8

// forget gives back contents that no name leads to, when nothing is pending. A
// sync under way has nothing left to cover by then, and forgets what it was for.
func (d *Disk) forget() {
	if len(d.files) <= forgetAbove*(len(d.seen)+1) {
		return
	}
	files := make([]file, 0, len(d.seen))
	for i := range d.seen {
		files = append(files, d.files[d.seen[i].inode])
		d.seen[i].inode = i
	}
	d.files = files
	for t := range d.syncs {
		d.syncs[t].inode = -1
	}
	d.stored = append(d.stored[:0], d.seen...)
}
