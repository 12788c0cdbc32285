package disk

import "encoding/binary"

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
		if key := after.fingerprint(); !known[key] {
			known[key] = true
			states = append(states, State(i))
		}
	}
	return states, complete
}

// fingerprint is all that is stored, as one string: equal for equal disks.
func (d *Disk) fingerprint() string {
	var b []byte
	for _, n := range d.stored {
		b = binary.AppendUvarint(b, uint64(len(n.text)))
		b = append(b, n.text...)
		b = binary.AppendUvarint(b, uint64(len(d.files[n.inode].stored)))
		b = append(b, d.files[n.inode].stored...)
	}
	return string(b)
}

// Clone returns a copy that shares nothing with d.
func (d *Disk) Clone() *Disk {
	c := *d
	c.files = make([]file, len(d.files))
	for i, f := range d.files {
		c.files[i] = file{append([]byte(nil), f.seen...), append([]byte(nil), f.stored...)}
	}
	c.seen = append([]name(nil), d.seen...)
	c.stored = append([]name(nil), d.stored...)
	c.syncs = append([]inflight(nil), d.syncs...)
	c.arena = nil
	c.pending = append([]op(nil), d.pending...)
	for i := range c.pending {
		c.pending[i].data = append([]byte(nil), c.pending[i].data...)
	}
	return &c
}
