package sim

import (
	"time"

	"simrun/history"
	"simrun/sim/fault"
)

// plan is the faults of a run: those of the case, and what they became.
type plan struct {
	steps    []step
	waiting  []trigger     // faults that wait for an event
	resolved []fault.Fault // what began, spelled out
	fired    []bool        // by fault of the case: it took effect
	healed   bool          // the fault phase is over
}

// step is a fault of the case, or one of the faults that it was resolved to.
type step struct {
	f       fault.Fault
	of      int          // of the faults of the case: the one that it is, or came from
	spelled bool         // it is resolved
	hits    fault.Effect // if it has begun: whom, or which links
	active  bool         // it has begun and not ended
	it      NodeID       // where the event was that it waited for
	cause   uint64       // that event
	began   uint64       // event of its beginning
	order   int          // of it in the resolved plan
	until   Time         // when it ends by itself, if it is active
	gens    []int        // by node: which generation of holding or pausing it began in
}

// trigger counts the events that a fault waits for.
type trigger struct {
	step int
	left int
}

// schedulePlan puts the faults of the case into the queue.
func (w *world) schedulePlan() {
	w.plan.fired = make([]bool, len(w.c.Faults))
	for of, f := range w.c.Faults {
		if f.Kind == fault.None {
			continue
		}
		w.plan.steps = append(w.plan.steps, step{f: f, of: of})
		i := len(w.plan.steps) - 1
		switch {
		case w.order != nil: // it begins where it is picked
		case f.On == "":
			w.atFault(Time(f.At), i)
		default:
			w.plan.waiting = append(w.plan.waiting, trigger{i, max(1, f.Nth)})
		}
	}
}

// atFault schedules a fault, before all else that happens at that time: it must not matter when it became known that it would begin then.
func (w *world) atFault(t Time, step int) { w.queue.PushEarly(int64(t), ref(onFault, step)) }

// happened tells the plan of an event that a fault may wait for.
func (w *world) happened(e fault.Event, node NodeID) {
	if len(w.c.Workload.Phases) > 0 {
		w.mixHears(e)
	}
	if (len(w.plan.waiting) > 0 || w.order != nil) && int(node) <= w.c.Nodes {
		w.trigger(e, node)
	}
}

// trigger counts an event for the faults that wait for it. A fault begins one
// nanosecond later: then a plan that names this moment, without the event, gives the
// same run.
func (w *world) trigger(e fault.Event, node NodeID) {
	if w.order != nil {
		w.order.happened = append(w.order.happened, Occurrence{e, node})
		return
	}
	kept := w.plan.waiting[:0]
	for _, t := range w.plan.waiting {
		s := &w.plan.steps[t.step]
		if s.f.On == e && w.now >= Time(s.f.At) {
			if t.left--; t.left == 0 {
				s.it, s.cause = node, w.events
				w.atFault(w.now+1, t.step)
				continue
			}
		}
		kept = append(kept, t)
	}
	w.plan.waiting = kept
}

// faultBegins is called when the time of a fault has come.
func (w *world) faultBegins(i int) {
	if w.plan.healed {
		return
	}
	s := w.plan.steps[i]
	if s.spelled {
		w.beginStep(i)
		return
	}
	for _, f := range w.oneByOne(s.f.Resolve(w.view(fault.Node(max(0, s.it))))) {
		w.plan.steps = append(w.plan.steps, step{f: f, of: s.of, spelled: true, it: s.it, cause: s.cause})
		next := len(w.plan.steps) - 1
		if Time(f.At) <= w.now {
			w.beginStep(next)
		} else {
			w.atFault(Time(f.At), next)
		}
	}
}

// oneByOne splits each crash that waits for a disk operation into one for each node, since
// each dies at a time of its own; and each crash whose outcome is to be chosen.
func (w *world) oneByOne(list []fault.Fault) []fault.Fault {
	var out []fault.Fault
	for _, f := range list {
		if f.Kind != fault.Crash || f.Op == 0 && w.chooser == nil {
			out = append(out, f)
			continue
		}
		for n := range f.Nodes().Nodes() {
			one := f
			one.Target = fault.Target(n.String())
			out = append(out, one)
		}
	}
	return out
}

// beginStep makes a resolved fault take effect.
func (w *world) beginStep(i int) {
	w.endDue()
	s := &w.plan.steps[i]
	s.order, s.hits = len(w.plan.resolved), s.f.Effect(w.c.Nodes)
	w.plan.resolved = append(w.plan.resolved, s.f)
	line := s.f.String()
	w.begin(didFault, 0, 0, s.cause)
	w.hash = w.hash.String(line)
	s.began, s.active, s.until = w.events, s.f.Kind.Lasts(), never
	w.faultHistory(s.f.Kind.String(), line)
	if w.trace != nil {
		w.record(Record{Kind: FaultOn, Text: line})
	}
	w.troubled = w.now
	w.apply(i)
	if s.f.Kind != fault.Crash || s.f.Op == 0 { // a crash that waits for a disk operation lasts from then on
		w.scheduleEnd(i)
	}
}

// tookEffect notes that a step of the plan changed something: it hit a node or a link that was there to be hit.
func (w *world) tookEffect(i int) { w.plan.fired[w.plan.steps[i].of] = true }

// unfired lists the faults of the case that changed nothing, and counts all of them.
func (w *world) unfired() (list []fault.Fault, all int) {
	for i, f := range w.c.Faults {
		if f.Kind == fault.None {
			continue
		}
		all++
		if !w.plan.fired[i] {
			list = append(list, f)
		}
	}
	return list, all
}

// scheduleEnd makes a fault that lasts for a time end by itself.
func (w *world) scheduleEnd(i int) {
	s := &w.plan.steps[i]
	if s.active && s.f.For > 0 && s.f.For != fault.Forever {
		s.until = w.now + Time(waitable(s.f.For))
		w.at(s.until, onEnd, i)
	}
}

// endDue ends the faults whose time is over now before another begins: then the
// order does not depend on which of them was known first.
func (w *world) endDue() {
	for i := range w.plan.steps {
		if s := &w.plan.steps[i]; s.active && s.until == w.now {
			w.faultEnds(i)
		}
	}
}

// faultEnds is called when a fault has lasted its time.
func (w *world) faultEnds(i int) {
	s := &w.plan.steps[i]
	if !s.active {
		return
	}
	w.begin(didEnd, 0, 0, s.began)
	w.endStep(i)
}

// endStep takes back what a fault does, as part of the present event.
func (w *world) endStep(i int) {
	s := &w.plan.steps[i]
	s.active = false
	w.troubled = w.now
	line := s.f.String()
	w.hash = w.hash.String(line)
	w.faultHistory("end "+s.f.Kind.String(), line)
	if w.trace != nil {
		w.record(Record{Kind: FaultOff, Text: line, Cause: s.began})
	}
	w.revoke(i)
}

// faultHistory writes a fault into the history, where it is drawn and not checked.
func (w *world) faultHistory(f, line string) {
	w.history = append(w.history, history.Event{
		Index: len(w.history), Time: w.now, Process: history.Nemesis, Type: history.Info, F: f, Value: history.String(line),
	})
}

// healAll ends the fault phase: every fault ends but those that are forever, and every
// node that is down for no such reason restarts.
func (w *world) healAll() {
	if w.c.Recovery.Skip {
		w.running = false
		return
	}
	w.begin(didHealAll, 0, 0, 0)
	w.plan.healed, w.plan.waiting = true, nil
	for i := range w.plan.steps {
		if s := &w.plan.steps[i]; s.active && s.f.For != fault.Forever {
			w.endStep(i)
		}
	}
	for i := range w.servers[1:] {
		s := &w.servers[i+1]
		s.dieOps = 0
		if !w.lasting(s.id, fault.Clocks) {
			w.setClock(s)
		}
		if s.held == 0 {
			w.restart(s)
		}
	}
	w.relieve()
	w.at(w.now+Time(w.c.Recovery.Within), onJudge, 0)
	w.at(w.now+judgeEvery, onJudge, 0)
}

// lasting reports whether a fault of a family that is forever holds a node.
func (w *world) lasting(n NodeID, family fault.Family) bool {
	for i := range w.plan.steps {
		s := &w.plan.steps[i]
		if s.active && s.f.Kind.Family() == family && s.hits.Nodes.Has(fault.Node(n)) {
			return true
		}
	}
	return false
}

// view is what a fault may ask of the cluster.
func (w *world) view(it fault.Node) fault.View {
	return fault.View{Nodes: w.c.Nodes, Now: time.Duration(w.now), It: it, Seed: w.seed, Role: w.roleOf}
}

// roleOf is what a node says of itself.
func (w *world) roleOf(n fault.Node) (role string, epoch uint64) {
	d, ok := w.servers[n].node.(Describer)
	if !ok {
		return "", 0
	}
	s := d.Describe()
	return s.Role, s.Epoch
}
