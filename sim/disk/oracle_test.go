package disk_test

import (
	"maps"
	"slices"

	"simrun/sim/disk"
)

// dumbDisk is the oracle: it remembers every operation that ever was, and replays
// them, byte by byte, whenever it is asked.
type dumbDisk struct {
	log   []dumbOp // what the node did since the last crash
	base  []dumbOp // what is durable, in the order in which it became so
	inode int
}

type dumbOp struct {
	kind     string
	inode    int
	at       int  // of a truncate, or of the byte that rots
	flip     byte // the bit that rots
	bytes    map[int]byte
	name, to string
	stored   bool
	lost     bool // the node sees it, and that is all
}

// state is what a list of operations leads to.
type state struct {
	names map[string]int
	data  map[int][]byte
}

func replay(ops []dumbOp) state {
	s := state{map[string]int{}, map[int][]byte{}}
	for _, o := range ops {
		switch o.kind {
		case "create":
			s.names[o.name] = o.inode
		case "remove":
			if s.names[o.name] == o.inode {
				delete(s.names, o.name)
			}
		case "rename":
			for n, i := range s.names {
				if i == o.inode {
					delete(s.names, n)
				}
			}
			s.names[o.to] = o.inode
		case "lose":
			maps.DeleteFunc(s.names, func(_ string, i int) bool { return i == o.inode })
			delete(s.data, o.inode)
		case "truncate":
			s.data[o.inode] = sized(s.data[o.inode], o.at)
		case "rot":
			s.data[o.inode][o.at] ^= o.flip
		case "write":
			for at, x := range o.bytes {
				if at >= len(s.data[o.inode]) {
					s.data[o.inode] = sized(s.data[o.inode], slices.Max(slices.Collect(maps.Keys(o.bytes)))+1)
				}
				s.data[o.inode][at] = x
			}
		}
	}
	return s
}

func sized(b []byte, n int) []byte {
	out := make([]byte, n)
	copy(out, b)
	return out
}

// view is what the node sees: what it did, in its own order. A sync may store a later
// operation before an earlier one of another file, and none may notice.
func (d *dumbDisk) view() map[string][]byte { return files(replay(d.log)) }

func (d *dumbDisk) unsynced() []dumbOp {
	var list []dumbOp
	for _, o := range d.log {
		if !o.stored && !o.lost {
			list = append(list, o)
		}
	}
	return list
}

func files(s state) map[string][]byte {
	m := map[string][]byte{}
	for n, i := range s.names {
		m[n] = append([]byte{}, s.data[i]...)
	}
	return m
}

func (d *dumbDisk) write(file string, at int, data []byte) {
	s := replay(d.log)
	i, ok := s.names[file]
	if !ok {
		d.inode++
		i = d.inode
		d.log = append(d.log, dumbOp{kind: "create", inode: i, name: file})
	}
	if len(data) == 0 {
		return
	}
	if at < 0 {
		at = len(s.data[i])
	}
	b := map[int]byte{}
	for k, x := range data {
		b[at+k] = x
	}
	d.log = append(d.log, dumbOp{kind: "write", inode: i, bytes: b})
}

func (d *dumbDisk) truncate(file string, size int) bool {
	i, ok := replay(d.log).names[file]
	if ok {
		d.log = append(d.log, dumbOp{kind: "truncate", inode: i, at: size})
	}
	return ok
}

func (d *dumbDisk) rename(from, to string) bool {
	i, ok := replay(d.log).names[from]
	if ok && from != to {
		d.log = append(d.log, dumbOp{kind: "rename", inode: i, name: from, to: to})
	}
	return ok
}

func (d *dumbDisk) remove(file string) bool {
	i, ok := replay(d.log).names[file]
	if ok {
		d.log = append(d.log, dumbOp{kind: "remove", inode: i, name: file})
	}
	return ok
}

// dumbSync is a sync under way.
type dumbSync struct {
	file  string
	part  disk.Part
	inode int
	upto  int // length of the log
}

func (d *dumbDisk) begin(file string, part disk.Part) dumbSync {
	i, ok := replay(d.log).names[file]
	if !ok || part == disk.Name {
		i = -1
	}
	return dumbSync{file, part, i, len(d.log)}
}

// end marks what the sync covers, by a fixed point over names.
func (d *dumbDisk) end(s dumbSync) {
	want := map[int]bool{} // naming operations
	for again := s.part != disk.Data; again; {
		again = false
		for k := range d.log[:s.upto] {
			o := d.log[k]
			if o.data() || o.stored || o.lost || want[k] {
				continue
			}
			needed := o.name == s.file || o.to == s.file && o.kind == "rename"
			for w := range want {
				if w > k && touch(o, d.log[w]) {
					needed = true
				}
			}
			if needed {
				want[k], again = true, true
			}
		}
	}
	for k := range d.log[:s.upto] {
		o := &d.log[k]
		if !o.stored && !o.lost && (o.data() && o.inode == s.inode || want[k]) {
			o.stored = true
			d.base = append(d.base, *o)
		}
	}
}

// data reports whether it changes a content.
func (o *dumbOp) data() bool { return o.kind == "write" || o.kind == "truncate" }

// fail is the end of a sync that the device failed: of the writes that it covers, some are lost.
func (d *dumbDisk) fail(s dumbSync, lost func() bool) {
	for k := range d.log[:s.upto] {
		if o := &d.log[k]; o.kind == "write" && o.inode == s.inode && !o.stored && !o.lost {
			o.lost = lost()
		}
	}
}

// kept is what a crash leaves that takes nothing but what is lost anyway.
func (d *dumbDisk) kept() map[string][]byte {
	if slices.ContainsFunc(d.log, func(o dumbOp) bool { return o.lost }) {
		return files(replay(append(slices.Clone(d.base), d.unsynced()...)))
	}
	return d.view()
}

// rot flips a bit of what is stored. The node sees it where it reads what is stored: not where an operation that is not
// synced decides the byte, nor where it still has another that a failed sync lost.
func (d *dumbDisk) rot(file string, at int, flip byte) {
	stored := replay(d.base)
	o := dumbOp{kind: "rot", inode: stored.names[file], at: at, flip: flip, stored: true}
	seen := replay(d.log).data[o.inode]
	overwritten := slices.ContainsFunc(d.unsynced(), func(x dumbOp) bool {
		_, written := x.bytes[at]
		return x.inode == o.inode && (written || x.kind == "truncate" && x.at <= at)
	})
	if at < len(seen) && seen[at] == stored.data[o.inode][at] && !overwritten {
		d.log = append(d.log, o)
	}
	d.base = append(d.base, o)
}

// cut leaves so many bytes of what is stored. The node reads them again, with what it did and did not sync.
func (d *dumbDisk) cut(file string, left int) {
	stored := replay(d.base)
	inode := stored.names[file]
	content := map[int]byte{}
	for at, x := range stored.data[inode][:left] {
		content[at] = x
	}
	first := true
	for k := range d.log {
		if o := &d.log[k]; o.inode == inode && (o.data() || o.kind == "rot") && (o.stored || o.lost) {
			*o = dumbOp{kind: "write", inode: inode, stored: true}
			if first {
				o.bytes, first = content, false
			}
		}
	}
	d.base = append(d.base, dumbOp{kind: "truncate", inode: inode, at: left, stored: true})
}

// lose takes a content and every way to it.
func (d *dumbDisk) lose(file string) {
	o := dumbOp{kind: "lose", inode: replay(d.base).names[file], stored: true}
	for k := range d.log {
		if x := &d.log[k]; x.inode == o.inode && !x.stored {
			x.lost = true
		}
	}
	d.log, d.base = append(d.log, o), append(d.base, o)
}

// clone is a disk with the same past.
func (d *dumbDisk) clone() *dumbDisk {
	return &dumbDisk{log: slices.Clone(d.log), base: slices.Clone(d.base), inode: d.inode}
}

func touch(a, b dumbOp) bool {
	for _, x := range []string{a.name, a.to} {
		if x != "" && (x == b.name || x == b.to) {
			return true
		}
	}
	return false
}

// units cuts the unsynced operations into what a crash decides about.
func (d *dumbDisk) units(sector int) []dumbOp {
	var list []dumbOp
	for _, o := range d.unsynced() {
		if o.kind != "write" {
			list = append(list, o)
			continue
		}
		parts := map[int]map[int]byte{}
		for at, x := range o.bytes {
			if parts[at/sector] == nil {
				parts[at/sector] = map[int]byte{}
			}
			parts[at/sector][at] = x
		}
		for _, k := range slices.Sorted(maps.Keys(parts)) {
			list = append(list, dumbOp{kind: "write", inode: o.inode, bytes: parts[k]})
		}
	}
	return list
}

// crash keeps the units that survive.
func (d *dumbDisk) crash(sector int, survives func(int) bool) {
	for i, u := range d.units(sector) {
		if survives(i) {
			d.base = append(d.base, u)
		}
	}
	d.log = slices.Clone(d.base)
	for i := range d.log {
		d.log[i].stored = true
	}
}
