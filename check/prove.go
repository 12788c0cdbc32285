package check

import (
	"slices"
	"sort"

	"simrun/history"
)

// A proof is the core of a part's violation.
type proof struct {
	part      int
	core      *core
	confirmed bool
}

// proveFirst proves the violation that became inevitable first. It drops violations
// that a hasty search found wrongly.
func (c *check) proveFirst() {
	for i := c.firstViolation(); i >= 0; i = c.firstViolation() {
		if c.proof != nil && c.proof.part == i {
			return
		}
		if core, confirmed, ok := c.prove(i); ok {
			c.proof = &proof{i, core, confirmed}
		}
	}
}

// prove shrinks a violation to a core and confirms it with porcupine. A hasty search
// may have been wrong: if porcupine doesn't confirm the core, a patient search
// decides, and ok is false if that finds no violation.
func (c *check) prove(i int) (co *core, confirmed, ok bool) {
	a := &c.answers[i]
	p := c.problem(i).cut(a.end + 1)
	var about []history.Value
	var as map[int32]history.Operation
	if a.core != nil {
		p = c.ruledProblem(i)
	} else if small, members := c.contradicted(i); small != nil {
		p, as = small, members
	} else if small, values := c.projected(i); small != nil {
		p, about = small, values
	}
	if b := runWindow(p, c.opts.Budget); b.outcome == Violation {
		co = minimise(c.spec, p, runWindow, trialBudget(b.steps, c.opts.Budget), c.explaining(i))
		co.about, co.as = about, as
		switch co.confirm(c.opts.Budget) {
		case Violation:
			return co, true, true
		case Unknown: // porcupine gave up
			if runPatientWindow(co.problem(), c.opts.Budget).outcome == Violation && co.auto.readOnlyAll(co.reads) {
				return co, false, true
			}
		}
	}
	if a.engine != "porcupine" { // porcupine is never hasty
		a.outcome, a.core = Unknown, nil
		c.search(i, stage{"window", runPatientWindow, c.opts.Budget}, len(c.events))
		if a.outcome != Violation {
			return nil, false, false
		}
	}
	run := runPatientWindow
	p = c.problem(i).cut(a.end + 1)
	if b := run(p, c.opts.Budget); b.outcome != Violation {
		run = runPorcupine
	}
	co = minimise(c.spec, p, run, trialBudget(a.steps, c.opts.Budget), c.explaining(i))
	return co, co.confirm(c.opts.Budget) == Violation, true
}

// trialBudget bounds the steps of one attempt to leave something out of a core. A
// smaller history can take longer, since open operations fit in more places.
func trialBudget(steps, budget int64) int64 { return min(budget, 4*steps+2_000) }

// explaining bounds the steps for shrinking the core of a part: at most twenty times the cost of deciding, plus a constant
// that takes no noticeable time.
func (c *check) explaining(i int) int64 {
	return 20*max(c.answers[i].decided, int64(len(c.parts[i].ops))) + 20_000
}

// maxChains bounds the number of operations of a core that was completed with chains.
const maxChains = 2000

// ruledProblem returns the problem of the operations that a rule found to be enough
// for the violation.
//
// If these include compare-and-sets whose old value none of them wrote, it adds all
// operations on the values of such chains; if these are too many, the compare-and-sets
// become plain writes, which demand less.
func (c *check) ruledProblem(i int) *problem {
	found := c.answers[i].core
	small := part{key: c.parts[i].key, ops: c.withUnknown(i, found.ops)}
	weaken := found.weaken
	if len(weaken) > 0 {
		if all := c.chains(&c.parts[i], c.answers[i].end, small.ops); len(all) <= maxChains {
			small.ops, weaken = all, nil
		}
	}
	p := small.problem(c.spec, c.ops)
	for k, n := range small.ops {
		if slices.Contains(weaken, n) {
			weak := c.spec.rule().Weaken(c.ops[n])
			p.ops[k].class = p.auto.class(&weak)
		}
	}
	return p.cut(c.answers[i].end + 1)
}

// withUnknown adds the operations whose result was unknown when the violation became
// inevitable, and that may have taken any value. The rule knows that they can't have taken
// one that another operation took; the core must hold without that knowledge, since it may
// say less of the other operation.
func (c *check) withUnknown(i int, some []int32) []int32 {
	all := slices.Clone(some)
	end := c.answers[i].end
	for _, n := range c.parts[i].before(c.ops, end+1) {
		if op := &c.ops[n]; op.Outcome == history.Info || op.Complete > end {
			if values, _ := c.spec.touches(opened(op)); len(values) == 0 {
				all = append(all, n)
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// chains returns the operations of a part up to the event end that are on values of
// the operations in some, on values that share an operation with these, and so on.
func (c *check) chains(pt *part, end int, some []int32) []int32 {
	g := newGroups()
	ops := pt.before(c.ops, end+1)
	for _, n := range ops {
		if values, ok := c.spec.touches(&c.ops[n]); ok {
			g.join(values)
		}
	}
	wanted := make(map[history.Value]bool)
	for _, n := range some {
		values, _ := c.spec.touches(&c.ops[n])
		for _, v := range values {
			wanted[g.leader(v)] = true
		}
	}
	var all []int32
	for _, n := range ops {
		values, _ := c.spec.touches(&c.ops[n])
		if len(values) == 0 && slices.Contains(some, n) || len(values) > 0 && wanted[g.leader(values[0])] {
			all = append(all, n)
		}
	}
	return all
}

// earliest returns the index of the event at which a problem became a violation. It
// is not before the event from.
//
// A history that has an order has one at every earlier time, so earliest uses binary
// search. If the engine gives up on a shorter history, the result can be a later
// event, by which the violation was inevitable.
func earliest(p *problem, from int, run decide, budget int64) int {
	var ends []int
	for _, m := range p.timeline() {
		if m.ret && m.at >= from {
			ends = append(ends, m.at)
		}
	}
	for _, o := range p.failed {
		if o.ret >= from {
			ends = append(ends, o.ret)
		}
	}
	slices.Sort(ends)
	violated := func(n int) bool { return run(p.cut(ends[n]+1), budget).outcome == Violation }
	if from >= 0 && violated(0) {
		return ends[0]
	}
	return ends[sort.Search(len(ends)-1, violated)]
}
