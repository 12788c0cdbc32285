package shrink

import (
	"slices"
	"time"

	"simrun/sim"
	"simrun/sim/fault"
)

// calm takes away the weather that the failure does not need: all of it, then each part.
func (r *reduction) calm() (helped bool) {
	changes := []func(*sim.Case){
		func(c *sim.Case) { c.Network.Loss = sim.Ratio{} },
		func(c *sim.Case) { c.Network.Duplicate = sim.Ratio{} },
		func(c *sim.Case) { c.Network.Bandwidth, c.Network.Queue = 0, 0 },
		func(c *sim.Case) { c.Network.Client = 0 },
		func(c *sim.Case) { c.Network.Routes, c.Network.Regions = nil, nil },
		func(c *sim.Case) { c.Network.Latency = constant(c.Network.Latency, 0) },
		func(c *sim.Case) { c.Disk.Sync = constant(c.Disk.Sync, 0) },
	}
	for _, part := range []sim.Duration{1, 2} {
		changes = append(changes,
			func(c *sim.Case) { c.Network.Latency = constant(c.Network.Latency, part) },
			func(c *sim.Case) { c.Disk.Sync = constant(c.Disk.Sync, part) })
	}
	all := r.best.c
	for _, change := range changes[:7] {
		change(&all)
	}
	if r.try(all) {
		return true
	}
	for _, change := range changes {
		c := r.best.c
		change(&c)
		helped = r.try(c) || helped
	}
	return helped
}

// constant is a latency that is always the same: the shortest of those that l has, or one that is so many halves of the way to the longest.
func constant(l sim.Latency, halves sim.Duration) sim.Latency {
	at := l.Min + (l.Max-l.Min)*halves/2
	if l.Dist == sim.Constant || l.Max < l.Min {
		return l
	}
	return sim.Latency{Dist: sim.Constant, Min: at, Max: at}
}

// usual lets a latency be how the network is all the time, and not a fault.
func (r *reduction) usual() bool {
	return r.first(func(yield func(sim.Case) bool) {
		for i := range r.best.c.Faults {
			for _, c := range folded(r.best.c, i) {
				if !yield(c) {
					return
				}
			}
		}
	})
}

// folded lists the networks that a fault can become which delays messages: one that is constant first. There is none where the faults heal
// and the system must recover: the network would not.
func folded(c sim.Case, i int) (list []sim.Case) {
	f := c.Faults[i]
	if !c.Recovery.Skip {
		return nil
	}
	c = withFault(c, i)
	add := func(change func(*sim.Network)) {
		d := c
		change(&d.Network)
		list = append(list, d)
	}
	switch f.Kind {
	case fault.Latency:
		l := sim.Latency{Dist: f.Dist, Min: sim.Duration(f.By), Max: sim.Duration(f.Max)}
		for _, halves := range []sim.Duration{1, 2} {
			add(func(n *sim.Network) { n.Latency = constant(l, halves) })
		}
		add(func(n *sim.Network) { n.Latency = l })
	case fault.Reorder:
		add(func(n *sim.Network) {
			n.Latency = sim.Latency{Dist: sim.Uniform, Min: n.Latency.Min, Max: n.Latency.Max + sim.Duration(f.By)}
		})
	}
	return list
}

// weatherOf is the network of a case as faults, so that what it does counts for the claims as faults do.
func weatherOf(n *sim.Network) (list []fault.Fault) {
	add := func(f fault.Fault) { list = append(list, f) }
	for _, l := range append([]sim.Latency{n.Latency}, latenciesOf(n.Routes)...) {
		add(fault.Fault{Kind: fault.Latency, Dist: l.Dist, By: time.Duration(l.Min), Max: time.Duration(max(l.Min, l.Max))})
	}
	if n.Loss.Num > 0 {
		add(fault.Fault{Kind: fault.Loss, Ratio: n.Loss})
	}
	if n.Duplicate.Num > 0 {
		add(fault.Fault{Kind: fault.Duplicate, Ratio: n.Duplicate})
	}
	if n.Bandwidth > 0 {
		add(fault.Fault{Kind: fault.Bandwidth, Rate: n.Bandwidth, Queue: n.Queue})
	}
	return list
}

func latenciesOf(routes []sim.Route) []sim.Latency {
	list := make([]sim.Latency, len(routes))
	for i := range routes {
		list[i] = routes[i].Latency
	}
	return list
}

// fates replaces a fault of the weather by the fates of the messages that it hit, as overrides, of which few are left.
func (r *reduction) fates() (helped bool) {
	for i := len(r.best.c.Faults) - 1; i >= 0 && i < len(r.best.c.Faults); i-- {
		if f := r.best.c.Faults[i]; f.Kind.Family() == fault.Weather {
			helped = r.byMessage(withFault(r.best.c, i), f) || helped
		}
	}
	for _, kind := range []fault.Kind{fault.Loss, fault.Duplicate} {
		c := r.best.c
		if chance := chanceOf(&c.Network, kind); chance.Num > 0 {
			*chance = sim.Ratio{}
			helped = r.byMessage(c, fault.Fault{Kind: kind}) || helped
		}
	}
	return helped
}

// chanceOf is the chance that the network does always to messages what a kind of fault does for a time.
func chanceOf(n *sim.Network, kind fault.Kind) *sim.Ratio {
	if kind == fault.Loss {
		return &n.Loss
	}
	return &n.Duplicate
}

// byMessage starts from a case of which a fault was taken away, with what that did to each message in its place.
func (r *reduction) byMessage(c sim.Case, f fault.Fault) bool {
	c.Overrides = append(slices.Clone(c.Overrides), r.hitMessages(f)...)
	return len(c.Overrides) <= mostOverrides && r.excursion([]sim.Case{c}, r.dropFaults)
}

// mostOverrides is how many messages may take the place of a fault at first.
const mostOverrides = 300

// hitMessages are the overrides that do to each message what a fault of the weather did to it in the run of the best.
func (r *reduction) hitMessages(f fault.Fault) (list []sim.Override) {
	from, to := sim.Time(f.At), sim.Time(r.best.c.Duration)
	if f.For > 0 && f.For != fault.Forever {
		to = min(to, from+sim.Time(f.For))
	}
	sends := map[uint64]*sim.Record{}
	records := r.best.run.Trace.Records
	delays := f.Kind == fault.Latency || f.Kind == fault.Reorder || f.Kind == fault.Bandwidth
	arrived := map[uint64]bool{}
	for i := range records {
		rec := &records[i]
		if rec.Kind == sim.Send {
			sends[rec.Message] = rec
			continue
		}
		s := sends[rec.Message]
		if s == nil || s.Key == "" || s.Node < 0 || s.Time < from || s.Time >= to {
			continue
		}
		switch {
		case rec.Kind == sim.Drop && rec.Text == "loss" && f.Kind == fault.Loss:
			list = append(list, sim.Override{Key: "loss " + s.Key, Value: 1})
		case rec.Kind == sim.Corrupted && f.Kind == fault.Corrupt:
			list = append(list, sim.Override{Key: "corrupt " + s.Key, Value: 1})
		case rec.Kind == sim.Drop:
			arrived[rec.Message] = true
		case rec.Kind == sim.Deliver && delays:
			arrived[rec.Message] = true
			list = append(list, sim.Override{Key: "latency " + s.Key, Value: int64(rec.Time - s.Time)})
		}
	}
	for i := range records {
		if s := &records[i]; delays && s.Kind == sim.Send && s.Key != "" && s.Node > 0 && s.Time >= from && s.Time < to && !arrived[s.Message] && s.Node != s.Peer {
			list = append(list, sim.Override{Key: "loss " + s.Key, Value: 1}) // it came too late to be seen
		}
	}
	if f.Kind == fault.Duplicate {
		list = copied(records, from, to)
	}
	return list
}

// copied are the overrides that copy the messages which were copied in a time.
func copied(records []sim.Record, from, to sim.Time) (list []sim.Override) {
	for i := range records[:max(0, len(records)-1)] {
		s, next := &records[i], &records[i+1]
		if s.Kind == sim.Send && s.Key != "" && s.Node > 0 && s.Time >= from && s.Time < to && next.Kind == sim.Send && next.Key == "" && next.Event == s.Event && next.Peer == s.Peer {
			list = append(list, sim.Override{Key: "duplicate " + s.Key, Value: 1})
		}
	}
	return list
}

// roundOverrides gives overridden delays values that are easy to read.
func (r *reduction) roundOverrides() bool {
	return r.first(func(yield func(sim.Case) bool) {
		for i, o := range r.best.c.Overrides {
			for _, grain := range grains {
				c := r.best.c
				c.Overrides = slices.Clone(c.Overrides)
				c.Overrides[i].Value = int64(roundUp(time.Duration(o.Value)-1, grain))
				if digits(time.Duration(c.Overrides[i].Value)) < digits(time.Duration(o.Value)) && o.Value > 1 && !yield(c) {
					return
				}
			}
		}
	})
}
