// Package disk is the disk of one node: bytes in files, of which a crash takes
// what was not synced.
//
// The disk keeps two views. One is what the node reads: all that it wrote. The
// other is what is durable: what a sync completed. Between them is the list
// of unsynced operations, from which [Disk.Crash] chooses what survives. A
// write reaches the platter in sectors of [SectorSize] bytes, each for itself, as
// real disks promise no more (Pillai et al., OSDI'14, "All File Systems Are Not
// Created Equal", and the storage fault model of Ganesan et al., FAST'17).
//
// Data and names are different things: a name leads to a file's content, and
// creating, renaming and removing change names only. Renaming a file whose data
// is not synced may therefore survive without the data.
package disk

import (
	"errors"
	"slices"

	"simrun/sim/rng"
)

// SectorSize is what a disk writes whole or not at all, in bytes.
const SectorSize = 512

// MaxFileSize bounds a file, so that a wrong offset ends as an error and not as
// a lack of memory.
const MaxFileSize = 1 << 30

var (
	// ErrIO is the answer to a call that the device failed.
	ErrIO = errors.New("disk: input/output error")
	// ErrFull is the answer to a write that needs more space than is left.
	ErrFull = errors.New("disk: no space left on device")
	// ErrNotExist is the answer to a call that needs a file that is not there.
	ErrNotExist = errors.New("disk: file does not exist")
	// ErrRange is the answer to a call with a negative or too large offset or size.
	ErrRange = errors.New("disk: offset out of range")
)

// Disk is the disk of one node. The zero value is empty and healthy.
type Disk struct {
	files   []file     // by inode; a content lives as long as the disk
	seen    []name     // names as the node sees them, in order of name
	stored  []name     // names that are durable, in order of name
	pending []op       // unsynced operations, oldest first
	next    uint64     // sequence number of the next operation
	syncs   []inflight // syncs under way, by ticket
	arena   []byte     // bytes that pending writes carry
	health  health     // faults that are in force
	struck  []int      // failures that hit a call, and whose owner does not know yet
	seed    uint64     // of keyed decisions
	who     uint64     // whose disk it is, in keyed decisions
	calls   uint64     // ordinal of keyed decisions
}

// name leads to a content.
type name struct {
	text  string
	inode int
}

// New returns an empty disk whose keyed decisions are those of a run's seed and
// of the disk's owner.
func New(seed, who uint64) *Disk { return &Disk{seed: seed, who: who} }

// Read returns the content of a file as the node last wrote it, synced or not;
// nil if there is no such file. The slice is valid until the next call that changes
// the disk, and must not be changed. With a [ShortError] it is the beginning of the content.
func (d *Disk) Read(path string) ([]byte, error) { return d.ReadAt(path, 0, MaxFileSize) }

// ReadAt returns at most size bytes of a file from an offset on, as [Disk.Read] does: fewer at the end of the file, or with a [ShortError].
func (d *Disk) ReadAt(path string, offset, size int) ([]byte, error) {
	if offset < 0 || size < 0 {
		return nil, ErrRange
	}
	var content []byte
	if i, ok := find(d.seen, path); ok {
		content = d.files[d.seen[i].inode].seen
	}
	content = content[min(offset, len(content)):]
	content = content[:min(size, len(content))]
	if len(d.health.failures) == 0 {
		return content, nil
	}
	may, err := d.strike(Reads, path, "", len(content))
	switch {
	case err != nil:
		return nil, err
	case may < len(content):
		return content[:may], ShortError{may, len(content)}
	}
	return content, nil
}

// Size returns how long a file is that the node sees; ok is false if there is none. It never fails.
func (d *Disk) Size(path string) (size int, ok bool) {
	i, ok := find(d.seen, path)
	if !ok {
		return 0, false
	}
	return len(d.files[d.seen[i].inode].seen), true
}

// Append adds data at the end of a file, which need not exist. With a [ShortError] it added the beginning of data.
func (d *Disk) Append(path string, data []byte) error {
	size := 0
	if i, ok := find(d.seen, path); ok {
		size = len(d.files[d.seen[i].inode].seen)
	}
	return d.WriteAt(path, size, data)
}

// WriteAt overwrites a part of a file, which need not exist and grows as
// needed; a gap reads as zeros. With a [ShortError] it wrote the beginning of data.
func (d *Disk) WriteAt(path string, offset int, data []byte) error {
	if offset < 0 || len(data) > MaxFileSize || offset > MaxFileSize-len(data) {
		return ErrRange
	}
	asked := len(data)
	if len(d.health.failures) > 0 {
		may, err := d.strike(Writes, path, "", asked)
		if err != nil {
			return err
		}
		data = data[:may]
	}
	i, ok := find(d.seen, path)
	if d.health.full && (!ok || offset+len(data) > len(d.files[d.seen[i].inode].seen)) {
		return ErrFull
	}
	inode := 0
	if ok {
		inode = d.seen[i].inode
	} else {
		inode = d.create(path)
	}
	if len(data) == 0 {
		return nil
	}
	o := op{kind: write, inode: inode, meant: inode, at: offset, data: data}
	if d.health.misdirect > 0 {
		d.health.misdirect--
		o.inode, o.at = d.astray(inode, offset, len(data))
	}
	d.add(o)
	if len(data) < asked {
		return ShortError{len(data), asked}
	}
	return nil
}

// Truncate cuts a file to size bytes, or lengthens it with zeros.
func (d *Disk) Truncate(path string, size int) error {
	if size < 0 || size > MaxFileSize {
		return ErrRange
	}
	if d.fails(Truncates, path, "") {
		return ErrIO
	}
	i, ok := find(d.seen, path)
	if !ok {
		return ErrNotExist
	}
	inode := d.seen[i].inode
	if d.health.full && size > len(d.files[inode].seen) {
		return ErrFull
	}
	d.add(op{kind: truncate, inode: inode, meant: inode, at: size})
	return nil
}

// Rename moves a file over another, or to a new name, atomically.
func (d *Disk) Rename(from, to string) error {
	if d.fails(Renames, from, to) {
		return ErrIO
	}
	i, ok := find(d.seen, from)
	if !ok {
		return ErrNotExist
	}
	if from == to {
		return nil
	}
	d.add(op{kind: rename, inode: d.seen[i].inode, name: from, to: to})
	return nil
}

// Remove deletes a file.
func (d *Disk) Remove(path string) error {
	if d.fails(Removes, path, "") {
		return ErrIO
	}
	i, ok := find(d.seen, path)
	if !ok {
		return ErrNotExist
	}
	d.add(op{kind: remove, inode: d.seen[i].inode, name: path})
	return nil
}

// Files lists the names that the node sees, in order.
func (d *Disk) Files() []string {
	list := make([]string, len(d.seen))
	for i, n := range d.seen {
		list[i] = n.text
	}
	return list
}

// Wipe empties the disk, as if it had been replaced by a new one. Faults in
// force stay.
func (d *Disk) Wipe() {
	*d = Disk{next: d.next, health: d.health, seed: d.seed, who: d.who, calls: d.calls}
}

// create adds an empty content under a new name.
func (d *Disk) create(path string) int {
	d.files = append(d.files, file{})
	inode := len(d.files) - 1
	d.add(op{kind: create, inode: inode, name: path})
	return inode
}

// keep copies data to where it stays until it is synced or lost.
func (d *Disk) keep(data []byte) []byte {
	start := len(d.arena)
	d.arena = append(d.arena, data...)
	return d.arena[start:len(d.arena):len(d.arena)]
}

// draw is the next keyed decision of this disk.
func (d *Disk) draw(what rng.Name) rng.Value {
	d.calls++
	return rng.Draw(d.seed, what, d.who, d.calls)
}

func find(names []name, path string) (int, bool) {
	return slices.BinarySearchFunc(names, path, func(n name, p string) int {
		switch {
		case n.text < p:
			return -1
		case n.text > p:
			return 1
		}
		return 0
	})
}
