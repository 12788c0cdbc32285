package disk

import (
	"slices"

	"simrun/sim/rng"
)

// Cut damages a stored file, as a file system does that lost a part of what it knew of it: all after the first size bytes is gone.
// With size 0 it is drawn from v how much is left, and with an empty path of which file. What the node wrote and did not sync
// is still written behind, where it was meant to be. ok is false if there is no such file that is longer.
func (d *Disk) Cut(path string, size int, v rng.Value) (file string, left int, ok bool) {
	n, ok := d.victim(path, size, v)
	if !ok {
		return "", 0, false
	}
	if size == 0 {
		size = int(v.Next().N(uint64(len(d.files[n.inode].stored()))))
	}
	d.split(n.inode)
	f := &d.files[n.inode]
	f.base = f.base[:size]
	f.seen = append(f.seen[:0], f.base...)
	for i := range d.pending {
		if o := &d.pending[i]; o.inode == n.inode && !o.kind.naming() {
			f.seen = o.apply(f.seen)
		}
	}
	d.join(n.inode)
	return n.text, size, true
}

// Lose damages the disk by the loss of a stored file, with what was not synced of it. With an empty path it is drawn from v which one,
// of those that are not empty. ok is false if there is none.
func (d *Disk) Lose(path string, v rng.Value) (gone string, ok bool) {
	n, ok := d.victim(path, 0, v)
	if !ok {
		return "", false
	}
	lost := func(x name) bool { return x.inode == n.inode }
	d.stored, d.seen = slices.DeleteFunc(d.stored, lost), slices.DeleteFunc(d.seen, lost)
	d.pending = slices.DeleteFunc(d.pending, func(o op) bool { return o.inode == n.inode })
	d.files[n.inode] = file{}
	return n.text, true
}

// victim draws a stored file that is longer than size.
func (d *Disk) victim(path string, size int, v rng.Value) (name, bool) {
	var list []name
	for _, n := range d.stored {
		if (path == "" || n.text == path) && len(d.files[n.inode].stored()) > size {
			list = append(list, n)
		}
	}
	if len(list) == 0 {
		return name{}, false
	}
	return list[v.N(uint64(len(list)))], true
}
