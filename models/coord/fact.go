package coord

import (
	"fmt"

	"simrun/sim/fault"
)

// The facts of a server's machine, in addition to those of raft. Each tells what entry of the log it is about, so that a monitor can tell what is new
// from what another server has done before.
type (
	// factState: the entry was applied, and this is a hash of the state after it, and of all before.
	factState struct{ Revision, Hash uint64 }
	// factChanged: the tree changed.
	factChanged struct{ event }
	// factEnded: a session ended.
	factEnded struct{ Session, Revision uint64 }
	// factEntered: a client, which holds a lock with this token, read the resource for the first time. It had seen that it held the lock at revision At.
	factEntered struct {
		Name                string
		Token, At, Revision uint64
	}
	// factAccess: the resource was read or written with a token, or read with that of a reader, which shares it.
	factAccess struct {
		Name            string
		Token, Revision uint64
		Shared          bool
	}
	// factWatched: the server, which has applied the log up to Revision, was asked for the first change of a node after a revision. It answered with
	// the one at Fired, or waits if that is 0.
	factWatched struct {
		Path                   string
		After, Revision, Fired uint64
	}
	// factServed: the server answered a client, which had seen revision Seen, by its state at Revision.
	factServed struct{ Seen, Revision uint64 }
)

func (f *factState) String() string { return fmt.Sprintf("at revision %d", f.Revision) }
func (f *factChanged) String() string {
	return fmt.Sprintf("%s %s at revision %d", [...]string{created: "created", changed: "changed", deleted: "deleted"}[f.kind], f.path, f.revision)
}
func (f *factEnded) String() string { return fmt.Sprintf("session %d ended", f.Session) }
func (f *factEntered) String() string {
	return fmt.Sprintf("the holder of lock %s since %d read what it guards, token %d", f.Name, f.At, f.Token)
}
func (f *factAccess) String() string {
	return fmt.Sprintf("accessed %s with token %d", f.Name, f.Token)
}
func (f *factWatched) String() string {
	if f.Fired == 0 {
		return fmt.Sprintf("waits for a change of %s after %d", f.Path, f.After)
	}
	return fmt.Sprintf("told of the change of %s at %d", f.Path, f.Fired)
}
func (f *factServed) String() string {
	return fmt.Sprintf("answered a client that has seen %d from revision %d", f.Seen, f.Revision)
}

// What a plan of faults can wait for, in addition to the events of raft.
const eventEnded fault.Event = "session-ended"

// Trigger names what a plan of faults may wait for.
func (f *factEnded) Trigger() fault.Event { return eventEnded }
