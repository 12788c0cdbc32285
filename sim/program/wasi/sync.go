package wasi

import (
	"slices"

	"simrun/sim"
)

// syncs are the syncs that the guest waits for.
type syncs struct {
	last sim.SyncID
	open int
	err  error // the first of them
}

// done is told that one of them has ended. It reports whether it was the last.
func (s *syncs) done(err error) bool {
	if s.open--; err != nil && s.err == nil {
		s.err = err
	}
	return s.open == 0
}

// sync makes a file or a folder durable, as far as that is promised, and waits until it is.
func (p *process) sync(n *inode) errno {
	if n.removed {
		return success // nothing of it would survive
	}
	names := n.unsynced()
	if len(names) == 0 {
		return success
	}
	p.syncs.err = nil
	for _, name := range names {
		p.syncs.last++
		p.syncs.open++
		p.env.Sync(name, p.syncs.last)
	}
	p.wait(forSync)
	if p.syncs.err != nil {
		return errnoOf(p.syncs.err)
	}
	n.synced()
	return success
}

// unsynced lists the names on disk that a sync is for: of a folder, what changed in it; of a file, itself and the folders on the
// way to it that are new.
func (n *inode) unsynced() []string {
	if n.folder {
		return n.changed
	}
	names := []string{n.disk}
	for up := n.parent; up.parent != nil; up = up.parent {
		if slices.Contains(up.parent.changed, up.disk) {
			names = append(names, up.disk)
		}
	}
	return names
}

// synced follows a sync that succeeded.
func (n *inode) synced() {
	if n.folder {
		n.changed = nil
		return
	}
	for ; n.parent != nil; n = n.parent {
		if i := slices.Index(n.parent.changed, n.disk); i >= 0 {
			n.parent.changed = slices.Delete(n.parent.changed, i, i+1)
		}
	}
}
