package raft

import (
	"encoding/binary"
	"sort"
)

// operation is what a command does to its key.
type operation uint8

const (
	opWrite operation = 1 + iota
	opCAS
	opCreate // compare-and-set that expects no value
	opRead   // through the log
)

// commandHeader is the size of a command without its key:
// session (8), sequence number (8), operation (1), value (8), expected value (8).
const commandHeader = 33

// command is what a client asks of the state machine. Its encoding in the
// client's request is the data of the log entry.
type command struct {
	session uint64 // from the registration
	seq     uint64 // counts the session's commands from 1
	op      operation
	value   int64
	from    int64 // of a compare-and-set: the value it expects
	key     []byte
}

func (c *command) append(b []byte) []byte {
	b = binary.LittleEndian.AppendUint64(b, c.session)
	b = binary.LittleEndian.AppendUint64(b, c.seq)
	b = append(b, byte(c.op))
	b = binary.LittleEndian.AppendUint64(b, uint64(c.value))
	b = binary.LittleEndian.AppendUint64(b, uint64(c.from))
	return append(b, c.key...)
}

// decode reads a command; its key shares memory with b.
func (c *command) decode(b []byte) bool {
	if len(b) < commandHeader {
		return false
	}
	*c = command{
		session: binary.LittleEndian.Uint64(b),
		seq:     binary.LittleEndian.Uint64(b[8:]),
		op:      operation(b[16]),
		value:   int64(binary.LittleEndian.Uint64(b[17:])),
		from:    int64(binary.LittleEndian.Uint64(b[25:])),
		key:     b[commandHeader:],
	}
	return c.op >= opWrite && c.op <= opRead
}

// status says how a request ended. The numbers are not those of other payloads, to tell them apart in a trace.
type status uint8

const (
	statusOK         status = 0x20 + iota // value is the result
	statusAbsent                          // the key has no value; a compare-and-set did nothing
	statusMismatch                        // compare-and-set: the key has another value, which is value
	statusRegistered                      // value is the new session
	statusNoSession                       // the session is not known; nothing was done
	statusStale                           // a later command of the session was done already
	statusNotLeader                       // nothing was done; value is the leader, 0 if unknown
	statusLost                            // leadership ended before the outcome was known
)

// result is what a request ended with.
type result struct {
	status status
	value  int64
}

// machine is the replicated state machine: integers by key, and the sessions of the
// clients, which are part of the replicated state (dissertation §6.3).
type machine struct {
	index    map[string]int // key to position in slots
	slots    []slot
	sessions []session // in order of id

	repeated bool // the command applied last had been done before

	sessionless bool // bug: commands are not recognised when they come twice
}

// slot is the value of one key.
type slot struct {
	value   int64
	present bool
}

// session is what is kept of a client, so that a command that comes twice is done once: "the
// state machine … responds to the duplicate without re-executing the request" (§8). A client has one
// command at a time, so the last response is enough.
type session struct {
	id   uint64
	seq  uint64
	last result
}

func newMachine() machine { return machine{index: make(map[string]int)} }

// slotOf returns the position of a key, which is created absent if it is new.
func (m *machine) slotOf(key []byte) int {
	if i, ok := m.index[string(key)]; ok {
		return i
	}
	m.slots = append(m.slots, slot{})
	m.index[string(key)] = len(m.slots) - 1
	return len(m.slots) - 1
}

// read returns the value in a slot.
func (m *machine) read(i int) result {
	if s := m.slots[i]; s.present {
		return result{statusOK, s.value}
	}
	return result{status: statusAbsent}
}

// apply applies a log entry. It depends on the log alone, so that equal logs make equal states.
func (m *machine) apply(i Index, kind entryKind, data []byte) result {
	switch kind {
	case entryRegister:
		m.sessions = append(m.sessions, session{id: uint64(i)})
		return result{statusRegistered, int64(i)}
	case entryCommand:
		var c command
		if c.decode(data) {
			return m.once(&c)
		}
	}
	return result{status: statusOK}
}

// once does a command unless its session has done it before.
func (m *machine) once(c *command) result {
	if c.op == opRead || m.sessionless {
		return m.do(c)
	}
	s := m.session(c.session)
	switch {
	case s == nil:
		return result{status: statusNoSession}
	case c.seq < s.seq:
		return result{status: statusStale}
	case c.seq > s.seq:
		s.seq, s.last = c.seq, m.do(c)
	default:
		m.repeated = true
	}
	return s.last
}

func (m *machine) session(id uint64) *session {
	i := sort.Search(len(m.sessions), func(i int) bool { return m.sessions[i].id >= id })
	if i == len(m.sessions) || m.sessions[i].id != id {
		return nil
	}
	return &m.sessions[i]
}

func (m *machine) do(c *command) result {
	i := m.slotOf(c.key)
	s := &m.slots[i]
	switch {
	case c.op == opRead:
		return m.read(i)
	case c.op == opCAS && !s.present:
		return result{status: statusAbsent}
	case c.op == opCAS && s.value != c.from, c.op == opCreate && s.present:
		return result{statusMismatch, s.value}
	}
	*s = slot{c.value, true}
	return result{status: statusOK}
}
