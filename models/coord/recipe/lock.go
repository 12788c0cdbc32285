package recipe

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"simrun/models/coord/api"
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
func (cl *client) acquire(dir string, as mode, until sim.Time, pause func()) (lock, error) {
	l, err := cl.enqueue(dir, as)
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
		a, err := cl.ReadLocal(api.List(dir))
		if err != nil {
			continue
		}
		before := cl.predecessor(l, a.Items)
		if before == "" {
			return cl.confirm(l, dir)
		}
		pause()
		for !cl.Await(before, a.Revision) && cl.c.Now() < until {
			if !cl.Keep() {
				return errLost
			}
		}
	}
	return errWaited
}

// enqueue creates the client's node. If no answer comes, the node may be there: its name holds a text that nobody else uses, by which
// the client finds it again. Otherwise it would wait for its own node.
func (cl *client) enqueue(dir string, as mode) (lock, error) {
	cl.names++
	prefix := fmt.Sprintf("%s/%v-%d-%s", dir, cl.c.ID(), cl.names, as)
	for {
		a, uncertain, err := cl.Commit(api.EphemeralSequential(prefix))
		switch {
		case err != nil && !uncertain:
			return lock{}, err
		case err == nil && a.Refused != api.NotRefused:
			return lock{}, errLost
		case err == nil:
			return lock{path: a.Items[0].Path, token: a.Items[0].Created}, nil
		}
		if cl.c.Bug(BugNoGUID) {
			continue
		}
		if _, _, err := cl.Commit(); err != nil { // after this command of the session the one before can't be done any more
			cl.Abandon()
			return lock{}, err
		}
		a, err = cl.Read(api.List(dir))
		if err != nil {
			cl.Abandon()
			return lock{}, err
		}
		for _, i := range a.Items {
			if strings.HasPrefix(i.Path, prefix) {
				return lock{path: i.Path, token: i.Created}, nil
			}
		}
	}
}

// predecessor returns the last node in line before the client's own that excludes it; "" if there is none.
func (cl *client) predecessor(l *lock, line []api.Item) (path string) {
	for _, i := range line {
		if Number(i.Path) < Number(l.path) && Number(i.Path) > Number(path) && cl.excludes(i.Path, l.path) {
			path = i.Path
		}
	}
	return path
}

// Number is the sequence number at the end of a path.
func Number(path string) string { return path[max(len(path)-10, 0):] }

// confirm makes sure, with the latest state, that the client's node is the first in line, and not gone with its session.
func (cl *client) confirm(l *lock, dir string) error {
	l.held = cl.Seen()
	if cl.c.Bug(BugLockAfterExpiry) {
		return nil
	}
	a, err := cl.Read(api.List(dir))
	if err != nil {
		return err
	}
	l.held = a.Revision
	if cl.predecessor(l, a.Items) != "" || !slices.ContainsFunc(a.Items, func(i api.Item) bool { return i.Path == l.path }) {
		return errLost
	}
	return nil
}

// release gives the lock, or the place in line, back. If nobody knows whether that was done, the client leaves the session to its end, and the node with it.
func (cl *client) release(l lock) {
	if _, _, err := cl.Commit(api.Remove(l.path)); err != nil {
		cl.Abandon()
	}
}

const (
	lockWait  = 3 * time.Second // of a client, at most
	longPause = (api.SessionTicks + 12) * api.Tick
	LockDir   = "/lock/"
)
