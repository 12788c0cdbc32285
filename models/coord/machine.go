package coord

import (
	"cmp"
	"encoding/binary"
	"slices"

	"simrun/models/raft"
	"simrun/models/session"
)

// machine is the replicated state: the tree, the sessions, the resource that locks guard, and the changes of the tree in order.
type machine struct {
	env      raft.Environment
	requests session.Table // so that a command that comes twice is done once
	leases   []lease       // those that have not ended, in order
	tree     tree
	resource resource
	events   []event // those after the revision that is compacted
	dropped  uint64  // the revision up to which changes have been dropped
	revision uint64  // the index of the last entry that was applied

	used func(lease) // told of each lease that is used or renewed
}

// lease is a promise that ends when it is not renewed, or is revoked, and nodes go with it. Each session is one, and clients can ask for more (in the
// way of etcd).
type lease struct {
	id    uint64 // the index of the entry that granted it
	ticks int    // how long it lives without a renewal
}

// event is a change of the tree.
type event struct {
	kind       eventKind
	path       string
	value      int64
	revision   uint64
	owner      uint64 // of the node: its session, or 0
	expired    uint64 // of a deletion: the session that ended, or 0
	sequential bool   // of a creation
}

type eventKind uint8

const (
	created eventKind = iota
	changed
	deleted
)

// Apply implements [session.Machine].
func (m *machine) Apply(index uint64, kind session.Kind, data []byte) session.Result {
	m.revision = index
	m.events = slices.Delete(m.events, 0, m.firstAfter(m.dropped))
	r := session.Result{Status: session.OK}
	switch kind {
	case session.Register:
		m.requests.Open(index)
		m.grant(sessionTicks)
		r = session.Result{Status: session.Registered, Value: int64(index)}
	case session.Command:
		if id, seq, ops, ok := decodeCommand(data); ok {
			r = m.command(id, seq, ops)
		}
	}
	m.env.Report(&factState{index, m.tree.hash})
	return r
}

// command does a command of a session, once, or one that has no session, each time that it comes: the leader ends sessions, and the resource knows of none.
func (m *machine) command(id, seq uint64, ops []op) session.Result {
	if id == 0 {
		return m.transact(ops).result()
	}
	if !m.renew(id) {
		m.env.Sometimes(markExpired)
		return session.Result{Status: session.NoSession}
	}
	r, _ := m.requests.Once(id, seq, func() session.Result { return m.transact(ops).result() })
	return r
}

// firstAfter is the position of the first change after a revision.
func (m *machine) firstAfter(revision uint64) int {
	i, _ := slices.BinarySearchFunc(m.events, revision+1, func(e event, r uint64) int { return cmp.Compare(e.revision, r) })
	return i
}

// grant grants a lease, whose name is the revision.
func (m *machine) grant(ticks int) {
	l := lease{m.revision, ticks}
	m.leases = append(m.leases, l)
	m.used(l)
}

// find returns the position of a lease; false if it has ended.
func (m *machine) find(id uint64) (int, bool) {
	return slices.BinarySearchFunc(m.leases, id, func(l lease, id uint64) int { return cmp.Compare(l.id, id) })
}

// renew gives a lease its whole time anew; false if it has ended.
func (m *machine) renew(id uint64) bool {
	i, ok := m.find(id)
	if ok {
		m.used(m.leases[i])
	}
	return ok || m.env.Bug(bugEndedSession) && id <= m.revision
}

// Read implements [session.Machine].
func (m *machine) Read(query []byte) session.Result {
	ops, ok := decodeOps(query)
	if !ok {
		return session.Result{Status: session.OK}
	}
	return m.query(ops).result()
}

// query answers operations that change nothing.
func (m *machine) query(ops []op) answer {
	a := answer{revision: m.revision}
	for i, o := range ops {
		switch o.kind {
		case opGet:
			if n := m.tree.get(o.path); n != nil {
				a.items = append(a.items, n.item(i))
			}
		case opList:
			for _, n := range m.tree.childrenOf(o.path) {
				a.items = append(a.items, n.item(i))
			}
		case opLoad:
			a.items = append(a.items, m.resource.item(i, o.path))
		case opTouch:
			if !m.renew(o.number) {
				return answer{refused: noOwner}
			}
		}
	}
	return a
}

func (n *znode) item(op int) item {
	return item{uint64(op), n.path, n.value, n.version, n.created, n.modified, n.owner}
}

// appendCommand appends the encoding of a command to b.
func appendCommand(b []byte, session, seq uint64, ops []op) []byte {
	b = binary.LittleEndian.AppendUint64(b, session)
	b = binary.LittleEndian.AppendUint64(b, seq)
	return appendOps(b, session, ops)
}

func decodeCommand(b []byte) (session, seq uint64, ops []op, ok bool) {
	if len(b) < 16 {
		return 0, 0, nil, false
	}
	ops, ok = decodeOps(b[16:])
	return binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[8:]), ops, ok
}
