package shrink

import (
	"iter"
	"slices"
	"strings"
	"time"

	"simrun/sim"
	"simrun/sim/fault"
)

// withFaults is a case with another plan.
func withFaults(c sim.Case, plan []fault.Fault) sim.Case {
	c.Faults = plan
	return c
}

// withFault is a case with other faults in the place of one.
func withFault(c sim.Case, i int, instead ...fault.Fault) sim.Case {
	c.Faults = slices.Concat(c.Faults[:i], instead, c.Faults[i+1:])
	return c
}

// dropFaults takes faults and overrides away, several at once and then one by one.
func (r *reduction) dropFaults() bool {
	c := r.best.c
	n := len(c.Faults)
	left := r.subsets(n+len(c.Overrides), func(subset []int) sim.Case {
		split, _ := slices.BinarySearch(subset, n)
		d := withFaults(c, pick(c.Faults, subset[:split]))
		d.Overrides = nil
		for _, i := range subset[split:] {
			d.Overrides = append(d.Overrides, c.Overrides[i-n])
		}
		return d
	})
	return left < n+len(c.Overrides)
}

// subsets reduces a list of n things, of which a subset makes a case. It returns how many are left.
func (r *reduction) subsets(n int, of func(subset []int) sim.Case) int {
	return len(list(n, func(subsets iter.Seq[[]int]) int {
		return r.position(func(yield func(sim.Case) bool) {
			for s := range subsets {
				if !yield(of(s)) {
					return
				}
			}
		})
	}))
}

// unfired takes away at once what changed nothing.
func (r *reduction) unfired() bool {
	c := r.best.c
	c.Faults = slices.DeleteFunc(slices.Clone(c.Faults), func(f fault.Fault) bool {
		return f.Kind == fault.None || slices.Contains(r.best.run.Unfired, f)
	})
	return len(c.Faults) < len(r.best.c.Faults) && r.try(c)
}

// resolve writes faults as they came to pass, with nodes for roles and times for events: all of them, then each. One that became
// several, like a crash loop, is replaced by one of these.
func (r *reduction) resolve() bool {
	helped := r.try(withFaults(r.best.c, r.best.run.Resolved))
	return r.eachFault(func(f fault.Fault, yield func(...fault.Fault) bool) {
		for _, as := range r.becameOf(f) {
			if as != f && !yield(as) {
				return
			}
		}
	}) || helped
}

// becameOf lists what a fault of the best became in its run.
func (r *reduction) becameOf(f fault.Fault) (list []fault.Fault) {
	for _, as := range r.best.run.Resolved {
		same := as.Kind == f.Kind || f.Kind == fault.CrashLoop && as.Kind == fault.Crash || f.Kind == fault.SwizzleClog && as.Kind == fault.Clog ||
			f.Kind == fault.Partition && as.Kind == fault.Cut
		if same && as.At >= f.At {
			list = append(list, as)
		}
	}
	return list[:min(len(list), 24)]
}

// simplify replaces each fault by a simpler one.
func (r *reduction) simplify() bool {
	return r.eachFault(func(f fault.Fault, yield func(...fault.Fault) bool) {
		for _, s := range simpler(f, r.best.c.Nodes) {
			if !yield(s) {
				return
			}
		}
	})
}

// merge replaces two faults by one: the second is gone, and the first is longer, or hits the nodes of both.
func (r *reduction) merge() bool {
	return r.first(func(yield func(sim.Case) bool) {
		c := r.best.c
		for i, a := range c.Faults {
			for j, b := range c.Faults {
				if i == j || a.Kind != b.Kind || a.Shape != b.Shape || b.At < a.At || b.For == fault.Forever {
					continue
				}
				a.For = b.At + b.For - a.At
				if b.For == 0 {
					a.For = 0
				}
				m := withFault(c, i, a)
				m.Faults = slices.Delete(m.Faults, j, j+1)
				if !yield(m) {
					return
				}
			}
		}
	})
}

// eachFault tries what may take the place of each fault, the last fault first, until nothing helps any more.
func (r *reduction) eachFault(instead func(f fault.Fault, yield func(...fault.Fault) bool)) (helped bool) {
	for i := len(r.best.c.Faults) - 1; i >= 0; i-- {
		for i < len(r.best.c.Faults) && r.first(func(yield func(sim.Case) bool) {
			c := r.best.c
			instead(c.Faults[i], func(list ...fault.Fault) bool { return yield(withFault(c, i, list...)) })
		}) {
			helped = true
		}
	}
	return helped
}

// simpler lists faults that may do instead of f among n nodes, those that change most first. It knows the clauses of a line, and few of
// the kinds.
func simpler(f fault.Fault, n int) (list []fault.Fault) {
	add := func(change func(*fault.Fault)) {
		g := f
		change(&g)
		if _, err := g.MarshalText(); err == nil && g != f && !slices.Contains(list, g) {
			list = append(list, g)
		}
	}
	for _, kind := range plainer(f) {
		add(func(g *fault.Fault) { *g = kind })
	}
	for _, t := range fewer(f, n) {
		add(func(g *fault.Fault) { g.Target, g.Shape = t, "" })
	}
	for _, clear := range []func(*fault.Fault){
		func(g *fault.Fault) { g.InFlight = false },
		func(g *fault.Fault) { g.Op = 0 },
		func(g *fault.Fault) { g.Keep, g.State = 0, 0 }, // what was not synced is lost
		func(g *fault.Fault) { g.Access = "" },
		func(g *fault.Fault) { g.File = "" },
		func(g *fault.Fault) { g.Sector = 0 },
		func(g *fault.Fault) { g.Left = 0 },
		func(g *fault.Fault) { g.Queue = 0 },
		func(g *fault.Fault) { g.Nth = 0 },
		func(g *fault.Fault) { g.For = 0 },
		func(g *fault.Fault) { g.Ratio = fault.Ratio{Num: 1, Den: 1} },
		func(g *fault.Fault) { g.Ratio, g.Op = fault.Ratio{}, 1 },
		func(g *fault.Fault) { g.Ratio, g.Op = fault.Ratio{}, 2 },
		func(g *fault.Fault) { g.Dist, g.By = fault.Constant, g.Max },
		func(g *fault.Fault) { g.Dist, g.Max = fault.Constant, g.By },
		func(g *fault.Fault) { g.Dist, g.By = fault.Constant, (g.By+g.Max)/2; g.Max = g.By },
	} {
		add(clear)
	}
	return list
}

// plainer lists the faults of simpler kinds that do a part of what f does.
func plainer(f fault.Fault) (list []fault.Fault) {
	as := func(kind fault.Kind, t fault.Target, length time.Duration) {
		list = append(list, fault.Fault{At: f.At, On: f.On, Nth: f.Nth, Kind: kind, Target: t, For: length})
	}
	switch f.Kind {
	case fault.CrashLoop:
		one := fault.Fault{At: f.At, On: f.On, Nth: f.Nth, Kind: fault.Crash, Target: f.Target, Keep: f.Keep, For: max(1, f.Every/2)}
		list = append(list, one)
		one.For = f.For
		list = append(list, one)
	case fault.SwizzleClog:
		if f.Target != "" {
			as(fault.Clog, f.Target, f.For)
			as(fault.Isolate, f.Target, f.For)
		}
	case fault.Clog:
		if f.Target != "" && !strings.Contains(string(f.Target), ">") {
			as(fault.Isolate, f.Target, f.For)
		} else if f.Target != "" {
			as(fault.Cut, f.Target, f.For)
		}
	case fault.Partition:
		for group := range strings.SplitSeq(string(f.Target), " | ") {
			if f.Shape == "" {
				as(fault.Isolate, fault.Target(group), f.For)
			}
		}
	case fault.Slow:
		as(fault.Pause, f.Target, f.For)
	case fault.Isolate:
		as(fault.Crash, f.Target, f.For)
		as(fault.Pause, f.Target, f.For)
	case fault.Strobe:
		one := f
		one.Kind, one.Every = fault.Skew, 0
		list = append(list, one)
	case fault.SlowSync:
		as(fault.StallSync, f.Target, f.For)
	}
	return list
}
