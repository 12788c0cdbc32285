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
		&promises{made: map[promiseOf]promise{}},
	}
}

// agreement is the invariant that all proposers learn the same value.
type agreement struct{ first map[string]decided }

type decided struct {
	at    sim.Sighting
	value int64
}

func (*agreement) Name() string { return "agreement" }

func (m *agreement) Observe(at sim.Sighting, f sim.Fact) *sim.Breach {
	d, ok := f.(decision)
	if !ok {
		return nil
	}
	first, known := m.first[d.key]
	if known && first.value != d.value {
		return sim.Breachf("%s decided %s = %d, and %s had decided %d", at.Node, d.key, d.value, first.at.Node, first.value).Against(first.at, "decided %s = %d", d.key, first.value)
	}
	if !known {
		m.first[d.key] = decided{at, d.value}
	}
	return nil
}

// promises is the invariant that an acceptor accepts no ballot below one that it has promised, also after a restart.
type promises struct{ made map[promiseOf]promise }

// promise is the greatest that an acceptor made for a key.
type promise struct {
	ballot ballot.Ballot
	at     sim.Sighting
}

type promiseOf struct {
	node sim.NodeID
	key  string
}

func (*promises) Name() string { return "promises kept" }

func (m *promises) Observe(at sim.Sighting, f sim.Fact) *sim.Breach {
	switch f := f.(type) {
	case promised:
		if of := (promiseOf{at.Node, f.key}); f.ballot > m.made[of].ballot {
			m.made[of] = promise{f.ballot, at}
		}
	case accepted:
		if made := m.made[promiseOf{at.Node, f.key}]; f.ballot < made.ballot {
			return sim.Breachf("%s accepted %s = %d in ballot %v, and had promised %v", at.Node, f.key, f.value, f.ballot, made.ballot).
				Against(made.at, "promised %v for %s", made.ballot, f.key)
		}
	}
	return nil
}
