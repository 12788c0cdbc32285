package wasi

import "simrun/sim"

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
	names := []string{n.disk}
	if n.folder {
		names, n.changed = n.changed, nil
	}
	p.syncs.err = nil
	for _, name := range names {
		p.syncs.last++
		p.syncs.open++
		p.env.Sync(name, p.syncs.last)
	}
	if len(names) == 0 {
		return success
	}
	p.wait(forSync)
	if p.syncs.err != nil {
		if n.folder {
			n.changed = names
		}
		return errnoOf(p.syncs.err)
	}
	return success
}
