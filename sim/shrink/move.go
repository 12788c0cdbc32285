package shrink

import (
	"iter"
	"slices"
	"time"

	"simrun/sim"
	"simrun/sim/fault"
)

// excursion leaves the best for the first of some cases that fails, however large it is, makes that smaller by some passes, and comes back
// unless it has become smaller than the best was.
func (r *reduction) excursion(starts []sim.Case, passes ...func() bool) bool {
	was := r.best
	r.larger = true
	at := r.firstThat(slices.Values(starts), func(state) bool { return true })
	r.larger = false
	if at < 0 {
		return false
	}
	for _, p := range passes {
		p()
	}
	if r.best.size.Compare(was.size) < 0 {
		return true
	}
	r.best = was
	return false
}

// closeGaps takes stretches of time out of the run in which no fault begins and no operation is invoked: all that comes later comes
// earlier.
func (r *reduction) closeGaps() (helped bool) {
	for r.first(func(yield func(sim.Case) bool) {
		marks := r.marks()
		for i := len(marks) - 1; i > 0; i-- {
			gap := time.Duration(marks[i] - marks[i-1])
			for _, eighths := range []time.Duration{8, 7, 6, 4, 2, 1} {
				by := gap * eighths / 8
				if by >= time.Millisecond && !yield(r.without(marks[i], by)) {
					return
				}
			}
		}
	}) {
		helped = true
	}
	return helped
}

// marks are the times at which the plan or a client does something, in order, with the beginning.
func (r *reduction) marks() []sim.Time {
	marks := []sim.Time{0}
	for _, f := range r.best.c.Faults {
		marks = append(marks, sim.Time(f.At))
	}
	if interval(&r.best.c) > 0 {
		for _, o := range r.best.operations {
			marks = append(marks, o.at)
		}
	}
	slices.Sort(marks)
	return slices.Compact(marks)
}

// without is the best without a stretch of time before a moment: all from then on comes so much earlier, operations of the stretch are
// left out, and faults begin where it was.
func (r *reduction) without(from sim.Time, by time.Duration) sim.Case {
	c := r.best.c
	c.Faults = slices.Clone(c.Faults)
	for i := range c.Faults {
		if f := &c.Faults[i]; sim.Time(f.At) >= from {
			f.At -= by
		} else if begin := time.Duration(from) - by; f.At > begin {
			f.At = begin
		}
	}
	c = withOnly(c, r.shifted(&c, from, by))
	c.Duration -= sim.Duration(by)
	return c
}

// cutTime takes stretches of time out of the run with all that clients invoke in them, the longest first.
func (r *reduction) cutTime() (helped bool) {
	for r.first(func(yield func(sim.Case) bool) {
		end := time.Duration(r.best.c.Duration)
		for part := time.Duration(2); part <= 64 && end/part >= time.Millisecond; part *= 2 {
			for i := part; i > 0; i-- {
				if !yield(r.without(sim.Time(end*i/part), end/part)) {
					return
				}
			}
		}
	}) {
		helped = true
	}
	return helped
}

// afresh puts few of the faults to where the run is short: each alone, then two, then all, with the times between them kept, after each of
// the first things that happen in a run without faults. What follows later is left out. It is a search of its own, in a run of its own:
// that of the best without its faults, and those in which one that is weather lasts all the time. It takes a third of the budget at most.
func (r *reduction) afresh() bool {
	bases := []sim.Case{r.best.c}
	for i := range r.best.c.Faults {
		bases = append(bases, folded(r.best.c, i)...)
	}
	slices.Reverse(bases)
	r.until = r.runs + (r.o.Runs-r.runs)/3
	defer func() { r.until = 0 }()
	for _, c := range bases {
		quiet := r.quiet(c)
		for _, group := range groups(c.Faults) {
			if quiet != nil && r.first(r.placements(c, group, quiet)) {
				return true
			}
		}
	}
	return false
}

// stage is how much of the beginning of a run is a place for faults, and places how many events of it are.
const (
	stage  = 1500 * time.Millisecond
	places = 200

	patience = 400 * time.Millisecond // after which what a fault led to is seen, in addition to twice as long as in the best
)

// quiet is the beginning of the run of a case without its faults; nil if it can't run.
func (r *reduction) quiet(c sim.Case) *sim.Result {
	c = withFaults(c, nil)
	c.Overrides, c.Recovery.Skip = nil, true
	c.Duration = min(c.Duration, sim.Duration(stage))
	result, err := sim.RunTraced(r.system, c)
	if err != nil {
		return nil
	}
	r.count(result.Events)
	return result
}

// groups lists few of the faults of a plan: those that are last, and so nearest to the failure, first; then pairs; then all.
func groups(plan []fault.Fault) (list [][]fault.Fault) {
	plan = slices.Clone(plan)
	slices.SortStableFunc(plan, func(a, b fault.Fault) int { return int(min(1, max(-1, b.At-a.At))) })
	for _, f := range plan {
		list = append(list, []fault.Fault{f})
	}
	for i := range plan {
		for j := i + 1; j < len(plan) && len(plan) > 2 && len(plan) <= 8; j++ {
			list = append(list, []fault.Fault{plan[j], plan[i]})
		}
	}
	if len(plan) > 1 {
		slices.Reverse(plan)
		list = append(list, plan)
	}
	return list
}

// placements are the cases like base in which a group of its faults, and nothing else, begins after each of the first events of a quiet run. A fault of
// one node also hits the node where the event was.
func (r *reduction) placements(base sim.Case, group []fault.Fault, quiet *sim.Result) iter.Seq[sim.Case] {
	lag := max(time.Duration(r.best.end())-group[0].At, 0)
	return func(yield func(sim.Case) bool) {
		for _, at := range instants(quiet) {
			by := group[0].At - at.time
			if by == 0 && len(group) == len(base.Faults) {
				continue
			}
			plan := slices.Clone(group)
			for i := range plan {
				plan[i].At -= by
			}
			c := withFaults(base, plan)
			c.Overrides = nil
			c.Duration = min(r.best.c.Duration, sim.Duration(roundUp(at.time+2*lag+patience, time.Millisecond)))
			for _, d := range r.peopled(c, sim.Time(group[0].At), by) {
				if !yield(d) {
					return
				}
				if t := fault.Target(at.node.String()); len(plan) == 1 && slices.Contains(elsewhere(plan[0], c.Nodes), t) {
					d.Faults = []fault.Fault{plan[0]}
					d.Faults[0].Target = t
					if !yield(d) {
						return
					}
				}
			}
		}
	}
}

// peopled is a case without operations, and with those of the best, moved as its faults are.
func (r *reduction) peopled(c sim.Case, from sim.Time, by time.Duration) []sim.Case {
	list := []sim.Case{withOnly(c, nil)}
	if len(r.best.operations) > 0 {
		list = append(list, withOnly(c, r.shifted(&c, from, by)))
	}
	return list
}

// instant is a moment right after something happened on a server.
type instant struct {
	time time.Duration
	node sim.NodeID
}

// instants lists the moments of a run at which a fault can make a difference: after each event of a server.
func instants(r *sim.Result) (list []instant) {
	for i := range r.Trace.Records {
		rec := &r.Trace.Records[i]
		switch rec.Kind {
		case sim.Deliver, sim.TimerRun, sim.SyncDone, sim.Boot, sim.Send:
			at := instant{time.Duration(rec.Time) + 1, rec.Node}
			if rec.Node > 0 && int(rec.Node) <= r.Case.Nodes && !slices.Contains(list[max(0, len(list)-8):], at) {
				list = append(list, at)
			}
		}
		if len(list) == places {
			break
		}
	}
	return list
}

// restart looks for another minimum: in each smaller cluster it begins anew with every operation that clients invoke of themselves in a
// run that is not much longer than the best.
func (r *reduction) restart() bool {
	r.until = r.runs + (r.o.Runs-r.runs)/3
	defer func() { r.until = 0 }()
	for n := max(1, r.system.MinNodes); n < r.best.c.Nodes; n++ {
		c := r.best.c
		c.Nodes = n
		c.Duration = min(r.given.Duration, 2*c.Duration+sim.Duration(patience))
		c.Workload, c.Clients = r.given.Workload, r.given.Clients
		starts := []sim.Case{c, renumbered(c, r.best.c.Nodes, false), renumbered(c, r.best.c.Nodes, true)}
		if r.excursion(starts, r.shorten, r.dropFaults, r.dropOperations, r.dropClients, r.cutTime, r.shorten, r.dropOperations) {
			return true
		}
	}
	return false
}
