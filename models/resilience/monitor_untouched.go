package resilience

import (
	"fmt"
	"time"

	"simrun/sim"
	"simrun/sim/fault"
)

// untouched is the invariant that a fault of one node does not touch the callers who don't need that node: while the store hangs, lookups go on, while the
// catalog does, counters, and while one service is gone, both. It looks at runs whose only fault has one node as its target; in one without faults, everybody's
// calls must be answered. Where several faults meet, nobody can say whom they may touch.
type untouched struct {
	from, to        sim.Time
	counters, pages bool // who must not be touched
	node            sim.NodeID
}

// untouchedShare is the percentage of their calls that must be answered: of some 30 lookups in a second, two may have bad luck.
const untouchedShare = 90

// settle is how long the gateways have to find out what is wrong. The first whole second after it is the first that counts.
const settle = sim.Time(time.Second)

// untouchedIn reads the plan of a case.
func untouchedIn(c *sim.Case) *untouched {
	m := &untouched{from: settle, to: 1 << 62, counters: true, pages: true}
	switch {
	case len(c.Faults) == 0:
		return m
	case len(c.Faults) > 1 || c.Faults[0].On != "" || !oneNode(c.Faults[0].Kind):
		m.to = 0
		return m
	}
	f := c.Faults[0]
	for id := sim.NodeID(1); int(id) <= c.Nodes; id++ {
		if role := roleOf(id); string(f.Target) == id.String() || f.Target == fault.Target(role) && role != roleService {
			m.node = id
		}
	}
	m.counters, m.pages = m.node != storeNode, m.node != catalogNode
	m.from = sim.Time(f.At) + settle
	if m.to = sim.Time(c.Duration); f.For != 0 && f.For < time.Duration(m.to)-f.At {
		m.to = sim.Time(f.At + f.For)
	}
	if m.node == 0 || roleOf(m.node) == roleGateway {
		m.to = 0
	}
	return m
}

// oneNode reports whether faults of a kind touch nothing but the node that they name.
func oneNode(k fault.Kind) bool {
	return k.Family() == fault.Processes || k.Family() == fault.Disks || k == fault.Isolate
}

func (*untouched) Name() string { return checkUntouched }

func (m *untouched) Observe(at sim.Sighting, f sim.Fact) *sim.Breach {
	s, ok := f.(lastSecond)
	if !ok || !s.whole || at.Time < m.from+sim.Time(time.Second) || at.Time > m.to {
		return nil
	}
	why := "though nothing is wrong"
	if m.node != 0 {
		why = fmt.Sprintf("though only %v, a %s, has a fault", m.node, roleOf(m.node))
	}
	switch {
	case m.counters && !s.counters.least(untouchedShare):
		return sim.Breachf("%v %v for counters in a second, %s", at.Node, s.counters, why)
	case m.pages && !s.pages.least(untouchedShare):
		return sim.Breachf("%v %v for pages in a second, %s", at.Node, s.pages, why)
	}
	return nil
}
