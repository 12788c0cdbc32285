package session

import "sort"

// Table is what a state machine keeps of its clients, so that a command that comes twice is done once: "the
// state machine … responds to the duplicate without re-executing the request" (Raft §8). It is part of the
// replicated state. A client has one command at a time, so the last response is enough. The zero
// value is empty.
type Table struct {
	sessions []session // in order of id
}

type session struct {
	id   uint64
	seq  uint64
	last Result
}

// Open opens a session. Identities must grow: the position of the registration in the log is one.
func (t *Table) Open(id uint64) { t.sessions = append(t.sessions, session{id: id}) }

// Once does a command of a session unless it has been done before; repeated says that it had been. Commands of a
// session count from 1.
func (t *Table) Once(id, seq uint64, do func() Result) (r Result, repeated bool) {
	s := t.session(id)
	switch {
	case s == nil:
		return Result{Status: NoSession}, false
	case seq < s.seq:
		return Result{Status: Stale}, false
	case seq == s.seq:
		return s.last, true
	}
	s.seq, s.last = seq, do()
	return s.last, false
}

// Last is the number of the last command of a session that was done; 0 if none was.
func (t *Table) Last(id uint64) uint64 {
	if s := t.session(id); s != nil {
		return s.seq
	}
	return 0
}

func (t *Table) session(id uint64) *session {
	i := sort.Search(len(t.sessions), func(i int) bool { return t.sessions[i].id >= id })
	if i == len(t.sessions) || t.sessions[i].id != id {
		return nil
	}
	return &t.sessions[i]
}
