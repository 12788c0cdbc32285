package raft

import "simrun/sim"

// leaseExclusive: while a leader holds a lease nobody else is elected, so that its state is the latest (dissertation §6.4.1).
type leaseExclusive struct {
	latest  Term // of the leaders
	elected sim.Sighting
}

func (m *leaseExclusive) Name() string { return leaseOrder }

func (m *leaseExclusive) Observe(at sim.Sighting, f sim.Fact) *sim.Breach {
	switch f := f.(type) {
	case *factBecameLeader:
		if f.Term > m.latest {
			m.latest, m.elected = f.Term, at
		}
	case *factLeaseRead:
		if f.Term < m.latest {
			return sim.Breachf("%s answered a read by its lease as leader of term %d, though there was a leader of term %d", at.Node, f.Term, m.latest).Against(m.elected, "leader of t%d", m.latest)
		}
	}
	return nil
}
