package coord

import (
	"slices"

	"simrun/models/coord/api"
)

// transact does a transaction: all of it, or nothing.
func (m *machine) transact(ops []api.Op) api.Answer {
	a := api.Answer{Revision: m.revision, Otherwise: slices.ContainsFunc(ops, func(o api.Op) bool { return o.Kind.Compares() && !m.holds(o) })}
	before := m.state.clone()
	m.facts = m.facts[:0]
	for i, o := range ops {
		if o.Kind.Compares() || o.Otherwise != a.Otherwise {
			continue
		}
		if why := m.perform(i, o, &a); why != api.NotRefused {
			if !m.env.Bug(bugHalfTransaction) {
				m.state = before
			}
			return api.Answer{Refused: why}
		}
	}
	for _, f := range m.facts {
		m.env.Report(f)
	}
	return a
}

// holds decides a comparison.
func (m *machine) holds(o api.Op) bool {
	n := m.tree.get(o.Path)
	switch {
	case n == nil:
		return o.Kind == api.OpAbsent
	case o.Kind == api.OpVersion:
		return n.version == o.Number
	}
	return o.Kind == api.OpCreated && n.created == o.Number
}

// perform does one operation, and adds what it saw to the answer.
func (m *machine) perform(i int, o api.Op, a *api.Answer) api.Refusal {
	switch o.Kind {
	case api.OpCreate:
		return m.create(i, o, a)
	case api.OpPut:
		n := m.tree.get(o.Path)
		if found := n.versionOr0(); o.Number != 0 && o.Number != found+1 {
			return api.BadVersion
		}
		if n == nil {
			o.Number = 0
			return m.create(i, o, a)
		}
		next := *n
		next.value, next.version, next.modified = o.Value, n.version+1, m.revision
		m.change(event{kind: changed}, next)
		a.Items = append(a.Items, next.item(i))
	case api.OpDelete:
		n := m.tree.get(o.Path)
		switch {
		case n == nil:
			return api.NoNode
		case len(m.tree.childrenOf(o.Path)) > 0:
			return api.NotEmpty
		}
		m.change(event{kind: deleted}, *n)
	case api.OpExpire:
		m.expire(o.Number)
	case api.OpGrant:
		m.grant(int(o.Value))
		a.Items = append(a.Items, api.Item{Op: uint64(i), Created: m.revision})
	case api.OpCompact:
		m.dropped = max(m.dropped, min(o.Number, m.revision-1)) // the changes go when the next entry is applied
	case api.OpLoad, api.OpStore, api.OpShare:
		return m.access(i, o, a)
	case api.OpAfter: // the command has come in order
	default:
		a.Items = append(a.Items, m.query([]api.Op{o}).Items...)
	}
	return api.NotRefused
}

// create creates a node, and those above it that are missing.
func (m *machine) create(i int, o api.Op, a *api.Answer) api.Refusal {
	if o.Number != 0 && !m.renew(o.Number) {
		return api.NoOwner
	}
	above := parent(o.Path)
	if above != "" && m.tree.get(above) == nil {
		if why := m.create(i, api.Op{Kind: api.OpCreate, Path: above}, &api.Answer{}); why != api.NotRefused {
			return why
		}
	}
	n := znode{path: o.Path, value: o.Value, version: 1, created: m.revision, modified: m.revision, owner: o.Number}
	if o.Sequential {
		n.path = sequenced(o.Path, m.nextChild(above))
	}
	if m.tree.get(n.path) != nil {
		return api.NodeExists
	}
	m.change(event{kind: created, sequential: o.Sequential}, n)
	a.Items = append(a.Items, n.item(i))
	return api.NotRefused
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
	m.facts = append(m.facts, &factChanged{e})
}

// expire ends a lease. Its nodes go with it.
func (m *machine) expire(id uint64) {
	i, ok := m.find(id)
	if !ok {
		return
	}
	m.leases = slices.Delete(m.leases, i, i+1)
	m.facts = append(m.facts, &factEnded{id, m.revision})
	for _, n := range m.tree.ownedBy(id) {
		m.change(event{kind: deleted, expired: id}, *n)
	}
}
