// Package invariant has the monitors that are not one protocol's. A protocol tells by a function which of its facts
// means what; each fact costs O(1).
package invariant

import (
	"fmt"

	"simrun/sim"
)

// OnePerEpoch is the invariant that at most one node takes a role in each epoch. of returns the epoch of a fact that says
// that its node took the role, and false for every other. The words role and epoch are those of the
// violation: "n1 and n3 are both leader of term 7".
func OnePerEpoch(name, role, epoch string, of func(f sim.Fact) (uint64, bool)) sim.Monitor {
	return &onePerEpoch{name, role, epoch, of, map[uint64]sim.NodeID{}}
}

type onePerEpoch struct {
	name, role, epoch string
	of                func(f sim.Fact) (uint64, bool)
	holders           map[uint64]sim.NodeID
}

func (m *onePerEpoch) Name() string { return m.name }

func (m *onePerEpoch) Observe(_ sim.Time, node sim.NodeID, f sim.Fact) string {
	epoch, ok := m.of(f)
	if !ok {
		return ""
	}
	other, known := m.holders[epoch]
	if known && other != node {
		return fmt.Sprintf("%s and %s are both %s of %s %d", other, node, m.role, m.epoch, epoch)
	}
	m.holders[epoch] = node
	return ""
}

// Unique is the invariant that what names one thing never names another: ids, tags, fencing tokens. of returns the name that a fact
// gives and to what; false for every fact that gives none. The violation reads "n3 gave tag 81 to value 376, which has been given to value 374".
func Unique(name string, of func(f sim.Fact) (id, use string, ok bool)) sim.Monitor {
	return &unique{name, of, map[string]string{}}
}

type unique struct {
	name string
	of   func(f sim.Fact) (id, use string, ok bool)
	uses map[string]string
}

func (m *unique) Name() string { return m.name }

func (m *unique) Observe(_ sim.Time, node sim.NodeID, f sim.Fact) string {
	id, use, ok := m.of(f)
	if !ok {
		return ""
	}
	other, known := m.uses[id]
	if known && other != use {
		return fmt.Sprintf("%s gave %s to %s, which has been given to %s", node, id, use, other)
	}
	m.uses[id] = use
	return ""
}

// EqualPrefix is the invariant that all nodes apply the same entries in the same order, from 1 on and without a gap, and
// that a node begins anew when it boots. of returns the index of the entry that a fact says to have
// been applied, and a hash of it and all before it; false for every other fact.
func EqualPrefix(name string, nodes int, of func(f sim.Fact) (index, hash uint64, ok bool)) sim.Monitor {
	return EqualPrefixFrom(name, nodes, of, func(sim.Fact) (index, hash uint64, ok bool) { return 0, 0, false })
}

// EqualPrefixFrom is EqualPrefix of nodes that may jump: jumped returns the index up to which a fact says that a snapshot took the place of what its node
// has applied, and a hash of the entries up to there; false for every other fact.
func EqualPrefixFrom(name string, nodes int, of, jumped func(f sim.Fact) (index, hash uint64, ok bool)) sim.Monitor {
	return &equalPrefix{name: name, of: of, jumped: jumped, applied: make([]uint64, nodes+1)}
}

type equalPrefix struct {
	name    string
	of      func(f sim.Fact) (index, hash uint64, ok bool)
	jumped  func(f sim.Fact) (index, hash uint64, ok bool)
	entries []appliedEntry // by index - 1
	applied []uint64       // by node
}

type appliedEntry struct {
	hash uint64
	node sim.NodeID // which applied it first
}

func (m *equalPrefix) Name() string { return m.name }

func (m *equalPrefix) Booted(_ sim.Time, node sim.NodeID) { m.applied[node] = 0 }

func (m *equalPrefix) Observe(_ sim.Time, node sim.NodeID, f sim.Fact) string {
	index, hash, ok := m.of(f)
	if !ok {
		return m.jump(node, f)
	}
	expected := m.applied[node] + 1
	m.applied[node] = index
	if index != expected {
		return fmt.Sprintf("%s applied entry %d where entry %d comes next", node, index, expected)
	}
	if index > uint64(len(m.entries)) {
		m.entries = append(m.entries, appliedEntry{hash, node})
		return ""
	}
	switch first := m.entries[index-1]; {
	case first.hash == hash:
		return ""
	case first.node == node:
		return fmt.Sprintf("%s applied another entry %d than before its restart", node, index)
	default:
		return fmt.Sprintf("%s and %s applied different entries at index %d", first.node, node, index)
	}
}

// jump takes the fact that a snapshot took the place of what a node has applied.
func (m *equalPrefix) jump(node sim.NodeID, f sim.Fact) string {
	index, hash, ok := m.jumped(f)
	if !ok {
		return ""
	}
	m.applied[node] = index
	switch {
	case index == 0:
	case index > uint64(len(m.entries)):
		return fmt.Sprintf("%s has a snapshot of %d entries, of which nobody has applied the last", node, index)
	case m.entries[index-1].hash != hash:
		return fmt.Sprintf("%s has a snapshot of %d entries that are not those which %s applied", node, index, m.entries[index-1].node)
	}
	return ""
}

// Step is what a fact means for what a node must have after a restart.
type Step uint8

const (
	Nothing      Step = iota
	Acknowledged      // the node told others that it has everything up to the index
	Truncated         // the node deleted the entry at the index, and all after it
	Recovered         // the node came back with everything up to the index
)

// Durable is the invariant that a node has after a restart what it acknowledged before. of says what a fact means, and
// the index that it is about.
func Durable(name string, nodes int, of func(f sim.Fact) (Step, uint64)) sim.Monitor {
	return &durable{name, of, make([]uint64, nodes+1)}
}

type durable struct {
	name  string
	of    func(f sim.Fact) (Step, uint64)
	acked []uint64 // by node
}

func (m *durable) Name() string { return m.name }

func (m *durable) Observe(_ sim.Time, node sim.NodeID, f sim.Fact) string {
	step, index := m.of(f)
	switch step {
	case Acknowledged:
		m.acked[node] = max(m.acked[node], index)
	case Truncated:
		m.acked[node] = min(m.acked[node], index-1)
	case Recovered:
		acked := m.acked[node]
		m.acked[node] = min(acked, index)
		if index < acked {
			entries := "entries"
			if acked == 1 {
				entries = "entry"
			}
			return fmt.Sprintf("%s acknowledged %d %s and has %d after its restart", node, acked, entries, index)
		}
	}
	return ""
}

// Monotone is the invariant that a value of each node never goes back, not even over its restarts. of returns the value that a
// fact tells; false for every other fact. The word what is that of the violation: "the view of n2 went back from 7 to 6".
func Monotone(name, what string, nodes int, of func(f sim.Fact) (uint64, bool)) sim.Monitor {
	return &monotone{name, what, of, make([]uint64, nodes+1)}
}

type monotone struct {
	name, what string
	of         func(f sim.Fact) (uint64, bool)
	values     []uint64 // by node
}

func (m *monotone) Name() string { return m.name }

func (m *monotone) Observe(_ sim.Time, node sim.NodeID, f sim.Fact) string {
	value, ok := m.of(f)
	if !ok {
		return ""
	}
	before := m.values[node]
	m.values[node] = value
	if value < before {
		return fmt.Sprintf("the %s of %s went back from %d to %d", m.what, node, before, value)
	}
	return ""
}
