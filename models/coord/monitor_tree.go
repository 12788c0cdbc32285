package coord

import (
	"fmt"
	"sort"

	"simrun/models/coord/recipe"
	"simrun/sim"
)

// owners: the nodes of a session are deleted when it ends, not before unless somebody deletes them, and it has none later.
type owners struct {
	newest
	alive   map[uint64]int // nodes, by session
	ended   map[uint64]bool
	last    uint64 // the session that ended last
	endedAt uint64 // its end
}

func (m *owners) Name() string { return ephemeralNodes }

func (m *owners) Observe(_ sim.Time, node sim.NodeID, f sim.Fact) string {
	switch f := f.(type) {
	case *factEnded:
		if m.counts(node, f.Revision) {
			m.ended[f.Session], m.last, m.endedAt = true, f.Session, f.Revision
		}
	case *factState:
		if m.counts(node, f.Revision) && f.Revision == m.endedAt && m.alive[m.last] > 0 {
			return fmt.Sprintf("session %d ended at revision %d, and %d of its nodes are still there", m.last, m.endedAt, m.alive[m.last])
		}
	case *factChanged:
		if m.counts(node, f.revision) {
			return m.changed(f.event)
		}
	}
	return ""
}

func (m *owners) changed(e event) string {
	switch {
	case e.expired != 0 && !m.ended[e.expired]:
		return fmt.Sprintf("%s was deleted at revision %d with session %d, which had not ended", e.path, e.revision, e.expired)
	case e.owner == 0:
	case e.kind == deleted:
		m.alive[e.owner]--
	case e.kind == created && m.ended[e.owner]:
		return fmt.Sprintf("%s was created at revision %d in session %d, which had ended", e.path, e.revision, e.owner)
	case e.kind == created:
		m.alive[e.owner]++
	}
	return ""
}

// names: no two sequential nodes with the same parent ever have the same number.
type names struct {
	newest
	used map[string]bool
}

func (m *names) Name() string { return namesUnique }

func (m *names) Observe(_ sim.Time, node sim.NodeID, f sim.Fact) string {
	c, ok := f.(*factChanged)
	if !ok || c.kind != created || !c.sequential || !m.counts(node, c.revision) {
		return ""
	}
	name := parent(c.path) + "/…" + recipe.Number(c.path)
	if m.used[name] {
		return fmt.Sprintf("%s has a number that another node had", c.path)
	}
	m.used[name] = true
	return ""
}

// watches: a watch is answered by the first change after the revision that it names, and does not wait once that has come.
type watches struct {
	newest
	changes map[string][]uint64 // revisions, by what they change
}

func (m *watches) Name() string { return watchesComplete }

func (m *watches) Observe(_ sim.Time, node sim.NodeID, f sim.Fact) string {
	switch f := f.(type) {
	case *factChanged:
		if m.counts(node, f.revision) {
			m.changes[f.path] = append(m.changes[f.path], f.revision)
			if above := parent(f.path); f.kind != changed {
				m.changes[above] = append(m.changes[above], f.revision)
			}
		}
	case *factWatched:
		return m.watched(node, f)
	}
	return ""
}

func (m *watches) watched(node sim.NodeID, f *factWatched) string {
	revisions := m.changes[f.Path]
	i := sort.Search(len(revisions), func(i int) bool { return revisions[i] > f.After })
	switch {
	case f.Fired == 0 && i < len(revisions) && revisions[i] <= f.Revision:
		return fmt.Sprintf("%s waits at revision %d for a change of %s after %d, which came at %d", node, f.Revision, f.Path, f.After, revisions[i])
	case f.Fired != 0 && (i == len(revisions) || revisions[i] != f.Fired):
		return fmt.Sprintf("%s told of a change of %s at revision %d, which is not the first after %d", node, f.Path, f.Fired, f.After)
	}
	return ""
}
