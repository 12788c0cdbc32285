package shrink

import (
	"slices"
	"time"

	"simrun/sim"
	"simrun/sim/fault"
)

// skipRecovery ends the run with the fault phase, where that is enough to fail.
func (r *reduction) skipRecovery() bool {
	c := r.best.c
	c.Recovery.Skip = true
	return !r.best.c.Recovery.Skip && r.try(c)
}

// shorten looks for the shortest fault phase. What happened before its end does not depend on when it ends, so that
// with recovery left out this is a prefix of the run.
func (r *reduction) shorten() (helped bool) {
	for r.first(func(yield func(sim.Case) bool) {
		now := time.Duration(r.best.c.Duration)
		ends := []time.Duration{roundUp(time.Duration(r.best.end()), time.Millisecond)}
		for _, sixteenths := range []time.Duration{1, 2, 4, 6, 8, 10, 12, 14, 15} {
			ends = append(ends, roundUp(now*sixteenths/16, time.Millisecond))
		}
		for _, end := range ends {
			if end > 0 && end < now && !yield(endedAt(r.best.c, end)) {
				return
			}
		}
	}) {
		helped = true
	}
	return helped
}

// roundUp is the first multiple of grain after d.
func roundUp(d, grain time.Duration) time.Duration { return (d/grain + 1) * grain }

// endedAt is a case with a shorter fault phase, without the faults that begin after it.
func endedAt(c sim.Case, end time.Duration) sim.Case {
	c.Duration = sim.Duration(end)
	c.Faults = slices.DeleteFunc(slices.Clone(c.Faults), func(f fault.Fault) bool { return f.At >= end })
	return c
}

// grains are the steps to which times are rounded, the coarsest first.
var grains = []time.Duration{time.Second, 100 * time.Millisecond, 10 * time.Millisecond, time.Millisecond, 100 * time.Microsecond, 10 * time.Microsecond}

// round gives faults times and lengths that are easy to read.
func (r *reduction) round() bool {
	return r.eachFault(func(f fault.Fault, yield func(...fault.Fault) bool) {
		for _, g := range rounder(f) {
			if !yield(g) {
				return
			}
		}
	})
}

// rounder lists what f is with one of its times rounded, the coarsest first, and with a shorter length.
func rounder(f fault.Fault) (list []fault.Fault) {
	field := func(of func(*fault.Fault) *time.Duration, least time.Duration) {
		was := *of(&f)
		if was == fault.Forever {
			return
		}
		for _, grain := range grains {
			for _, to := range []time.Duration{was.Truncate(grain), roundUp(was, grain)} {
				g := f
				if *of(&g) = to; to >= least && to != was && digits(to) < digits(was) {
					list = append(list, g)
				}
			}
		}
	}
	field(func(f *fault.Fault) *time.Duration { return &f.At }, 0)
	if f.For != 0 {
		field(func(f *fault.Fault) *time.Duration { return &f.For }, 1)
	}
	if f.By > 0 && f.Dist == "" {
		field(func(f *fault.Fault) *time.Duration { return &f.By }, 1)
	}
	if f.Dist == fault.Constant {
		field(func(f *fault.Fault) *time.Duration { return &f.By }, 1)
		for i := range list {
			list[i].Max = list[i].By
		}
	}
	return list
}

// lengths makes faults end sooner, or at the end of the run, which is not to be read.
func (r *reduction) lengths() bool {
	return r.eachFault(func(f fault.Fault, yield func(...fault.Fault) bool) {
		if f.For == 0 || !f.Kind.Lasts() {
			return
		}
		for _, length := range []time.Duration{time.Millisecond, 10 * time.Millisecond, 100 * time.Millisecond, f.For / 2} {
			g := f
			if g.For = length; length < f.For && length > 0 && !yield(g) {
				return
			}
		}
	})
}

// roundEnd gives the fault phase a length that is easy to read.
func (r *reduction) roundEnd() bool {
	return r.first(func(yield func(sim.Case) bool) {
		for _, grain := range grains {
			c := r.best.c
			c.Duration = sim.Duration(roundUp(time.Duration(c.Duration)-1, grain))
			if c.Duration != r.best.c.Duration && !yield(c) {
				return
			}
		}
	})
}
