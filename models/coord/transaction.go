package coord

import "slices"

// transact does a transaction: all of it, or nothing.
func (m *machine) transact(ops []op) answer {
	a := answer{revision: m.revision, otherwise: slices.ContainsFunc(ops, func(o op) bool { return o.kind.compares() && !m.holds(o) })}
	before, events := m.tree.clone(), len(m.events)
	for i, o := range ops {
		if o.kind.compares() || o.otherwise != a.otherwise {
			continue
		}
		if why := m.perform(i, o, &a); why != notRefused {
			if !m.env.Bug(bugHalfTransaction) {
				m.tree, m.events = before, m.events[:events]
			}
			return answer{refused: why}
		}
	}
	for i := range m.events[events:] {
		m.env.Report(&factChanged{m.events[events+i]})
	}
	return a
}

// holds decides a comparison.
func (m *machine) holds(o op) bool {
	n := m.tree.get(o.path)
	switch {
	case n == nil:
		return o.kind == opAbsent
	case o.kind == opVersion:
		return n.version == o.number
	}
	return o.kind == opCreated && n.created == o.number
}

// perform does one operation, and adds what it saw to the answer.
func (m *machine) perform(i int, o op, a *answer) refusal {
	switch o.kind {
	case opCreate:
		return m.create(i, o, a)
	case opPut:
		n := m.tree.get(o.path)
		if found := n.versionOr0(); o.number != 0 && o.number != found+1 {
			return badVersion
		}
		if n == nil {
			o.number = 0
			return m.create(i, o, a)
		}
		next := *n
		next.value, next.version, next.modified = o.value, n.version+1, m.revision
		m.change(event{kind: changed}, next)
		a.items = append(a.items, next.item(i))
	case opDelete:
		n := m.tree.get(o.path)
		switch {
		case n == nil:
			return noNode
		case len(m.tree.childrenOf(o.path)) > 0:
			return notEmpty
		}
		m.change(event{kind: deleted}, *n)
	case opExpire:
		m.expire(o.number)
	case opGrant:
		m.grant(int(o.value))
		a.items = append(a.items, item{op: uint64(i), created: m.revision})
	case opCompact:
		m.dropped = max(m.dropped, min(o.number, m.revision-1)) // the changes go when the next entry is applied
	case opLoad, opStore:
		return m.access(i, o, a)
	default:
		a.items = append(a.items, m.query([]op{o}).items...)
	}
	return notRefused
}

// create creates a node, and those above it that are missing.
func (m *machine) create(i int, o op, a *answer) refusal {
	if o.number != 0 && !m.renew(o.number) {
		return noOwner
	}
	above := parent(o.path)
	if above != "" && m.tree.get(above) == nil {
		if why := m.create(i, op{kind: opCreate, path: above}, &answer{}); why != notRefused {
			return why
		}
	}
	n := znode{path: o.path, value: o.value, version: 1, created: m.revision, modified: m.revision, owner: o.number}
	if o.sequential {
		n.path = sequenced(o.path, m.nextChild(above))
	}
	if m.tree.get(n.path) != nil {
		return nodeExists
	}
	m.change(event{kind: created, sequential: o.sequential}, n)
	a.items = append(a.items, n.item(i))
	return notRefused
}

// nextChild is the number of the next sequential child of a node. The parent counts them, so that a number does not come back when its
// node is gone.
func (m *machine) nextChild(path string) uint64 {
	above := *m.tree.get(path)
	if siblings := m.tree.childrenOf(path); m.env.Bug(bugSequenceReused) {
		above.children = uint64(len(siblings))
	}
	above.children++
	m.tree.put(above)
	return above.children
}

// change makes a change of a node, and keeps the event.
func (m *machine) change(e event, n znode) {
	if e.kind == deleted {
		m.tree.remove(n.path)
	} else {
		m.tree.put(n)
	}
	e.path, e.value, e.revision, e.owner = n.path, n.value, m.revision, n.owner
	m.events = append(m.events, e)
}

// expire ends a lease. Its nodes go with it.
func (m *machine) expire(id uint64) {
	i, ok := m.find(id)
	if !ok {
		return
	}
	m.leases = slices.Delete(m.leases, i, i+1)
	m.env.Report(&factEnded{id, m.revision})
	for _, n := range m.tree.ownedBy(id) {
		m.change(event{kind: deleted, expired: id}, *n)
	}
}
