package kv

import "simrun/models/session"

// Machine is the state, a [session.Machine]: integers by key, and the sessions of the clients, which are part of the replicated state
// (Ongaro's dissertation, §6.3). It depends on what it is given alone, so that equal logs make equal states.
type Machine struct {
	Sessions session.Table
	Repeated bool // the command done last had been done before

	index map[string]int // key to position in slots
	slots []slot
	keys  []string // by position in slots
}

// slot is the value of one key.
type slot struct {
	value   int64
	present bool
}

// NewMachine returns an empty state.
func NewMachine() Machine { return Machine{index: make(map[string]int)} }

// slot returns the position of a key, which is created absent if it is new. Positions stay.
func (m *Machine) slot(key []byte) int {
	if i, ok := m.index[string(key)]; ok {
		return i
	}
	name := string(key)
	m.slots, m.keys = append(m.slots, slot{}), append(m.keys, name)
	m.index[name] = len(m.slots) - 1
	return len(m.slots) - 1
}

// Read returns the value of a key.
func (m *Machine) Read(key []byte) session.Result {
	i, ok := m.index[string(key)]
	if !ok || !m.slots[i].present {
		return session.Result{Status: session.Absent}
	}
	return session.Result{Status: session.OK, Value: m.slots[i].value}
}

// Apply applies an entry of a replicated log: the registration of a session, whose number is the index of the entry, or an encoded
// command. Anything else has no effect, as the entry by which a leader begins.
func (m *Machine) Apply(index uint64, kind session.Kind, data []byte) session.Result {
	var c Command
	m.Repeated = false
	switch {
	case kind == session.Register:
		m.Sessions.Open(index)
		return session.Result{Status: session.Registered, Value: int64(index)}
	case kind == session.Command && c.Decode(data):
		return m.Once(&c)
	}
	return session.Result{Status: session.OK}
}

// Once does a command unless its session has done it before. Reads are done each time.
func (m *Machine) Once(c *Command) session.Result {
	m.Repeated = false
	if c.Op == Read {
		return m.Do(c)
	}
	r, repeated := m.Sessions.Once(c.Session, c.Seq, func() session.Result { return m.Do(c) })
	m.Repeated = repeated
	return r
}

// Do does a command, however often it came before.
func (m *Machine) Do(c *Command) session.Result {
	if c.Op == Read {
		return m.Read(c.Key)
	}
	s := &m.slots[m.slot(c.Key)]
	switch {
	case c.Op == CAS && !s.present:
		return session.Result{Status: session.Absent}
	case c.Op == CAS && s.value != c.From, c.Op == Create && s.present:
		return session.Result{Status: session.Mismatch, Value: s.value}
	}
	*s = slot{c.Value, true}
	return session.Result{Status: session.OK}
}
