package invariant

import (
	"strings"
	"time"

	"simrun/history"
	"simrun/sim"
)

// Standing is what a node is in its cluster.
type Standing struct {
	Leads   bool
	Follows bool   // it knows who leads, and waits for nothing else
	Epoch   uint64 // that it has reached
}

// Available is the invariant that a cluster in calm has a leader, that all others follow it and nobody else is elected, and that clients are answered: as long after the last fault
// as the profile of the system says ([fault.Profile]'s Settles and Answers). of returns what a node is; false if that can't be told. The words role and epoch are those
// of the violation: "no leader, though nothing has been wrong since 3.200s".
func Available(name, role, epoch string, of func(c sim.Cluster, node sim.NodeID) (Standing, bool)) sim.Monitor {
	return &available{name: name, role: role, word: epoch, of: of}
}

type available struct {
	name, role, word string
	of               func(c sim.Cluster, node sim.NodeID) (Standing, bool)
	cluster          sim.Cluster
	since            sim.Time   // the calm that is under way
	epoch            uint64     // that was the greatest when it had settled; 0: it has not
	seen             int        // of the history
	invoked          []sim.Time // by client: its last operation
}

func (m *available) Name() string { return m.name }

// Begin implements [sim.Looker].
func (m *available) Begin(c sim.Cluster) {
	m.cluster, m.invoked = c, make([]sim.Time, max(1, c.Case().Clients))
}

// Observe implements [sim.Monitor].
func (*available) Observe(sim.Sighting, sim.Fact) *sim.Breach { return nil }

// Look implements [sim.Watcher].
func (m *available) Look(at sim.Sighting) *sim.Breach {
	since, calm := m.cluster.CalmSince()
	if !calm || since != m.since {
		m.since, m.epoch = since, 0
	}
	p := m.cluster.Profile()
	settled := calm && p.Settles > 0 && at.Time-since >= sim.Time(p.Settles)
	if b := m.answers(settled, since+sim.Time(p.Settles), p.Answers); b != nil || !settled {
		return b
	}
	return m.leads()
}

// leads says what is wrong with who leads whom.
func (m *available) leads() *sim.Breach {
	var leader, lost sim.NodeID
	epoch := uint64(0)
	for id := sim.NodeID(1); int(id) <= m.cluster.Nodes(); id++ {
		s, ok := m.of(m.cluster, id)
		switch {
		case !ok:
			return nil
		case s.Leads && s.Epoch >= epoch:
			leader = id
		case !s.Leads && !s.Follows:
			lost = id
		}
		epoch = max(epoch, s.Epoch)
	}
	before := m.epoch
	m.epoch = epoch
	switch {
	case leader == 0:
		return sim.Breachf("no %s, though nothing has been wrong since %s", m.role, m.since.Clock())
	case before != 0 && epoch > before:
		return sim.Breachf("%s %d follows %s %d, though nothing has been wrong since %s", m.word, epoch, m.word, before, m.since.Clock())
	case lost != 0:
		return sim.Breachf("%s follows nobody, though %s is %s and nothing has been wrong since %s", lost, leader, m.role, m.since.Clock())
	}
	return nil
}

// answers reads on in the history, and says which operation that began in calm was not answered in time.
func (m *available) answers(settled bool, from sim.Time, within time.Duration) *sim.Breach {
	events := m.cluster.History()
	for ; m.seen < len(events); m.seen++ {
		e := &events[m.seen]
		if e.Process == history.Nemesis {
			continue
		}
		client := int(e.Process-1) % len(m.invoked)
		began := m.invoked[client]
		if e.Type == history.Invoke {
			m.invoked[client] = e.Time
			continue
		}
		if took := e.Time - began; settled && within > 0 && began >= from && (e.Type == history.Info || took > sim.Time(within)) {
			return sim.Breachf("%s waited %s for its %s, though nothing has been wrong since %s",
				sim.ClientID(client+1), took.Clock(), strings.TrimSpace(e.F+" "+e.Key), m.since.Clock())
		}
	}
	return nil
}
