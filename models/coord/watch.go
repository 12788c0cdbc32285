package coord

import (
	"cmp"
	"slices"

	"simrun/models/session"
	"simrun/sim"
)

// watch is a client that waits for a change.
type watch struct {
	from  sim.Caller
	path  string
	after uint64 // the revision that the client has seen
	since uint64 // the revision from which the server looks on
}

// watch answers when a node, or the list of its children, changes after a revision. A client has one watch at a time.
func (s *server) watch(from sim.Caller, o op) {
	w := watch{from, o.path, o.number, o.number}
	if s.env.Bug(bugWatchFromNow) {
		w.since = max(w.since, s.machine.revision)
	}
	s.waiting = slices.DeleteFunc(s.waiting, func(old watch) bool { return old.from.Client == from.Client })
	if !s.fire(w) {
		s.env.Report(&factWatched{w.path, w.after, s.machine.revision, 0})
		s.waiting = append(s.waiting, w)
	}
}

// notify answers the clients that wait for what has been applied since the last call.
func (s *server) notify() {
	if s.served == s.machine.revision {
		return
	}
	s.served = s.machine.revision
	s.waiting = slices.DeleteFunc(s.waiting, s.fire)
}

// fire answers a watch whose change has come.
func (s *server) fire(w watch) bool {
	events := s.machine.events
	first, _ := slices.BinarySearchFunc(events, w.since+1, func(e event, revision uint64) int { return cmp.Compare(e.revision, revision) })
	for _, e := range events[first:] {
		if e.path == w.path || e.kind != changed && parent(e.path) == w.path {
			s.env.Report(&factWatched{w.path, w.after, s.machine.revision, e.revision})
			s.reply(w.from, session.Result{Status: session.OK, Value: int64(e.revision)})
			return true
		}
	}
	return false
}
