package coord

import (
	"strings"

	"simrun/models/coord/recipe"
	"simrun/sim"
)

// fencing: the resource never takes a token that is smaller than one that it has seen, except those of readers among themselves.
type fencing struct {
	newest
	tokens  map[string]used
	readers map[string]used // the greatest token of any
}

// used is a token that the resource saw.
type used struct {
	token uint64
	at    sim.Sighting
}

func (m *fencing) Name() string { return tokensGrow }

func (m *fencing) Observe(at sim.Sighting, f sim.Fact) *sim.Breach {
	a, ok := f.(*factAccess)
	if !ok || !m.counts(at.Node, a.Revision) {
		return nil
	}
	before := m.tokens[a.Name]
	readers := m.readers[a.Name]
	if !a.Shared && readers.token > before.token {
		before = readers
	}
	if !a.Shared {
		m.tokens[a.Name] = used{a.Token, at}
	} else if a.Token > readers.token {
		m.readers[a.Name] = used{a.Token, at}
	}
	if a.Token < before.token {
		return sim.Breachf("%s was accessed with token %d after it was with token %d", a.Name, a.Token, before.token).
			Against(before.at, "access of %s with token %d", a.Name, before.token)
	}
	return nil
}

// lines: at the revision at which a client saw that it holds a lock, its node was the first in line, so that no two clients hold a lock at the same revision, except
// readers, before which no writer was; and no session is in line twice, so that no client waits for itself.
type lines struct {
	newest
	all map[string][]place
}

// place is the life of a node in line for a lock.
type place struct {
	path    string
	owner   uint64
	created uint64
	deleted uint64       // 0: not yet
	seen    sim.Sighting // of its creation
}

func (p *place) at(revision uint64) bool {
	return p.created <= revision && (p.deleted == 0 || revision < p.deleted)
}

func (m *lines) Name() string { return lockOrder }

func (m *lines) Observe(at sim.Sighting, f sim.Fact) *sim.Breach {
	switch f := f.(type) {
	case *factChanged:
		if strings.HasPrefix(f.path, recipe.LockDir) && f.owner != 0 && m.counts(at.Node, f.revision) {
			return m.changed(at, f.event)
		}
	case *factEntered:
		if m.counts(at.Node, f.Revision) {
			return m.entered(f)
		}
	}
	return nil
}

func (m *lines) changed(at sim.Sighting, e event) (twice *sim.Breach) {
	dir := parent(e.path)
	for i := range m.all[dir] {
		p := &m.all[dir][i]
		switch {
		case p.deleted != 0:
		case p.path == e.path:
			p.deleted = e.revision
		case e.kind == created && p.owner == e.owner:
			twice = sim.Breachf("session %d is in line twice, with %s and %s", e.owner, p.path, e.path).Against(p.seen, "created %s", p.path)
		}
	}
	if e.kind == created {
		m.all[dir] = append(m.all[dir], place{path: e.path, owner: e.owner, created: e.revision, seen: at})
	}
	return twice
}

func (m *lines) entered(f *factEntered) *sim.Breach {
	var own place
	line := m.all[recipe.LockDir+recipe.LockOf(f.Name)]
	for _, p := range line {
		if p.created == f.Token && p.at(f.At) {
			own = p
		}
	}
	if own.path == "" {
		return sim.Breachf("a client took lock %s with token %d, but its node did not exist at revision %d", f.Name, f.Token, f.At)
	}
	for _, p := range line {
		if p.at(f.At) && recipe.Number(p.path) < recipe.Number(own.path) && recipe.Excludes(p.path, own.path) {
			return sim.Breachf("a client took lock %s with %s, but %s was before it in line at revision %d", f.Name, own.path, p.path, f.At).
				Against(p.seen, "created %s", p.path).Against(own.seen, "created %s", own.path)
		}
	}
	return nil
}
