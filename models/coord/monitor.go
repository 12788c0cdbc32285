package coord

import (
	"simrun/models/raft"
	"simrun/sim"
)

// monitors returns those of raft, and those of the service.
func monitors(nodes int) []sim.Monitor {
	return append(raft.Monitors(nodes),
		&sameState{},
		&fencing{tokens: map[string]used{}, readers: map[string]used{}},
		&lines{all: map[string][]place{}},
		&watches{changes: map[string][]change{}},
		&owners{alive: map[uint64]int{}, ended: map[uint64]sim.Sighting{}},
		&names{used: map[string]sim.Sighting{}},
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
func (n *newest) Booted(at sim.Sighting) {
	if n.node == at.Node {
		n.node = 0
	}
}

// forward: a client never sees a state that is older than what it has seen.
type forward struct{}

func (forward) Name() string { return readsForward }

func (forward) Observe(at sim.Sighting, f sim.Fact) *sim.Breach {
	if s, ok := f.(*factServed); ok && s.Revision < s.Seen {
		return sim.Breachf("%s answered from revision %d a client that has seen revision %d", at.Node, s.Revision, s.Seen)
	}
	return nil
}

// sameState: after the same entry of the log all servers have the same state, and had the same before.
type sameState struct{ at []stateAt }

type stateAt struct {
	hash uint64
	at   sim.Sighting // of who was there first
}

func (m *sameState) Name() string { return equalStates }

func (m *sameState) Observe(at sim.Sighting, f sim.Fact) *sim.Breach {
	s, ok := f.(*factState)
	if !ok {
		return nil
	}
	for uint64(len(m.at)) <= s.Revision {
		m.at = append(m.at, stateAt{})
	}
	seen := &m.at[s.Revision]
	if seen.at.Node == 0 {
		*seen = stateAt{s.Hash, at}
	}
	if seen.hash != s.Hash {
		return sim.Breachf("%s and %s have different states at revision %d", seen.at.Node, at.Node, s.Revision).Against(seen.at, "had state %016x at revision %d", seen.hash, s.Revision)
	}
	return nil
}
