package disk

// FailSync ends a sync as one that the device failed; lost says of each write that it covers, oldest
// first, whether it is lost.
func (d *Disk) FailSync(t Ticket, lost func() bool) { d.forsake(d.close(t), lost) }

// ArenaSize is how many bytes the disk holds for pending writes.
func (d *Disk) ArenaSize() int { return cap(d.arena) }

// Contents is how many contents the disk holds.
func (d *Disk) Contents() int { return len(d.files) }
