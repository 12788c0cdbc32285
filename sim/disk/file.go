package disk

import (
	"bytes"
	"slices"
)

// file is one content, whatever its names. While the node only appends, what is
// durable is the beginning of what the node sees, and no byte is kept twice.
type file struct {
	seen    []byte // as the node sees it
	durable int    // so much of seen is stored, unless it is split
	split   bool   // the node changed what is stored: base keeps it
	base    []byte
}

// stored is what is durable.
func (f *file) stored() []byte {
	if f.split {
		return f.base
	}
	return f.seen[:f.durable]
}

// change makes an operation on a content seen, and gives it bytes of its own.
func (d *Disk) change(o *op) {
	f := &d.files[o.inode]
	if o.kind == write && o.at == len(f.seen) {
		f.seen = appendTo(f.seen, o.data)
		o.data = f.seen[o.at:len(f.seen):len(f.seen)]
		if f.split {
			o.data = d.keep(o.data)
		}
		return
	}
	d.split(o.inode)
	o.data = d.keep(o.data)
	f.seen = o.apply(f.seen)
}

// appendTo appends with a capacity that doubles, since a log grows all its life.
func appendTo(b, data []byte) []byte {
	if len(b)+len(data) > cap(b) {
		b = slices.Grow(b, max(len(data), len(b)))
	}
	return append(b, data...)
}

// split parts what is stored from what the node sees, before the node changes it.
func (d *Disk) split(inode int) {
	f := &d.files[inode]
	if f.split {
		return
	}
	f.split = true
	f.base = append(f.base[:0], f.seen[:f.durable]...)
	for i := range d.pending {
		if o := &d.pending[i]; o.inode == inode && o.kind == write {
			o.data = d.keep(o.data)
		}
	}
}

// join ends a split when all is stored that the node did.
func (d *Disk) join(inode int) {
	f := &d.files[inode]
	if !f.split {
		return
	}
	for i := range d.pending {
		if o := &d.pending[i]; o.inode == inode && !o.kind.naming() {
			return
		}
	}
	if !bytes.Equal(f.seen, f.base) {
		return // damage that the node does not see before it reads again
	}
	f.split, f.durable, f.base = false, len(f.seen), f.base[:0]
}

// store makes an operation durable.
func (d *Disk) store(o *op) {
	if o.kind.naming() {
		d.stored = o.rename(d.stored)
		return
	}
	f := &d.files[o.inode]
	if !f.split && o.kind == write && o.at == f.durable {
		f.durable += len(o.data)
		return
	}
	d.split(o.inode)
	f.base = o.apply(f.base)
}

// apply makes a write or a truncate on a content.
func (o *op) apply(content []byte) []byte {
	if o.kind == truncate {
		return resize(content, o.at)
	}
	if o.at > len(content) {
		content = resize(content, o.at) // a gap reads as zeros
	}
	n := copy(content[o.at:], o.data)
	return append(content, o.data[n:]...)
}

// resize cuts a content or lengthens it with zeros.
func resize(content []byte, size int) []byte {
	if size <= len(content) {
		return content[:size]
	}
	old := len(content)
	content = slices.Grow(content, size-old)[:size]
	clear(content[old:])
	return content
}

// Stored returns what is durable of a file: what a crash leaves that takes all else; nil if no file would have that name. The slice
// is valid until the next call that changes the disk, and must not be changed.
func (d *Disk) Stored(path string) []byte {
	i, ok := find(d.stored, path)
	if !ok {
		return nil
	}
	return d.files[d.stored[i].inode].stored()
}
