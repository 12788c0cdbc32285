// Package invariant has the monitors that are not one protocol's. A protocol tells by a function which of its facts
// means what; each fact costs O(1).
package invariant

import "simrun/sim"

// OnePerEpoch is the invariant that at most one node takes a role in each epoch. of returns the epoch of a fact that says
// that its node took the role, and false for every other. The words role and epoch are those of the
// violation: "n1 and n3 are both leader of term 7".
func OnePerEpoch(name, role, epoch string, of func(f sim.Fact) (uint64, bool)) sim.Monitor {
	return &onePerEpoch{name, role, epoch, of, map[uint64]sim.Sighting{}}
}

type onePerEpoch struct {
	name, role, epoch string
	of                func(f sim.Fact) (uint64, bool)
	holders           map[uint64]sim.Sighting // when it took the role first
}

func (m *onePerEpoch) Name() string { return m.name }

func (m *onePerEpoch) Observe(at sim.Sighting, f sim.Fact) *sim.Breach {
	epoch, ok := m.of(f)
	if !ok {
		return nil
	}
	other, known := m.holders[epoch]
	if known && other.Node != at.Node {
		return sim.Breachf("%s and %s are both %s of %s %d", other.Node, at.Node, m.role, m.epoch, epoch).
			Against(other, "became %s of %s %d", m.role, m.epoch, epoch)
	}
	if !known {
		m.holders[epoch] = at
	}
	return nil
}

// Unique is the invariant that what names one thing never names another: ids, tags, fencing tokens. of returns the name that a fact
// gives and to what; false for every fact that gives none. The violation reads "n3 gave tag 81 to value 376, which has been given to value 374".
func Unique(name string, of func(f sim.Fact) (id, use string, ok bool)) sim.Monitor {
	return &unique{name, of, map[string]firstUse{}}
}

type unique struct {
	name string
	of   func(f sim.Fact) (id, use string, ok bool)
	uses map[string]firstUse
}

type firstUse struct {
	use string
	at  sim.Sighting
}

func (m *unique) Name() string { return m.name }

func (m *unique) Observe(at sim.Sighting, f sim.Fact) *sim.Breach {
	id, use, ok := m.of(f)
	if !ok {
		return nil
	}
	other, known := m.uses[id]
	if known && other.use != use {
		return sim.Breachf("%s gave %s to %s, which has been given to %s", at.Node, id, use, other.use).Against(other.at, "gave %s to %s", id, other.use)
	}
	if !known {
		m.uses[id] = firstUse{use, at}
	}
	return nil
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
	return &equalPrefix{name: name, of: of, jumped: jumped, applied: make([]reached, nodes+1)}
}

type equalPrefix struct {
	name    string
	of      func(f sim.Fact) (index, hash uint64, ok bool)
	jumped  func(f sim.Fact) (index, hash uint64, ok bool)
	entries []appliedEntry // by index - 1
	applied []reached      // by node
}

type appliedEntry struct {
	hash uint64
	at   sim.Sighting // by whom and when it was applied first
}

// reached is how far a node is, and since when.
type reached struct {
	index uint64
	at    sim.Sighting
}

func (m *equalPrefix) Name() string { return m.name }

func (m *equalPrefix) Booted(at sim.Sighting) { m.applied[at.Node] = reached{0, at} }

func (m *equalPrefix) Observe(at sim.Sighting, f sim.Fact) *sim.Breach {
	index, hash, ok := m.of(f)
	if !ok {
		return m.jump(at, f)
	}
	last := m.applied[at.Node]
	m.applied[at.Node] = reached{index, at}
	if index != last.index+1 {
		b := sim.Breachf("%s applied entry %d where entry %d comes next", at.Node, index, last.index+1)
		if last.index == 0 {
			return b.Against(last.at, "started anew")
		}
		return b.Against(last.at, "applied entry %d", last.index)
	}
	if index > uint64(len(m.entries)) {
		m.entries = append(m.entries, appliedEntry{hash, at})
		return nil
	}
	switch first := m.entries[index-1]; {
	case first.hash == hash:
		return nil
	case first.at.Node == at.Node:
		return sim.Breachf("%s applied another entry %d than before its restart", at.Node, index).Against(first.at, "applied entry %d", index)
	default:
		return sim.Breachf("%s and %s applied different entries at index %d", first.at.Node, at.Node, index).Against(first.at, "applied entry %d", index)
	}
}

// jump takes the fact that a snapshot took the place of what a node has applied.
func (m *equalPrefix) jump(at sim.Sighting, f sim.Fact) *sim.Breach {
	index, hash, ok := m.jumped(f)
	if !ok {
		return nil
	}
	m.applied[at.Node] = reached{index, at}
	switch {
	case index == 0:
	case index > uint64(len(m.entries)):
		b := sim.Breachf("%s has a snapshot of %d entries, of which nobody has applied the last", at.Node, index)
		if n := len(m.entries); n > 0 {
			return b.Against(m.entries[n-1].at, "applied entry %d, the last that anybody has", n)
		}
		return b
	case m.entries[index-1].hash != hash:
		first := m.entries[index-1].at
		return sim.Breachf("%s has a snapshot of %d entries that are not those which %s applied", at.Node, index, first.Node).Against(first, "applied entry %d", index)
	}
	return nil
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
	return &durable{name, of, make([]reached, nodes+1)}
}

type durable struct {
	name  string
	of    func(f sim.Fact) (Step, uint64)
	acked []reached // by node
}

func (m *durable) Name() string { return m.name }

// Forgot implements [sim.Forgetter].
func (m *durable) Forgot(at sim.Sighting) { m.acked[at.Node] = reached{} }

func (m *durable) Observe(at sim.Sighting, f sim.Fact) *sim.Breach {
	step, index := m.of(f)
	switch step {
	case Acknowledged:
		if index > m.acked[at.Node].index {
			m.acked[at.Node] = reached{index, at}
		}
	case Truncated:
		m.acked[at.Node].index = min(m.acked[at.Node].index, index-1)
	case Recovered:
		acked := m.acked[at.Node]
		m.acked[at.Node].index = min(acked.index, index)
		if index < acked.index {
			entries := "entries"
			if acked.index == 1 {
				entries = "entry"
			}
			return sim.Breachf("%s acknowledged %d %s and has %d after its restart", at.Node, acked.index, entries, index).
				Against(acked.at, "acknowledged %d", acked.index)
		}
	}
	return nil
}

// Monotone is the invariant that a value of each node never goes back, not even over its restarts. of returns the value that a
// fact tells; false for every other fact. The word what is that of the violation: "the view of n2 went back from 7 to 6".
func Monotone(name, what string, nodes int, of func(f sim.Fact) (uint64, bool)) sim.Monitor {
	return &monotone{name, what, of, make([]reached, nodes+1)}
}

type monotone struct {
	name, what string
	of         func(f sim.Fact) (uint64, bool)
	values     []reached // by node
}

func (m *monotone) Name() string { return m.name }

// Forgot implements [sim.Forgetter].
func (m *monotone) Forgot(at sim.Sighting) { m.values[at.Node] = reached{} }

func (m *monotone) Observe(at sim.Sighting, f sim.Fact) *sim.Breach {
	value, ok := m.of(f)
	if !ok {
		return nil
	}
	before := m.values[at.Node]
	if value > before.index || before.at.Node == 0 {
		m.values[at.Node] = reached{value, at}
	}
	if value < before.index {
		return sim.Breachf("the %s of %s went back from %d to %d", m.what, at.Node, before.index, value).Against(before.at, "was in %s %d", m.what, before.index)
	}
	return nil
}
