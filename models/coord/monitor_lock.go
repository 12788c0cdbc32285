package coord

import (
	"fmt"
	"strings"

	"simrun/models/coord/recipe"
	"simrun/sim"
)

// fencing: the resource never takes a token that is smaller than one that it has seen, except those of readers among themselves.
type fencing struct {
	newest
	tokens  map[string]uint64
	readers map[string]uint64 // the greatest token of any
}

func (m *fencing) Name() string { return tokensGrow }

func (m *fencing) Observe(_ sim.Time, node sim.NodeID, f sim.Fact) string {
	a, ok := f.(*factAccess)
	if !ok || !m.counts(node, a.Revision) {
		return ""
	}
	before := m.tokens[a.Name]
	if !a.Shared {
		before = max(before, m.readers[a.Name])
	}
	if a.Shared {
		m.readers[a.Name] = max(m.readers[a.Name], a.Token)
	} else {
		m.tokens[a.Name] = a.Token
	}
	if a.Token < before {
		return fmt.Sprintf("%s was accessed with token %d after it was with token %d", a.Name, a.Token, before)
	}
	return ""
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
	deleted uint64 // 0: not yet
}

func (p *place) at(revision uint64) bool {
	return p.created <= revision && (p.deleted == 0 || revision < p.deleted)
}

func (m *lines) Name() string { return lockOrder }

func (m *lines) Observe(_ sim.Time, node sim.NodeID, f sim.Fact) string {
	switch f := f.(type) {
	case *factChanged:
		if strings.HasPrefix(f.path, recipe.LockDir) && f.owner != 0 && m.counts(node, f.revision) {
			return m.changed(f.event)
		}
	case *factEntered:
		if m.counts(node, f.Revision) {
			return m.entered(f)
		}
	}
	return ""
}

func (m *lines) changed(e event) string {
	dir, twice := parent(e.path), ""
	for i := range m.all[dir] {
		p := &m.all[dir][i]
		switch {
		case p.deleted != 0:
		case p.path == e.path:
			p.deleted = e.revision
		case e.kind == created && p.owner == e.owner:
			twice = fmt.Sprintf("session %d is in line twice, with %s and %s", e.owner, p.path, e.path)
		}
	}
	if e.kind == created {
		m.all[dir] = append(m.all[dir], place{path: e.path, owner: e.owner, created: e.revision})
	}
	return twice
}

func (m *lines) entered(f *factEntered) string {
	own := ""
	line := m.all[recipe.LockDir+recipe.LockOf(f.Name)]
	for _, p := range line {
		if p.created == f.Token && p.at(f.At) {
			own = p.path
		}
	}
	if own == "" {
		return fmt.Sprintf("a client took lock %s with token %d, but its node did not exist at revision %d", f.Name, f.Token, f.At)
	}
	for _, p := range line {
		if p.at(f.At) && recipe.Number(p.path) < recipe.Number(own) && recipe.Excludes(p.path, own) {
			return fmt.Sprintf("a client took lock %s with %s, but %s was before it in line at revision %d", f.Name, own, p.path, f.At)
		}
	}
	return ""
}
