package search

import (
	"time"

	"simrun/models"
	"simrun/sim"
	"simrun/sim/nemesis"
	"simrun/sim/rng"
	"simrun/trial"
)

// choice is the value that was chosen of each axis.
type choice []int

// drawing makes cases of choices.
type drawing struct {
	setup *trial.Setup // its base case is complete
	axes  []axis
}

var (
	nodesDraw    = rng.Of("search nodes")
	clientsDraw  = rng.Of("search clients")
	optionDraw   = rng.Of("search option")
	workloadDraw = rng.Of("search workload")
	mixDraw      = rng.Of("search mix")
	rateDraw     = rng.Of("search rate")
	requestsDraw = rng.Of("search requests")
)

// chosen is the value of an axis; "usual" if the search does not draw it.
func (d *drawing) chosen(c choice, name string) string {
	for i := range d.axes {
		if d.axes[i].name == name {
			return d.axes[i].values[c[i]].name
		}
	}
	return usual
}

// base is the case of a seed without its plan.
func (d *drawing) base(seed sim.Seed, ch choice) sim.Case {
	c := d.setup.Base
	m := &d.setup.Model
	c.Seed = seed
	draw := func(what rng.Name) rng.Value { return rng.Draw(uint64(seed), what, 0, 0) }
	switch d.chosen(ch, "size") {
	case short:
		c.Duration = sim.Duration(3 * time.Second)
	case small:
		c.Duration, c.Workload.Ops = sim.Duration(3*time.Second), 6
	}
	if d.chosen(ch, "nodes") == other {
		c.Nodes = int(draw(nodesDraw).Between(int64(max(3, m.MinNodes)), int64(max(7, m.MinNodes))))
	}
	if d.chosen(ch, "clients") == other {
		c.Clients = int(draw(clientsDraw).Between(1, 8))
	}
	if d.chosen(ch, "options") == other {
		d.options(&c, draw)
	}
	if d.chosen(ch, "workload") == other {
		w := m.Workloads[draw(workloadDraw).N(uint64(len(m.Workloads)))]
		c.Workload = sim.Workload{Name: w.Name, Ops: c.Workload.Ops, Rate: w.Rate, Keys: w.Keys}
	}
	if d.chosen(ch, "keys") == oneKey {
		c.Workload.Keys = 1
	}
	if d.chosen(ch, "rate") == busy {
		c.Workload.Rate *= int(draw(rateDraw).Between(2, 4))
	}
	if d.chosen(ch, "sites") == other {
		c.Buggify = []sim.SiteName{sim.EverySite}
	}
	if d.chosen(ch, "requests") == other && m.ProfileOf(&c).Claims.Repeats {
		v := draw(requestsDraw)
		c.Network.Requests = sim.Requests{
			Late: sim.Ratio{Num: 1, Den: int64(3 << v.N(4))}, Twice: sim.Ratio{Num: 1, Den: int64(3 << v.Next().N(4))},
			By: sim.Duration(20*time.Millisecond) << v.Next().Next().N(6),
		}
	}
	return c
}

// options draws values for about half of the options that the setup leaves open, none with which the model gives up its guarantee.
func (d *drawing) options(c *sim.Case, draw func(rng.Name) rng.Value) {
	set := map[sim.OptionName]string{}
	for name, value := range d.setup.Base.Options {
		set[name] = value
	}
	v := draw(optionDraw)
	for _, o := range d.setup.Model.Options {
		if v = v.Next(); !v.Chance(1, 2) {
			continue
		}
		keeps := strong(&o)
		v = v.Next()
		if _, fixed := d.setup.Base.Options[o.Name]; !fixed {
			set[o.Name] = keeps[v.N(uint64(len(keeps)))]
		}
	}
	c.Options = set
}

// strong lists the values of an option with which the model keeps its guarantee.
func strong(o *models.Option) (list []string) {
	for _, v := range o.Values {
		weak := false
		for _, w := range o.Weaker {
			weak = weak || v == w
		}
		if !weak {
			list = append(list, v)
		}
	}
	if len(list) == 0 {
		list = o.Values[:1]
	}
	return list
}

// fresh is the case of a seed with a plan of its own.
func (d *drawing) fresh(seed sim.Seed, ch choice) (sim.Case, error) {
	c := d.base(seed, ch)
	if d.setup.Planned {
		c.Faults = d.setup.Plan
		return c, nil
	}
	cluster := trial.ClusterOf(d.setup.Model, &c, d.setup.Beyond)
	style := d.chosen(ch, "plan")
	name := d.setup.Nemesis
	if name == "" {
		name = nemesis.Swarm
	}
	p, err := nemesis.Draw(name, cluster, uint64(seed))
	if err != nil {
		return c, err
	}
	if style != nemesis.Swarm && nemesis.Composes(style, cluster) {
		composed, err := nemesis.Compose(style, cluster, uint64(seed))
		if err != nil {
			return c, err
		}
		p.Faults = composed.Faults
	}
	if scene := d.chosen(ch, "scene"); scene != usual && scene != style && nemesis.Composes(scene, cluster) {
		composed, err := nemesis.Compose(scene, cluster, uint64(seed))
		if err != nil {
			return c, err
		}
		p.Faults = nemesis.Fit(cluster, append(p.Faults, composed.Faults...))
	}
	c.Faults = p.Faults
	d.mix(&c, ch, cluster.Ops, p.Mix)
	return c, nil
}

// mix draws the weights of the operations: those of the swarm, those of the workload, or some that change over time.
func (d *drawing) mix(c *sim.Case, ch choice, ops, swarm []sim.Weight) {
	if c.Workload.Mix != nil {
		return
	}
	switch d.chosen(ch, "mix") {
	case usual:
		c.Workload.Mix = swarm
	case phased:
		d.phases(c, ops)
	}
}

// phases draws a few changes of the mix. In each phase one kind of operation is left, or one is left out, or all are as usual.
func (d *drawing) phases(c *sim.Case, ops []sim.Weight) {
	if len(ops) < 2 {
		return
	}
	v := rng.Draw(uint64(c.Seed), mixDraw, 0, 0)
	next := func(n int) int {
		v = v.Next()
		return int(v.N(uint64(n)))
	}
	elected := d.setup.Model.Profile.Elected
	times := 1 + next(4)
	for i := range times {
		p := sim.MixPhase{From: c.Duration / sim.Duration(times+1) * sim.Duration(i+1)}
		if elected != "" && next(2) == 0 {
			p.On = elected
		}
		k, how := next(len(ops)), next(3)
		for j, w := range ops {
			if how == 0 && j != k || how == 1 && j == k {
				w.Weight = 0
			}
			p.Mix = append(p.Mix, w)
		}
		if sum(p.Mix) > 0 {
			c.Workload.Phases = append(c.Workload.Phases, p)
		}
	}
}

func sum(mix []sim.Weight) (n int) {
	for _, w := range mix {
		n += w.Weight
	}
	return n
}
