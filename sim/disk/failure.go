package disk

import (
	"fmt"
	"slices"

	"simrun/sim/rng"
)

// Access is a kind of call.
type Access uint8

const (
	Any Access = iota // of these
	Reads
	Writes
	Truncates
	Renames
	Removes
	Syncs
)

// Failure is what becomes of some calls: they fail with [ErrIO] and have no effect, but for a sync (see [Disk.EndSync]);
// or they are short.
type Failure struct {
	Of   Access // which calls
	File string // of which file, under any of its names in a rename; "" is any
	Nth  int    // the one call that fails, counted from 1 since the failure began; 0: each may
	Num  uint64 // with Nth 0: the probability Num/Den
	Den  uint64

	// Short calls do a part of what they are asked for, and say how much by a [ShortError]. Reads and writes of a single byte,
	// and all other calls, can't be short and don't count.
	Short bool
}

// ShortError is the answer to a read or a write that did less than it was asked for, though the device did not fail: as POSIX allows
// read and write at any time.
type ShortError struct{ Did, Asked int } // bytes

func (e ShortError) Error() string { return fmt.Sprintf("disk: only %d of %d bytes", e.Did, e.Asked) }

// failing is a failure in force.
type failing struct {
	Failure
	id    int
	calls int // so many that count
}

var (
	ioError = rng.Of("disk error")
	shortBy = rng.Of("short call")
)

// Fail puts a failure in force under a name of the caller's, until [Disk.Spare]. Of several in force, each decides for itself.
func (d *Disk) Fail(id int, f Failure) {
	d.health.failures = append(d.health.failures, failing{Failure: f, id: id})
}

// Spare ends a failure.
func (d *Disk) Spare(id int) {
	d.health.failures = slices.DeleteFunc(d.health.failures, func(f failing) bool { return f.id == id })
}

// Struck returns the names of the failures that have hit a call since it was asked last; nil if none has. The slice is valid until the next call.
func (d *Disk) Struck() []int {
	list := d.struck
	d.struck = d.struck[:0]
	return list
}

// strike decides about a call that reads or writes size bytes; size is 0 for any other. It returns how many it may, or ErrIO.
func (d *Disk) strike(of Access, file, also string, size int) (int, error) {
	may := size
	var err error
	for i := range d.health.failures {
		f := &d.health.failures[i]
		if !f.counts(of, file, also, size) || !d.hits(f) {
			continue
		}
		d.struck = append(d.struck, f.id)
		if f.Short {
			may = min(may, 1+int(d.draw(shortBy).N(uint64(size-1))))
		} else {
			err = ErrIO
		}
	}
	return may, err
}

// counts reports whether a failure is about a call.
func (f *failing) counts(of Access, file, also string, size int) bool {
	if f.Short && size < 2 || f.Of != Any && f.Of != of {
		return false
	}
	return f.File == "" || f.File == file || also != "" && f.File == also
}

// hits decides whether a failure hits the call, which counts.
func (d *Disk) hits(f *failing) bool {
	if f.Nth > 0 {
		f.calls++
		return f.calls == f.Nth
	}
	return d.draw(ioError).Chance(f.Num, f.Den)
}

// fails decides whether a call fails that moves no bytes.
func (d *Disk) fails(of Access, file, also string) bool {
	if len(d.health.failures) == 0 {
		return false
	}
	_, err := d.strike(of, file, also, 0)
	return err != nil
}
