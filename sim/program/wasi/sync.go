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
	p.syncs.err = nil
	if !n.folder && p.streams.POSIX {
		p.begin(p.env.SyncData, n.disk)
	} else {
		if !n.folder {
			p.begin(p.env.Sync, n.disk)
		}
		for _, name := range n.unsynced() {
			p.begin(p.env.SyncName, name)
		}
	}
	if p.syncs.open == 0 {
		return success
	}
	p.wait(forSync)
	if p.syncs.err != nil {
		return errnoOf(p.syncs.err)
	}
	if n.folder || !p.streams.POSIX {
		n.synced()
	}
	return success
}

// begin begins one of the syncs.
func (p *process) begin(sync func(string, sim.SyncID), name string) {
	p.syncs.last++
	p.syncs.open++
	sync(name, p.syncs.last)
}

// unsynced lists the names on disk that a sync makes durable: of a folder, those that changed in it; of a file, the folders on the
// way to it that are new.
func (n *inode) unsynced() []string {
	if n.folder {
		return n.changed
	}
	var names []string
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
