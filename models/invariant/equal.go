package invariant

import "simrun/sim"

// Equal is the invariant that replicas which have applied the same entries have the same state. of returns the index of the entry after which a fact tells
// the state of its node, and a hash of that; false for every other fact. It holds over restarts: a node that comes again to an index has
// the state that it had there. The violation reads "n1 and n3 have different states after entry 7".
func Equal(name string, of func(f sim.Fact) (index, hash uint64, ok bool)) sim.Monitor {
	return &equal{name: name, of: of}
}

type equal struct {
	name string
	of   func(f sim.Fact) (index, hash uint64, ok bool)
	at   []appliedEntry // by place; node 0 where nobody was
}

func (m *equal) Name() string { return m.name }

func (m *equal) Observe(at sim.Sighting, f sim.Fact) *sim.Breach {
	index, hash, ok := m.of(f)
	if !ok {
		return nil
	}
	return m.compare(at, index, index, hash)
}

// compare compares a state after an entry with the first that was seen there, which has a place in the table.
func (m *equal) compare(at sim.Sighting, index, place, hash uint64) *sim.Breach {
	for uint64(len(m.at)) <= place {
		m.at = append(m.at, appliedEntry{})
	}
	switch first := &m.at[place]; {
	case first.at.Node == 0:
		*first = appliedEntry{hash, at}
	case first.hash == hash:
	case first.at.Node == at.Node:
		return sim.Breachf("%s has another state after entry %d than it had before", at.Node, index).Against(first.at, "had state %016x after %d", first.hash, index)
	default:
		return sim.Breachf("%s and %s have different states after entry %d", first.at.Node, at.Node, index).Against(first.at, "had state %016x after %d", first.hash, index)
	}
	return nil
}
