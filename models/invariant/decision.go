package invariant

import "simrun/sim"

// OneDecision is the invariant that no transaction is committed by one node and aborted by another, or by the same one later. of returns the name of the
// transaction that a fact settles, and whether it commits; false for every other fact. The violation reads "n2 aborted transaction 7, which n1 committed".
func OneDecision(name string, of func(f sim.Fact) (id string, commits, ok bool)) sim.Monitor {
	return &oneDecision{name, of, map[string]decision{}}
}

type oneDecision struct {
	name string
	of   func(f sim.Fact) (id string, commits, ok bool)
	made map[string]decision
}

type decision struct {
	commits bool
	at      sim.Sighting
}

func (d decision) String() string {
	if d.commits {
		return "committed"
	}
	return "aborted"
}

func (m *oneDecision) Name() string { return m.name }

func (m *oneDecision) Observe(at sim.Sighting, f sim.Fact) *sim.Breach {
	id, commits, ok := m.of(f)
	if !ok {
		return nil
	}
	now := decision{commits, at}
	before, known := m.made[id]
	if known && before.commits != commits {
		return sim.Breachf("%s %v transaction %s, which %s %v", at.Node, now, id, before.at.Node, before).Against(before.at, "%v transaction %s", before, id)
	}
	if !known {
		m.made[id] = now
	}
	return nil
}
