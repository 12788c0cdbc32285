package mvcc

import (
	"fmt"

	"simrun/models/raft"
	"simrun/models/session"
	"simrun/models/txn"
	"simrun/models/versions"
	"simrun/sim"
	"simrun/sim/digest"
)

// machine is the replicated state machine: the versions of all keys. Time is the index of the log, whose first entry is that of the first leader and
// changes nothing: so it is 1 at least.
type machine struct {
	env      raft.Environment
	level    string
	keys     map[txn.Key]versions.List
	requests session.Table // so that a commit that comes twice is done once
	applied  uint64
	hash     digest.Hash // of all that was applied, and what came of it
}

func newMachine(env raft.Environment) *machine {
	return &machine{env: env, level: levelOf(env.Option(optionIsolation)), keys: map[txn.Key]versions.List{}, applied: 1}
}

// Apply implements [session.Machine].
func (m *machine) Apply(index uint64, kind session.Kind, data []byte) session.Result {
	m.applied = index
	r := session.Result{Status: session.OK}
	var c command
	switch {
	case kind == session.Register:
		m.requests.Open(index)
		r = session.Result{Status: session.Registered, Value: int64(index)}
	case kind == session.Command && c.decode(data):
		r = m.once(&c)
	}
	m.hash = m.hash.Word(index, uint64(r.Status)).Word(uint64(r.Value), 0)
	m.env.Report(&factState{index, uint64(m.hash)})
	return r
}

// once does a commit unless its session has done it before.
func (m *machine) once(c *command) session.Result {
	if m.env.Bug(bugCommitsTwice) {
		return m.commit(c)
	}
	r, repeated := m.requests.Once(c.session, c.seq, func() session.Result { return m.commit(c) })
	if repeated {
		m.env.Sometimes(markRepeated)
	}
	return r
}

// commit validates a transaction, and installs what it writes as versions of this entry. All of it or nothing takes effect.
func (m *machine) commit(c *command) session.Result {
	if at, conflicts := m.conflict(c); conflicts {
		m.env.Sometimes(markConflict)
		if m.env.Bug(bugAbortLeaves) {
			list, _ := m.changes(c.writes)
			m.install(list[:max(len(list), 1)-1])
		}
		return session.Result{Status: session.Mismatch, Value: int64(at)}
	}
	list, ok := m.changes(c.writes)
	if !ok {
		return session.Result{Status: session.Absent}
	}
	m.install(list)
	return session.Result{Status: session.OK, Value: int64(m.applied)}
}

// changes carries out micro-operations on the latest versions. It is false, with those that went well, if one can't be done.
func (m *machine) changes(writes txn.Txn) (list []change, ok bool) {
	for i := range writes {
		k := writes[i].Key
		held := m.keys[k].At(m.applied)
		for _, c := range list {
			if c.key == k {
				held = c.value
			}
		}
		then, ok := writes[i].Do(held)
		if !ok {
			return list, false
		}
		list = append(list, change{k, then})
	}
	return list, true
}

// change is what a key is to hold.
type change struct {
	key   txn.Key
	value []int64
}

func (m *machine) install(list []change) {
	for _, c := range list {
		m.keys[c.key] = m.keys[c.key].Put(m.applied, c.value, m.oldest())
		for _, v := range c.value {
			m.hash = m.hash.Word(uint64(c.key), uint64(v))
		}
	}
}

// retained is how many entries of the log the oldest snapshot may lie behind: older versions are collected when their key is written again.
const retained = 16

// oldest is the oldest index that can still be read at.
func (m *machine) oldest() uint64 { return m.applied - min(m.applied, retained) }

// Read implements [session.Machine].
func (m *machine) Read(data []byte) session.Result {
	var q query
	if !q.decode(data) {
		return session.Result{Status: session.Absent}
	}
	return m.read(q)
}

// read is what a key holds at an index that was applied, with that index.
func (m *machine) read(q query) session.Result {
	if q.at == 0 || m.env.Bug(bugReadsLatest) {
		q.at = m.applied
	}
	if q.at < m.oldest() {
		m.env.Sometimes(markTooOld)
		return session.Result{Status: session.Mismatch, Value: int64(q.at)}
	}
	held := m.keys[q.key].At(m.visible(q))
	return session.Result{Status: session.OK, Value: int64(q.at), Body: string(txn.AppendValue(nil, held))}
}

// visible is the index at which a query sees its key.
func (m *machine) visible(q query) uint64 {
	if m.env.Bug(bugParallelApply) && (uint64(q.key)+uint64(m.env.ID()))%2 == 0 {
		return q.at - min(q.at, applierLag)
	}
	return q.at
}

// factState: an entry was applied, and this is a hash of what came of it and of all before.
type factState struct{ index, hash uint64 }

func (f *factState) String() string { return fmt.Sprintf("at version %d", f.index) }

func stateOf(f sim.Fact) (index, hash uint64, ok bool) {
	s, ok := f.(*factState)
	if !ok {
		return 0, 0, false
	}
	return s.index, s.hash, true
}
