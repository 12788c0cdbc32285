package paxos

import (
	"fmt"

	"simrun/models/ballot"
	"simrun/sim"
	"simrun/sim/fault"
)

// The facts of a node.
type (
	promised struct { // the acceptor is about to tell a proposer so
		key    string
		ballot ballot.Ballot
	}
	accepted struct { // likewise
		key    string
		ballot ballot.Ballot
		value  int64
	}
	decision struct { // a proposer learned that a quorum has accepted a value
		key   string
		value int64
	}
)

func (f promised) String() string { return fmt.Sprintf("promised %v for %s", f.ballot, f.key) }
func (f accepted) String() string {
	return fmt.Sprintf("accepted %s = %d in %v", f.key, f.value, f.ballot)
}
func (f decision) String() string { return fmt.Sprintf("decided %s = %d", f.key, f.value) }

func (promised) Trigger() fault.Event { return "promised" }
func (accepted) Trigger() fault.Event { return "accepted" }
func (decision) Trigger() fault.Event { return "decided" }

func monitors(c *sim.Case) []sim.Monitor {
	return []sim.Monitor{
		&agreement{first: map[string]decided{}},
		&promises{made: map[promiseOf]ballot.Ballot{}},
	}
}

// agreement is the invariant that all proposers learn the same value.
type agreement struct{ first map[string]decided }

type decided struct {
	node  sim.NodeID
	value int64
}

func (*agreement) Name() string { return "agreement" }

func (m *agreement) Observe(_ sim.Time, node sim.NodeID, f sim.Fact) string {
	d, ok := f.(decision)
	if !ok {
		return ""
	}
	first, known := m.first[d.key]
	if known && first.value != d.value {
		return fmt.Sprintf("%s decided %s = %d, and %s had decided %d", node, d.key, d.value, first.node, first.value)
	}
	if !known {
		m.first[d.key] = decided{node, d.value}
	}
	return ""
}

// promises is the invariant that an acceptor accepts no ballot below one that it has promised, also after a restart.
type promises struct{ made map[promiseOf]ballot.Ballot }

type promiseOf struct {
	node sim.NodeID
	key  string
}

func (*promises) Name() string { return "promises kept" }

func (m *promises) Observe(_ sim.Time, node sim.NodeID, f sim.Fact) string {
	switch f := f.(type) {
	case promised:
		at := promiseOf{node, f.key}
		m.made[at] = max(m.made[at], f.ballot)
	case accepted:
		if made := m.made[promiseOf{node, f.key}]; f.ballot < made {
			return fmt.Sprintf("%s accepted %s = %d in ballot %v, and had promised %v", node, f.key, f.value, f.ballot, made)
		}
	}
	return ""
}
