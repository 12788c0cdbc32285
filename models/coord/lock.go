package coord

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"simrun/sim"
)

// lock is the recipe of Hunt et al. (USENIX ATC 2010, §2.4, "Simple Locks without Herd Effect"): clients stand in line by the sequence numbers of
// ephemeral nodes, and each watches the one before it alone.
type lock struct {
	path  string // of the client's node
	token uint64 // grows from one holder to the next: the revision at which the node was created
	held  uint64 // the revision at which the client saw that it holds the lock
}

var (
	errWaited = errors.New("waited too long for the lock")
	errLost   = errors.New("the session has ended")
)

// acquire waits for a lock until a time. pause is called while the client waits in line.
func (cl *client) acquire(dir string, until sim.Time, pause func()) (lock, error) {
	l, err := cl.enqueue(dir)
	if err == nil {
		if err = cl.wait(&l, dir, until, pause); err != nil {
			cl.release(l)
		}
	}
	return l, err
}

// wait waits until the client's node is the first in line.
func (cl *client) wait(l *lock, dir string, until sim.Time, pause func()) error {
	for cl.c.Now() < until {
		a, err := cl.readLocal(list(dir))
		if err != nil {
			continue
		}
		before := l.predecessor(a.items)
		if before == "" {
			return cl.confirm(l, dir)
		}
		pause()
		for !cl.await(before, a.revision) && cl.c.Now() < until {
			if !cl.keep() {
				return errLost
			}
		}
	}
	return errWaited
}

// enqueue creates the client's node. If no answer comes, the node may be there: its name holds a text that nobody else uses, by which
// the client finds it again. Otherwise it would wait for its own node.
func (cl *client) enqueue(dir string) (lock, error) {
	cl.names++
	prefix := fmt.Sprintf("%s/%v-%d-", dir, cl.c.ID(), cl.names)
	for {
		a, uncertain, err := cl.commit(ephemeralSequential(prefix))
		switch {
		case err != nil && !uncertain:
			return lock{}, err
		case err == nil && a.refused != notRefused:
			return lock{}, errLost
		case err == nil:
			return lock{path: a.items[0].path, token: a.items[0].created}, nil
		}
		if cl.c.Bug(bugNoGUID) {
			continue
		}
		if _, _, err := cl.commit(); err != nil { // after this command of the session the one before can't be done any more
			cl.Abandon()
			return lock{}, err
		}
		a, err = cl.read(list(dir))
		if err != nil {
			cl.Abandon()
			return lock{}, err
		}
		for _, i := range a.items {
			if strings.HasPrefix(i.path, prefix) {
				return lock{path: i.path, token: i.created}, nil
			}
		}
	}
}

// predecessor returns the last node in line before the client's own; "" if there is none.
func (l *lock) predecessor(line []item) (path string) {
	for _, i := range line {
		if number(i.path) < number(l.path) && number(i.path) > number(path) {
			path = i.path
		}
	}
	return path
}

// number is the sequence number at the end of a path.
func number(path string) string { return path[max(len(path)-10, 0):] }

// confirm makes sure, with the latest state, that the client's node is the first in line, and not gone with its session.
func (cl *client) confirm(l *lock, dir string) error {
	l.held = cl.seen
	if cl.c.Bug(bugLockAfterExpiry) {
		return nil
	}
	a, err := cl.read(list(dir))
	if err != nil {
		return err
	}
	l.held = a.revision
	if l.predecessor(a.items) != "" || !slices.ContainsFunc(a.items, func(i item) bool { return i.path == l.path }) {
		return errLost
	}
	return nil
}

// release gives the lock, or the place in line, back. If nobody knows whether that was done, the client leaves the session to its end, and the node with it.
func (cl *client) release(l lock) {
	if _, _, err := cl.commit(remove(l.path)); err != nil {
		cl.Abandon()
	}
}

const (
	lockWait  = 3 * time.Second // of a client, at most
	longPause = (sessionTicks + 12) * tick
	lockDir   = "/lock/"
)
