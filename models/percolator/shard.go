package percolator

import (
	"time"

	"simrun/sim"
	"simrun/sim/blocking"
)

// get reads a key at a timestamp, unless a transaction that started before may still commit before (figure 6, Get).
func (s *server) get(p *blocking.Proc, q message, a *message) {
	r := s.rowOf(q.key)
	if r.lock != nil && r.lock.start <= q.start && !p.Bug(bugIgnoresLocks) {
		a.status, a.start, a.primary = locked, r.lock.start, r.lock.primary
		return
	}
	a.value = r.writes.At(uint64(q.start))
}

// prewrite locks a key, unless another has it locked, or has written it since the transaction started (figure 6, Prewrite).
func (s *server) prewrite(p *blocking.Proc, q message, a *message) {
	r := s.rowOf(q.key)
	_, over := r.ends[q.start]
	switch {
	case over || r.writes.Newest().From >= uint64(q.start) && !p.Bug(bugNoCheck):
		p.Sometimes(markConflict)
		a.status = conflict
	case r.lock == nil:
		r.prewritten(q.start, q.primary, q.value, p.Now())
		s.log.Put(message{kind: recordLock, key: q.key, start: q.start, primary: q.primary, value: q.value}.encode())
	case r.lock.start != q.start:
		a.status, a.start, a.primary = locked, r.lock.start, r.lock.primary
	}
}

// commit turns the lock of a primary into a write: that decides the transaction. It is too late if somebody has removed the lock.
func (s *server) commit(p *blocking.Proc, q message, a *message) {
	r := s.rowOf(q.key)
	if r.lock != nil && r.lock.start == q.start {
		s.end(r, q)
	}
	if r.ends[q.start] == 0 {
		p.Sometimes(markTooLate)
		a.status = rolledBack
	}
	a.commit = r.ends[q.start]
}

// check tells what became of a transaction, at its primary. One whose lock has expired is rolled back, and one that is not known is as well: its prewrite may come yet.
func (s *server) check(p *blocking.Proc, q message, a *message) {
	r := s.rowOf(q.key)
	_, over := r.ends[q.start]
	switch {
	case over:
		if p.Bug(bugRollsBack) {
			a.status = rolledBack // there is no lock any more
			return
		}
	case r.lock != nil && r.lock.start == q.start && !q.own && lasts(p, r.lock.since):
		a.status = locked
		return
	default:
		p.Sometimes(markExpired)
		q.commit = 0
		s.end(r, q)
	}
	if a.commit = r.ends[q.start]; a.commit == 0 {
		a.status = rolledBack
	}
}

// lasts reports whether a lock has not expired, by this node's clock.
func lasts(p *blocking.Proc, since sim.Time) bool {
	age := time.Duration(p.Now() - since)
	return age >= 0 && age < lockTTL
}

// resolve does with the lock of a transaction what its primary says.
func (s *server) resolve(p *blocking.Proc, q message) {
	r := s.rowOf(q.key)
	if r.lock == nil || r.lock.start != q.start {
		return
	}
	if q.commit > 0 {
		p.Sometimes(markForward)
	}
	s.end(r, q)
}

// end makes the outcome of a transaction in a row durable, as soon as the log is.
func (s *server) end(r *row, q message) {
	r.ended(q.start, q.commit)
	s.log.Put(message{kind: recordEnd, key: q.key, start: q.start, commit: q.commit}.encode())
}
