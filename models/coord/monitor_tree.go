package coord

import (
	"sort"

	"simrun/models/coord/recipe"
	"simrun/sim"
)

// owners: the nodes of a session are deleted when it ends, not before unless somebody deletes them, and it has none later.
type owners struct {
	newest
	alive   map[uint64]int // nodes, by session
	ended   map[uint64]sim.Sighting
	last    uint64 // the session that ended last
	endedAt uint64 // its end
}

func (m *owners) Name() string { return ephemeralNodes }

func (m *owners) Observe(at sim.Sighting, f sim.Fact) *sim.Breach {
	switch f := f.(type) {
	case *factEnded:
		if m.counts(at.Node, f.Revision) {
			m.ended[f.Session], m.last, m.endedAt = at, f.Session, f.Revision
		}
	case *factState:
		if m.counts(at.Node, f.Revision) && f.Revision == m.endedAt && m.alive[m.last] > 0 {
			return sim.Breachf("session %d ended at revision %d, and %d of its nodes are still there", m.last, m.endedAt, m.alive[m.last]).
				Against(m.ended[m.last], "session %d ended", m.last)
		}
	case *factChanged:
		if m.counts(at.Node, f.revision) {
			return m.changed(f.event)
		}
	}
	return nil
}

func (m *owners) changed(e event) *sim.Breach {
	over := m.ended[e.owner]
	switch {
	case e.expired != 0 && m.ended[e.expired].Node == 0:
		return sim.Breachf("%s was deleted at revision %d with session %d, which had not ended", e.path, e.revision, e.expired)
	case e.owner == 0:
	case e.kind == deleted:
		m.alive[e.owner]--
	case e.kind == created && over.Node != 0:
		return sim.Breachf("%s was created at revision %d in session %d, which had ended", e.path, e.revision, e.owner).Against(over, "session %d ended", e.owner)
	case e.kind == created:
		m.alive[e.owner]++
	}
	return nil
}

// names: no two sequential nodes with the same parent ever have the same number.
type names struct {
	newest
	used map[string]sim.Sighting // of the first that had it
}

func (m *names) Name() string { return namesUnique }

func (m *names) Observe(at sim.Sighting, f sim.Fact) *sim.Breach {
	c, ok := f.(*factChanged)
	if !ok || c.kind != created || !c.sequential || !m.counts(at.Node, c.revision) {
		return nil
	}
	name := parent(c.path) + "/…" + recipe.Number(c.path)
	if first := m.used[name]; first.Node != 0 {
		return sim.Breachf("%s has a number that another node had", c.path).Against(first, "created a node with this number")
	}
	m.used[name] = at
	return nil
}

// watches: a watch is answered by the first change after the revision that it names, and does not wait once that has come.
type watches struct {
	newest
	changes map[string][]change // by what they change
}

type change struct {
	revision uint64
	at       sim.Sighting
}

func (m *watches) Name() string { return watchesComplete }

func (m *watches) Observe(at sim.Sighting, f sim.Fact) *sim.Breach {
	switch f := f.(type) {
	case *factChanged:
		if m.counts(at.Node, f.revision) {
			m.changes[f.path] = append(m.changes[f.path], change{f.revision, at})
			if above := parent(f.path); f.kind != changed {
				m.changes[above] = append(m.changes[above], change{f.revision, at})
			}
		}
	case *factWatched:
		return m.watched(at.Node, f)
	}
	return nil
}

func (m *watches) watched(node sim.NodeID, f *factWatched) *sim.Breach {
	all := m.changes[f.Path]
	i := sort.Search(len(all), func(i int) bool { return all[i].revision > f.After })
	switch {
	case f.Fired == 0 && i < len(all) && all[i].revision <= f.Revision:
		return sim.Breachf("%s waits at revision %d for a change of %s after %d, which came at %d", node, f.Revision, f.Path, f.After, all[i].revision).
			Against(all[i].at, "changed %s at revision %d", f.Path, all[i].revision)
	case f.Fired != 0 && i == len(all):
		return sim.Breachf("%s told of a change of %s at revision %d, which is not the first after %d", node, f.Path, f.Fired, f.After)
	case f.Fired != 0 && all[i].revision != f.Fired:
		return sim.Breachf("%s told of a change of %s at revision %d, which is not the first after %d", node, f.Path, f.Fired, f.After).
			Against(all[i].at, "changed %s at revision %d", f.Path, all[i].revision)
	}
	return nil
}
