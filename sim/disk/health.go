package disk

import (
	"simrun/sim/rng"
)

// health is the list of faults in force.
type health struct {
	full      bool
	failures  []failing
	misdirect int // so many of the next writes land elsewhere
}

var strayTo = rng.Of("misdirected write")

// SetFull makes every call fail with [ErrFull] that needs more space, until it is
// switched off.
func (d *Disk) SetFull(on bool) { d.health.full = on }

// Misdirect makes the next write land in another place: another sector of the
// same file, or of another. The caller is told that it succeeded.
func (d *Disk) Misdirect() { d.health.misdirect++ }

// Heal ends the faults that are in force. Damage that is done stays.
func (d *Disk) Heal() { d.health = health{} }

// astray draws where a misdirected write of n bytes lands: at the same
// offset within another sector of some file. The file that was meant grows
// with zeros to where the write would have taken it.
func (d *Disk) astray(inode, offset, n int) (int, int) {
	if end := offset + n; end > len(d.files[inode].seen) {
		d.add(op{kind: truncate, inode: inode, meant: inode, at: end})
	}
	v := d.draw(strayTo)
	to := d.seen[v.N(uint64(len(d.seen)))].inode
	sectors := max(1, (len(d.files[to].seen)+SectorSize-1)/SectorSize)
	sector := int(v.Next().N(uint64(sectors)))
	if to == inode && sector == offset/SectorSize {
		sector++
	}
	return to, sector*SectorSize + offset%SectorSize
}

// Spot is one sector of a stored file.
type Spot struct {
	File   string
	Sector int
}

// Rot flips a bit of a stored sector, drawn from v: in the named file, or in any
// if the name is empty; in the given sector, or in any if it is negative. The
// node sees it unless it has overwritten the place since. ok is false if there
// is no such sector.
func (d *Disk) Rot(path string, sector int, v rng.Value) (spot Spot, ok bool) {
	total := 0
	for _, n := range d.stored {
		if path == "" || n.text == path {
			total += d.eligible(n, sector)
		}
	}
	if total == 0 {
		return Spot{}, false
	}
	pick := int(v.N(uint64(total)))
	for _, n := range d.stored {
		if path != "" && n.text != path {
			continue
		}
		if e := d.eligible(n, sector); pick >= e {
			pick -= e
			continue
		}
		if sector < 0 {
			sector = pick
		}
		d.flip(n.inode, sector, v.Next())
		return Spot{n.text, sector}, true
	}
	panic("disk: Rot lost count of the sectors")
}

// eligible counts the sectors of a stored file that may rot: all, or the one
// that is asked for.
func (d *Disk) eligible(n name, sector int) int {
	sectors := (len(d.files[n.inode].stored()) + SectorSize - 1) / SectorSize
	switch {
	case sector < 0:
		return sectors
	case sector < sectors:
		return 1
	}
	return 0
}

// flip turns one bit of a stored sector.
func (d *Disk) flip(inode, sector int, v rng.Value) {
	f := &d.files[inode]
	stored := f.stored()
	start := sector * SectorSize
	end := min(start+SectorSize, len(stored))
	at := start + int(v.N(uint64(end-start)))
	bit := byte(1) << v.Next().N(8)
	cached := at < len(f.seen) && f.seen[at] != stored[at] // what a failed sync lost is still read
	stored[at] ^= bit
	if f.split && at < len(f.seen) && !cached && !d.overwritten(inode, at) {
		f.seen[at] ^= bit
	}
}

// overwritten reports whether an unsynced operation covers a byte.
func (d *Disk) overwritten(inode, at int) bool {
	for i := range d.pending {
		o := &d.pending[i]
		if o.inode != inode || o.kind.naming() {
			continue
		}
		if o.at <= at && (o.kind == truncate || at < o.at+len(o.data)) {
			return true
		}
	}
	return false
}
