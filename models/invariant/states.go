package invariant

import (
	"simrun/sim"
	"simrun/sim/digest"
)

const (
	stateEvery    = 4  // entries lie between two that states are compared after, at least: two that have parted seldom meet again
	bytesPerEntry = 64 // that a look at a state costs at most: a large state is looked at more seldom
)

// EqualStates is [Equal] of nodes that need not tell their state, since the monitor looks at it: what clients can see of it, and what the nodes keep about clients,
// such as their sessions. applied returns the index of the entry that a fact says to have been applied, false for every other fact. state appends to b what the
// state of a node is, in an encoding that is equal for equal states; false if it can't be told. Each fourth entry is looked at, or each eighth, and so on, where the state is large.
func EqualStates(name string, applied func(f sim.Fact) (uint64, bool), state func(n sim.Node, b []byte) ([]byte, bool)) sim.Monitor {
	return &equalStates{equal: equal{name: name}, every: stateEvery, applied: applied, state: state}
}

type equalStates struct {
	equal
	applied func(f sim.Fact) (uint64, bool)
	state   func(n sim.Node, b []byte) ([]byte, bool)
	cluster sim.Cluster
	every   uint64 // it only grows, so that who comes later looks where the others did
	scratch []byte
}

// Begin implements [sim.Looker].
func (m *equalStates) Begin(c sim.Cluster) { m.cluster = c }

func (m *equalStates) Observe(at sim.Sighting, f sim.Fact) *sim.Breach {
	index, ok := m.applied(f)
	if !ok || index%m.every != 0 || m.cluster == (sim.Cluster{}) {
		return nil
	}
	b, ok := m.state(m.cluster.Node(at.Node), m.scratch[:0])
	if !ok {
		return nil
	}
	for m.scratch = b; m.every*bytesPerEntry < uint64(len(b)); {
		m.every *= 2
	}
	return m.compare(at, index, index/stateEvery, uint64(digest.New(0).Bytes(b)))
}
