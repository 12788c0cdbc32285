package coord

import (
	"fmt"
	"sort"
	"strings"

	"simrun/models/raft"
	"simrun/sim"
)

// monitors returns those of raft, and those of the service.
func monitors(nodes int) []sim.Monitor {
	return append(raft.Monitors(nodes),
		&sameState{},
		&fencing{tokens: map[string]uint64{}},
		&lines{all: map[string][]place{}},
		&watches{changes: map[string][]uint64{}},
		&owners{alive: map[uint64]int{}, ended: map[uint64]bool{}},
		&names{used: map[string]bool{}},
		forward{},
	)
}

// newest tells the facts of the server that applied an entry first from those of the others, which repeat them: the monitors of the log see to it that
// all apply the same.
type newest struct {
	revision uint64
	node     sim.NodeID
}

func (n *newest) counts(node sim.NodeID, revision uint64) bool {
	if revision > n.revision {
		n.revision, n.node = revision, node
	}
	return revision == n.revision && node == n.node
}

// Booted implements [sim.Booter]: the server applies the log again.
func (n *newest) Booted(_ sim.Time, node sim.NodeID) {
	if n.node == node {
		n.node = 0
	}
}

// forward: a client never sees a state that is older than what it has seen.
type forward struct{}

func (forward) Name() string { return readsForward }

func (forward) Observe(_ sim.Time, node sim.NodeID, f sim.Fact) string {
	if s, ok := f.(*factServed); ok && s.Revision < s.Seen {
		return fmt.Sprintf("%s answered from revision %d a client that has seen revision %d", node, s.Revision, s.Seen)
	}
	return ""
}

// sameState: after the same entry of the log all servers have the same tree.
type sameState struct{ at []stateAt }

type stateAt struct {
	hash uint64
	node sim.NodeID // that was there first
}

func (m *sameState) Name() string { return equalStates }

func (m *sameState) Observe(_ sim.Time, node sim.NodeID, f sim.Fact) string {
	s, ok := f.(*factState)
	if !ok {
		return ""
	}
	for uint64(len(m.at)) <= s.Revision {
		m.at = append(m.at, stateAt{})
	}
	seen := &m.at[s.Revision]
	if seen.node == 0 {
		*seen = stateAt{s.Hash, node}
	}
	if seen.hash != s.Hash {
		return fmt.Sprintf("%s and %s have different trees at revision %d", seen.node, node, s.Revision)
	}
	return ""
}

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
	name := parent(c.path) + "/…" + number(c.path)
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
