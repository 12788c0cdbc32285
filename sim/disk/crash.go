package disk

import (
	"fmt"

	"simrun/sim/rng"
)

// Survival says what a crash leaves of the operations that were not synced.
type Survival uint8

const (
	LoseAll   Survival = iota // none of them: the least that a disk promises
	KeepAll                   // all of them: only the process died, the machine goes on
	Prefix                    // the oldest of them, whole
	Torn                      // the oldest of them, and of the next write some of its sectors
	Reordered                 // any of them, and any of their sectors
	Wiped                     // nothing at all: the disk comes back empty
	Chosen                    // the units that a State names: see [Disk.CrashInto]
)

var survivalNames = [...]string{"lose all", "keep all", "prefix", "torn", "reordered", "wiped", "chosen"}

// String returns the name of s.
func (s Survival) String() string {
	if int(s) < len(survivalNames) {
		return survivalNames[s]
	}
	return fmt.Sprintf("survival(%d)", uint8(s))
}

// Crash takes what was not synced, but for what survives. The choice that a
// survival leaves is drawn from v. Syncs under way are void. Faults in force stay.
func (d *Disk) Crash(s Survival, v rng.Value) {
	n := d.Units()
	switch s {
	case LoseAll:
		d.crash(func(int) bool { return false })
	case KeepAll:
		d.crash(func(int) bool { return true })
	case Prefix:
		whole := d.unitsOf(int(v.N(uint64(len(d.pending) + 1))))
		d.crash(func(i int) bool { return i < whole })
	case Torn:
		d.tear(v)
	case Reordered:
		keep := make([]bool, n)
		for i := range keep {
			v = v.Next()
			keep[i] = v.Chance(1, 2)
		}
		d.crash(func(i int) bool { return keep[i] })
	case Wiped:
		d.Wipe()
	default:
		panic("disk: Crash with a survival that is not one of the list")
	}
}

// tear keeps a prefix of the operations, and of the one after it a prefix of its
// sectors or, as often, any of them.
func (d *Disk) tear(v rng.Value) {
	if len(d.pending) == 0 {
		d.crash(func(int) bool { return false })
		return
	}
	at := int(v.N(uint64(len(d.pending))))
	lo, hi := d.unitsOf(at), d.unitsOf(at+1)
	v = v.Next()
	if v.Chance(1, 2) {
		cut := lo + int(v.Next().N(uint64(hi-lo+1)))
		d.crash(func(i int) bool { return i < cut })
		return
	}
	keep := make([]bool, hi-lo)
	for i := range keep {
		v = v.Next()
		keep[i] = v.Chance(1, 2)
	}
	d.crash(func(i int) bool { return i < lo || i < hi && keep[i-lo] })
}

// Unsynced counts the operations that a crash may take.
func (d *Disk) Unsynced() int { return len(d.pending) }

// Units counts the pieces that a crash decides about one by one: each sector
// that an unsynced write touches, and each other unsynced operation.
func (d *Disk) Units() int { return d.unitsOf(len(d.pending)) }

// unitsOf counts the units of the oldest n operations.
func (d *Disk) unitsOf(n int) int {
	units := 0
	for i := range d.pending[:n] {
		units += d.pending[i].units()
	}
	return units
}

// units counts the sectors that a write touches; any other operation is one unit.
func (o *op) units() int {
	if o.kind != write {
		return 1
	}
	return (o.at+len(o.data)-1)/SectorSize - o.at/SectorSize + 1
}

// unit returns the part of a write that falls into its i-th sector. Any other operation is one unit, and is stored whole.
func (o *op) unit(i int) op {
	lo := max(o.at, (o.at/SectorSize+i)*SectorSize)
	hi := min(o.at+len(o.data), (o.at/SectorSize+i+1)*SectorSize)
	part := *o
	part.at, part.data = lo, o.data[lo-o.at:hi-o.at]
	return part
}

// crash stores the units that survive, and makes the node see what is stored.
func (d *Disk) crash(survives func(unit int) bool) {
	unit := 0
	for i := range d.pending {
		o := &d.pending[i]
		n := o.units()
		if allSurvive(survives, unit, n) {
			d.store(o)
		} else {
			for j := range n {
				if survives(unit + j) {
					part := o.unit(j)
					d.store(&part)
				}
			}
		}
		unit += n
	}
	d.pending, d.arena, d.syncs = d.pending[:0], d.arena[:0], d.syncs[:0]
	d.settle()
}

func allSurvive(survives func(int) bool, from, n int) bool {
	for i := range n {
		if !survives(from + i) {
			return false
		}
	}
	return true
}

// settle makes the node see what is stored, and forgets contents without a name.
func (d *Disk) settle() {
	d.seen = append(d.seen[:0], d.stored...)
	named := make([]bool, len(d.files))
	for _, n := range d.stored {
		named[n.inode] = true
	}
	for i := range d.files {
		f := &d.files[i]
		switch {
		case !named[i]:
			*f = file{}
		case f.split:
			f.seen = append(f.seen[:0], f.base...)
			d.join(i)
		default:
			f.seen = f.seen[:f.durable]
		}
	}
}
