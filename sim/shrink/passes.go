package shrink

import (
	"slices"
	"strings"
	"time"

	"simrun/sim"
	"simrun/sim/fault"
)

// skipRecovery ends the run with the fault phase, where that is enough to fail.
func (r *reduction) skipRecovery() bool {
	if r.best.Recovery.Skip {
		return false
	}
	c := r.best
	c.Recovery.Skip = true
	return r.try(c)
}

// shortest is a fault phase below which there is nothing to gain.
const shortest = 10 * time.Millisecond

// shorten bisects for the shortest fault phase. What happened before its end does not
// depend on when it ends, so that with recovery left out this is a prefix of the run.
func (r *reduction) shorten() bool {
	before := r.best.Duration
	low, high := time.Duration(0), time.Duration(before)
	for high-low > max(shortest, high/50) && !r.spent() {
		middle := (low + (high-low)/2).Round(time.Millisecond)
		c := r.best
		c.Duration = sim.Duration(middle)
		c.Faults = startedBy(c.Faults, middle)
		if r.try(c) {
			high = middle
		} else {
			low = middle
		}
	}
	return r.best.Duration < before
}

// startedBy leaves out the faults that a fault phase of this length never reaches.
func startedBy(plan []fault.Fault, end time.Duration) []fault.Fault {
	return slices.DeleteFunc(slices.Clone(plan), func(f fault.Fault) bool { return f.At >= end })
}

// resolve writes the plan as it came to pass: with nodes for roles, and times for
// events. Then taking a fault away does not change whom the others hit.
func (r *reduction) resolve() bool {
	if r.wroteOut {
		return false
	}
	r.wroteOut = true
	if slices.Equal(r.resolved, r.best.Faults) {
		return false
	}
	c := r.best
	c.Faults = r.resolved
	return r.try(c)
}

func (r *reduction) dropFaults() bool {
	all := r.best.Faults
	left := list(len(all), func(subset []int) bool {
		c := r.best
		c.Faults = pick(all, subset)
		return r.try(c)
	})
	return len(left) < len(all)
}

func (r *reduction) dropOperations() bool {
	all := slices.Clone(r.operations)
	left := list(len(all), func(subset []int) bool {
		if len(subset) == 0 {
			return false // an empty list would mean all of them
		}
		c := r.best
		c.Overrides = slices.DeleteFunc(slices.Clone(c.Overrides), dropsOperation)
		c.Workload.Only = pick(all, subset)
		return r.try(c)
	})
	return len(left) < len(all)
}

// dropsOperation reports whether an override leaves an operation out, which a list of those
// that stay makes needless.
func dropsOperation(o sim.Override) bool { return strings.HasPrefix(o.Key, "drop ") }

// calm takes away the weather that the failure does not need.
func (r *reduction) calm() bool {
	helped := false
	for _, change := range []func(*sim.Network){
		func(n *sim.Network) { n.Loss = sim.Ratio{} },
		func(n *sim.Network) { n.Duplicate = sim.Ratio{} },
		func(n *sim.Network) { n.Bandwidth, n.Queue = 0, 0 },
		func(n *sim.Network) { n.Routes, n.Regions = nil, nil },
		func(n *sim.Network) {
			n.Latency = sim.Latency{Dist: sim.Constant, Min: n.Latency.Min, Max: n.Latency.Min}
		},
	} {
		c := r.best
		before, err1 := sim.FormatCase(c)
		change(&c.Network)
		after, err2 := sim.FormatCase(c)
		if err1 == nil && err2 == nil && !slices.Equal(before, after) && r.try(c) {
			helped = true
		}
	}
	return helped
}

func (r *reduction) dropClients() bool {
	helped := false
	for r.best.Clients > 1 {
		c := r.best
		c.Clients--
		if !r.try(c) {
			break
		}
		helped = true
	}
	return helped
}

// dropNodes takes servers away. Plans that name a node which is gone are refused
// by the run, and so kept.
func (r *reduction) dropNodes() bool {
	helped := false
	for r.best.Nodes > 1 {
		c := r.best
		c.Nodes--
		if !r.try(c) {
			break
		}
		helped = true
	}
	return helped
}

// roundFaults gives each fault times that are easy to read, and ends it sooner.
func (r *reduction) roundFaults() bool {
	helped := false
	change := func(i int, do func(*fault.Fault)) bool {
		c := r.best
		c.Faults = slices.Clone(c.Faults)
		do(&c.Faults[i])
		if c.Faults[i] == r.best.Faults[i] || !r.try(c) {
			return false
		}
		helped = true
		return true
	}
	for i := range r.best.Faults {
		for _, grain := range []time.Duration{100 * time.Millisecond, 10 * time.Millisecond, time.Millisecond} {
			if change(i, func(f *fault.Fault) { f.At = f.At.Round(grain) }) {
				break
			}
		}
		for _, grain := range []time.Duration{100 * time.Millisecond, 10 * time.Millisecond, time.Millisecond} {
			if f := r.best.Faults[i]; f.For == 0 || f.For == fault.Forever {
				break
			}
			if change(i, func(f *fault.Fault) { f.For = max(f.For.Round(grain), grain) }) {
				break
			}
		}
	}
	return helped
}

func pick[T any](from []T, subset []int) []T {
	list := make([]T, len(subset))
	for i, j := range subset {
		list[i] = from[j]
	}
	return list
}
