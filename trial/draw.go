package trial

import (
	"time"

	"simrun/models"
	"simrun/sim"
	"simrun/sim/nemesis"
)

// Draw returns the case of a seed under a nemesis: base, with the faults that the
// nemesis draws for base.Seed, and, where base names no mix of operations, the mix that it
// draws. Within the model's claims, unless beyond. The case is complete.
func Draw(m models.Model, base sim.Case, nemesisName string, beyond bool) (sim.Case, error) {
	system := m.System()
	c, err := system.Complete(base)
	if err != nil {
		return c, err
	}
	cluster := nemesis.Cluster{Nodes: c.Nodes, Duration: time.Duration(c.Duration), Profile: m.Profile, Beyond: beyond}
	for _, w := range m.Workloads {
		if w.Name == c.Workload.Name {
			for _, mix := range w.Mix {
				cluster.Ops = append(cluster.Ops, nemesis.Weight(mix))
			}
		}
	}
	p, err := nemesis.Draw(nemesisName, cluster, uint64(c.Seed))
	if err != nil {
		return c, err
	}
	c.Faults = p.Faults
	if base.Workload.Mix == nil && p.Mix != nil {
		c.Workload.Mix = nil
		for _, w := range p.Mix {
			c.Workload.Mix = append(c.Workload.Mix, sim.Weight(w))
		}
	}
	return system.Complete(c)
}
