package coord

import (
	"fmt"

	"simrun/models/raft"
	"simrun/sim"
)

// monitors returns those of raft, and those of the service.
func monitors(nodes int) []sim.Monitor {
	return append(raft.Monitors(nodes),
		&sameState{},
		&fencing{tokens: map[string]uint64{}, readers: map[string]uint64{}},
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

// sameState: after the same entry of the log all servers have the same state, and had the same before.
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
		return fmt.Sprintf("%s and %s have different states at revision %d", seen.node, node, s.Revision)
	}
	return ""
}
