package disk

// ArenaSize is how many bytes the disk holds for pending writes.
func (d *Disk) ArenaSize() int { return cap(d.arena) }

// Contents is how many contents the disk holds.
func (d *Disk) Contents() int { return len(d.files) }
