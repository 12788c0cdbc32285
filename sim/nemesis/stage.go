package nemesis

import (
	"cmp"
	"slices"
	"time"

	"simrun/sim"
	"simrun/sim/fault"
	"simrun/sim/rng"
)

// scene is a stretch of the fault phase that one family fills.
type scene struct {
	*dice
	c      *Cluster
	doomed []fault.Node  // who takes lasting damage, first the most likely; the same for a whole plan
	begin  time.Duration // nothing begins before
	end    time.Duration // nothing that ends at all should end after
	faults []fault.Fault
}

// add puts a fault into the plan, unless it would begin after the fault phase.
func (s *scene) add(f fault.Fault) {
	if s.onlyMinority() && (f.Kind == fault.Crash || f.Kind == fault.CrashLoop) {
		f.Target = s.victim(fault.AMinority)
	}
	if f.At < s.c.Duration {
		s.faults = append(s.faults, f)
	}
}

// at is the usual beginning of a fault: early in the scene.
func (s *scene) at() time.Duration {
	third := (s.end - s.begin) / 3
	return s.begin + s.time(0, third).Round(min(time.Millisecond, max(1, third/10)))
}

// length draws how long a fault lasts, at most to the end of the scene: often
// about an election timeout, at times much shorter or much longer.
func (s *scene) length(at time.Duration) time.Duration {
	var d time.Duration
	switch s.n(5) {
	case 0:
		d = s.time(5*time.Millisecond, 100*time.Millisecond)
	case 1, 2:
		d = s.time(150*time.Millisecond, 600*time.Millisecond)
	default:
		d = s.time(400*time.Millisecond, 2500*time.Millisecond)
	}
	return max(time.Millisecond, min(d, s.end-at))
}

// A pace is how many scenes there are in ten seconds. Between these, with elections of
// 150 to 300 ms, there is calm enough that operations complete.
const paceLow, paceHigh = 3, 10

// maxScenes bounds a plan, however long the fault phase is.
const maxScenes = 200

var part = rng.Of("nemesis scene")

// stage plans the whole fault phase: the weather first, then one scene after the
// other with calm between them, each of a family that is drawn. A scene is
// keyed by its place, so that scenes do not depend on each other.
func stage(c *Cluster, drawn []Family, d *dice) []fault.Fault {
	if len(drawn) == 0 {
		return nil
	}
	pace := d.between(paceLow, paceHigh)
	if c.Pace > 0 {
		pace = c.Pace
	}
	scenes := min(maxScenes, max(1, int(int64(pace)*int64(c.Duration)/int64(10*time.Second))))
	slot := (c.Duration / time.Duration(scenes)).Truncate(time.Millisecond)
	doomed := d.shuffled(c.Nodes)
	key := uint64(d.v)
	var plan []fault.Fault
	if i := slices.IndexFunc(drawn, func(f Family) bool { return f.Name == "network" }); i >= 0 {
		s := &scene{dice: &dice{rng.Draw(key, part, 0, 0)}, c: c, doomed: doomed, end: c.Duration}
		s.weather()
		plan = s.faults
	}
	cast := casting(drawn, scenes, d)
	for i, f := range cast {
		if f == nil {
			continue
		}
		s := &scene{dice: &dice{rng.Draw(key, part, 1, uint64(i))}, c: c, doomed: doomed}
		s.begin = time.Duration(i) * slot
		s.end = s.begin + (slot * 4 / 5).Truncate(min(slot, time.Millisecond))
		f.scene(s)
		plan = append(plan, s.faults...)
	}
	plan = slices.DeleteFunc(within(c, plan), func(f fault.Fault) bool { return c.Profile.Native && c.Profile.Check(f) != nil })
	slices.SortStableFunc(plan, func(a, b fault.Fault) int { return cmp.Compare(a.At, b.At) })
	return plan
}

// casting says which family plays in which scene: those that play once in one that is
// drawn, and any of the others in each scene that is left.
func casting(drawn []Family, scenes int, d *dice) []*Family {
	cast := make([]*Family, scenes)
	var often []*Family
	for i := range drawn {
		if f := &drawn[i]; f.once {
			cast[d.n(scenes)] = f
		} else {
			often = append(often, f)
		}
	}
	for i := range cast {
		if cast[i] == nil && len(often) > 0 {
			cast[i] = often[d.n(len(often))]
		}
	}
	return cast
}

// within leaves out what goes beyond the system's claims, unless that is wanted.
func within(c *Cluster, plan []fault.Fault) []fault.Fault {
	if c.Beyond {
		return plan
	}
	for {
		breaches := c.Profile.Claims.Breaches(plan, c.Nodes)
		if len(breaches) == 0 {
			return plan
		}
		i := slices.Index(plan, breaches[0].Fault)
		plan = slices.Delete(plan, i, i+1)
	}
}

// subset draws the families of a swarm: at least one.
func (d *dice) subset(c *Cluster) []Family {
	var fit []Family
	for _, f := range Families() {
		if c.Profile.Native && f.simulated() {
			continue
		}
		if f.fits == nil || c.Beyond || f.fits(c) {
			fit = append(fit, f)
		}
	}
	var drawn []Family
	for _, f := range fit {
		if d.percent(f.part) {
			drawn = append(drawn, f)
		}
	}
	if len(drawn) == 0 {
		drawn = append(drawn, fit[d.n(len(fit))])
	}
	return drawn
}

// mix draws weights for operations: some at zero, some more frequent than usual.
// One at least keeps its weight.
func (d *dice) mix(ops []sim.Weight) []sim.Weight {
	if len(ops) < 2 || d.percent(40) {
		return nil
	}
	mix := slices.Clone(ops)
	total := 0
	for i := range mix {
		mix[i].Weight *= pick(d, 0, 1, 1, 1, 2, 4)
		total += mix[i].Weight
	}
	if total == 0 {
		return nil
	}
	return mix
}
