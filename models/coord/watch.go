package coord

import (
	"slices"

	"simrun/models/coord/api"
	"simrun/models/session"
	"simrun/sim"
)

// watch is a client that waits for a change, or for the changes up to a revision.
type watch struct {
	from  sim.Caller
	path  string
	after uint64 // the revision that the client has seen
	since uint64 // the revision from which the server looks on
	until uint64 // of a stream: the revision up to which the client wants to know; 0: this is no stream
}

// watch answers when a node, or the list of its children, changes after a revision. A client has one watch at a time.
func (s *server) watch(from sim.Caller, o api.Op) {
	w := watch{from: from, path: o.Path, after: o.Number, since: o.Number}
	if o.Kind == api.OpFollow {
		w.until = uint64(o.Value)
		if s.env.Bug(bugFutureRevision) {
			w.since = min(w.since, s.machine.revision)
		}
	} else if s.env.Bug(bugWatchFromNow) {
		w.since = max(w.since, s.machine.revision)
	}
	s.waiting = slices.DeleteFunc(s.waiting, func(old watch) bool { return old.from.Client == from.Client })
	if !s.fire(w) {
		if w.until == 0 {
			s.env.Report(&factWatched{w.path, w.after, s.machine.revision, 0})
		}
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
	if w.until != 0 {
		return s.stream(w)
	}
	if w.after < s.machine.dropped {
		s.reply(w.from, api.Answer{Refused: api.Compacted}.Result()) // it may have changed
		return true
	}
	for _, e := range s.machine.events[s.machine.firstAfter(w.since):] {
		if e.path == w.path || e.kind != changed && parent(e.path) == w.path {
			s.env.Report(&factWatched{w.path, w.after, s.machine.revision, e.revision})
			s.reply(w.from, session.Result{Status: session.OK, Value: int64(e.revision)})
			return true
		}
	}
	return false
}

// streamed is how many changes one answer has at most, a revision being whole in any case.
const streamed = 16

// stream answers a client that follows a directory, once the server has come as far as the client wants to know. The revision of the answer is that up to which
// it is complete; the client goes on from there, at this server or at another.
func (s *server) stream(w watch) bool {
	m := s.machine
	if m.revision < max(w.until, w.after) {
		return false
	}
	if w.after < m.dropped && !s.env.Bug(bugCompactedSilently) {
		s.env.Sometimes(markCompacted)
		s.reply(w.from, api.Answer{Refused: api.Compacted}.Result())
		return true
	}
	a := api.Answer{Revision: m.revision}
	for _, e := range m.events[m.firstAfter(w.since):] {
		if len(a.Items) >= streamed && e.revision > a.Items[len(a.Items)-1].Created {
			a.Revision = e.revision - 1
			break
		}
		if e.kind == created && parent(e.path) == w.path {
			a.Items = append(a.Items, api.Item{Path: e.path, Value: e.value, Created: e.revision})
		}
	}
	s.reply(w.from, a.Result())
	return true
}
