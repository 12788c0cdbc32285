package disk

import (
	"encoding/binary"
	"slices"
)

// State names one outcome of a crash: bit i says whether unit i survived, in
// the order of the unsynced operations, and of the sectors within a write.
type State uint64

// MaxUnits is how many units a [State] can tell apart.
const MaxUnits = 64

// CrashInto takes what was not synced, but for the units that s names. Units
// beyond [MaxUnits] are lost.
func (d *Disk) CrashInto(s State) {
	d.crash(func(i int) bool { return i < MaxUnits && s>>i&1 == 1 })
}

// CrashStates lists the outcomes of a crash that differ, each by the smallest
// State that leads to it, in ascending order. It tries all subsets of the units
// and the list is complete, unless there are more than limit of them: then it
// tries the first limit, which are those of the oldest operations.
func (d *Disk) CrashStates(limit int) (states []State, complete bool) {
	tries, complete := limit, false
	if n := d.Units(); n < 31 && 1<<n <= limit {
		tries, complete = 1<<n, true
	}
	known := make(map[string]bool, tries)
	for i := range tries {
		after := d.Clone()
		after.CrashInto(State(i))
		if key := after.Fingerprint(); !known[key] {
			known[key] = true
			states = append(states, State(i))
		}
	}
	return states, complete
}

// Fingerprint is all that is stored, as one string: equal for equal disks.
func (d *Disk) Fingerprint() string {
	var b []byte
	for _, n := range d.stored {
		b = binary.AppendUvarint(b, uint64(len(n.text)))
		b = append(b, n.text...)
		stored := d.files[n.inode].stored()
		b = binary.AppendUvarint(b, uint64(len(stored)))
		b = append(b, stored...)
	}
	return string(b)
}

// Clone returns a copy that shares nothing with d.
func (d *Disk) Clone() *Disk {
	c := *d
	c.files = make([]file, len(d.files))
	for i, f := range d.files {
		f.seen, f.base = slices.Clone(f.seen), slices.Clone(f.base)
		c.files[i] = f
	}
	c.seen = slices.Clone(d.seen)
	c.stored = slices.Clone(d.stored)
	c.syncs = slices.Clone(d.syncs)
	c.arena, c.struck = nil, nil
	c.health.failures = slices.Clone(d.health.failures)
	c.pending = slices.Clone(d.pending)
	for i := range c.pending {
		c.pending[i].data = slices.Clone(c.pending[i].data)
	}
	return &c
}
