package coord

import (
	"cmp"
	"slices"

	"simrun/models/coord/api"
	"simrun/models/raft"
	"simrun/models/session"
	"simrun/sim"
	"simrun/sim/digest"
)

// machine is the replicated state machine.
type machine struct {
	env raft.Environment
	state
	requests session.Table // so that a command that comes twice is done once
	revision uint64        // the index of the last entry that was applied
	hash     digest.Hash   // of the states after all entries, and of their results

	facts []sim.Fact  // of the transaction that is being done, which nobody hears of if it is refused
	used  func(lease) // told of each lease that is used or renewed
}

// state is what a transaction can change: the tree, the leases, the resource that locks guard, and the changes of the tree in order. What servers have of
// their own is not part of it: who waits at which server for a change, and since when the leader has not heard of a lease.
type state struct {
	tree     tree
	leases   []lease // those that have not ended, in order
	resource resource
	events   []event // those after the revision that is compacted
	dropped  uint64  // the revision up to which changes have been dropped
}

// clone returns a copy that does not change with s, except that it may share events, which are only added.
func (s *state) clone() state {
	c := *s
	c.tree, c.leases, c.resource = s.tree.clone(), slices.Clone(s.leases), s.resource.clone()
	return c
}

// hashInto adds to a hash what the state holds. The changes are not repeated: they are those of the trees before.
func (s *state) hashInto(h digest.Hash) digest.Hash {
	h = h.Word(s.tree.hash, s.dropped)
	for _, l := range s.leases {
		h = h.Word(l.id, uint64(l.ticks))
	}
	for _, c := range s.resource.cells {
		h = h.String(c.name).Word(uint64(c.value), c.token).Word(c.shared, 0)
	}
	return h
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
		m.grant(api.SessionTicks)
		r = session.Result{Status: session.Registered, Value: int64(index)}
	case session.Command:
		if id, seq, ops, ok := api.DecodeCommand(data); ok {
			r = m.command(id, seq, ops)
		}
	}
	m.hash = m.hashInto(m.hash.Word(index, uint64(r.Status)).Word(uint64(r.Value), 0).String(r.Body))
	m.env.Report(&factState{index, uint64(m.hash)})
	return r
}

// command does a command of a session, once, or one that has no session, each time that it comes: the leader ends sessions, and the resource knows of none.
func (m *machine) command(id, seq uint64, ops []api.Op) session.Result {
	if id == 0 {
		return m.transact(ops).Result()
	}
	if !m.renew(id) {
		m.env.Sometimes(markExpired)
		return session.Result{Status: session.NoSession}
	}
	if len(ops) > 0 && ops[0].Kind == api.OpAfter && m.requests.Last(id) < ops[0].Number && !m.env.Bug(bugReordered) {
		m.env.Sometimes(markReordered)
		return api.Answer{Refused: api.OutOfOrder}.Result()
	}
	r, _ := m.requests.Once(id, seq, func() session.Result { return m.transact(ops).Result() })
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
	ops, ok := api.DecodeOps(query)
	if !ok {
		return session.Result{Status: session.OK}
	}
	return m.query(ops).Result()
}

// query answers operations that change nothing.
func (m *machine) query(ops []api.Op) api.Answer {
	a := api.Answer{Revision: m.revision}
	for i, o := range ops {
		switch o.Kind {
		case api.OpGet:
			if n := m.tree.get(o.Path); n != nil {
				a.Items = append(a.Items, n.item(i))
			}
		case api.OpList:
			for _, n := range m.tree.childrenOf(o.Path) {
				a.Items = append(a.Items, n.item(i))
			}
		case api.OpLoad:
			a.Items = append(a.Items, m.resource.item(i, o.Path))
		case api.OpTouch:
			if !m.renew(o.Number) {
				return api.Answer{Refused: api.NoOwner}
			}
		}
	}
	return a
}

func (n *znode) item(op int) api.Item {
	return api.Item{Op: uint64(op), Path: n.path, Value: n.value, Version: n.version, Created: n.created, Modified: n.modified, Owner: n.owner}
}
