package check

import (
	"slices"
	"sort"
)

// prove shrinks a violation to a core and has porcupine confirm it. A search in
// haste may have been wrong: if porcupine doesn't confirm, a patient search
// decides, and ok is false if it finds no violation.
func (c *check) prove(i int) (co *core, confirmed, ok bool) {
	a := &c.answers[i]
	p := c.problem(i).cut(a.end + 1)
	if a.core != nil {
		p = c.monitoredProblem(i)
	}
	if runWindow(p, c.opts.Budget).outcome == Violation {
		co = minimise(c.spec, p, runWindow, c.opts.Budget)
		if co.confirm(c.opts.Budget) == Violation {
			return co, true, true
		}
	}
	c.search(i, "window", runPatientWindow)
	if c.answers[i].outcome != Violation {
		return nil, false, false
	}
	co = minimise(c.spec, c.problem(i).cut(c.answers[i].end+1), runPatientWindow, c.opts.Budget)
	return co, co.confirm(c.opts.Budget) == Violation, true
}

// monitoredProblem is what a monitor says is enough for the violation.
func (c *check) monitoredProblem(i int) *problem {
	found := c.answers[i].core
	small := part{key: c.parts[i].key, ops: found.ops}
	p := small.problem(c.spec, c.ops)
	weaken := c.spec.monitor().Weaken
	for k, n := range found.ops {
		if slices.Contains(found.weaken, n) {
			weak := weaken(c.ops[n])
			p.ops[k].class = p.auto.class(&weak)
		}
	}
	return p.cut(c.answers[i].end + 1)
}

// earliest returns the index of the event after which a problem that is a
// violation had become one, which is not before the event from.
//
// A history that has an order has one at every earlier time, so the search can
// halve. Where an engine gives up on a shorter history, the event is one by
// which the violation was inevitable.
func earliest(p *problem, from int, run decide, budget int64) int {
	var ends []int
	for _, m := range p.timeline() {
		if m.ret && m.at >= from {
			ends = append(ends, m.at)
		}
	}
	violated := func(n int) bool { return run(p.cut(ends[n]+1), budget).outcome == Violation }
	if from >= 0 && violated(0) {
		return ends[0]
	}
	return ends[sort.Search(len(ends)-1, violated)]
}
