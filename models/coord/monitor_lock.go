package coord

import (
	"fmt"
	"strings"

	"simrun/sim"
)

// fencing: the resource never takes a token that is smaller than one that it has seen.
type fencing struct {
	newest
	tokens map[string]uint64
}

func (m *fencing) Name() string { return tokensGrow }

func (m *fencing) Observe(_ sim.Time, node sim.NodeID, f sim.Fact) string {
	a, ok := f.(*factAccess)
	if !ok || !m.counts(node, a.Revision) {
		return ""
	}
	before := m.tokens[a.Name]
	m.tokens[a.Name] = a.Token
	if a.Token < before {
		return fmt.Sprintf("%s was accessed with token %d after it was with token %d", a.Name, a.Token, before)
	}
	return ""
}

// lines: at the revision at which a client saw that it holds a lock, its node was the first in line, so that no two clients hold a lock at the same revision;
// and no session is in line twice, so that no client waits for itself.
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
		if strings.HasPrefix(f.path, lockDir) && f.owner != 0 && m.counts(node, f.revision) {
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
	line := m.all[lockDir+f.Name]
	for _, p := range line {
		if p.created == f.Token && p.at(f.At) {
			own = p.path
		}
	}
	if own == "" {
		return fmt.Sprintf("a client took lock %s with token %d, but its node did not exist at revision %d", f.Name, f.Token, f.At)
	}
	for _, p := range line {
		if p.at(f.At) && number(p.path) < number(own) {
			return fmt.Sprintf("a client took lock %s with %s, but %s was before it in line at revision %d", f.Name, own, p.path, f.At)
		}
	}
	return ""
}
