package check

import (
	"fmt"
	"slices"
	"sort"

	"simrun/history"
)

// Linearizable decides whether a history is linearizable for a specification
// (Herlihy and Wing 1990): whether each operation can be given one instant
// between its invocation and its completion, so that in the order of these
// instants every operation ended as the specification says. Operations with an
// unknown result may take effect at any time after their invocation, or never.
//
// Real time is the order of events, not their Time. The history is split by
// object, and every object is decided; a violation is reported for the object
// where it became inevitable first. The verdict depends on the arguments alone.
//
// The error says that the history is none (see [history.Validate]), that it
// holds an operation that the specification doesn't have, or that the options are wrong.
func Linearizable(spec Spec, events []history.Event, opts Options) (Verdict, error) {
	name, run, err := engineNamed(opts.Engine)
	if err != nil {
		return Verdict{}, err
	}
	budget := opts.Budget
	if budget < 0 {
		return Verdict{}, fmt.Errorf("a budget of %d steps: it must not be negative", budget)
	}
	if budget == 0 {
		budget = DefaultBudget
	}
	ops, err := history.Pair(events)
	if err != nil {
		return Verdict{}, err
	}
	parts, err := split(spec, events, ops)
	if err != nil {
		return Verdict{}, err
	}
	c := &check{spec: spec, events: events, ops: ops, engine: name, run: run, budget: budget}
	c.decide(parts)
	return c.verdict(), nil
}

// check is one call of [Linearizable].
type check struct {
	spec   Spec
	events []history.Event
	ops    []history.Operation
	engine string
	run    decide
	budget int64

	parts    []part
	problems []*problem
	answers  []answer
}

// decide answers every object's problem.
func (c *check) decide(parts []part) {
	c.parts = parts
	c.problems = make([]*problem, len(parts))
	c.answers = make([]answer, len(parts))
	parallel(len(parts), func(i int) {
		c.problems[i] = parts[i].problem(c.spec, c.ops)
		c.answer(i, c.run)
	})
}

func (c *check) answer(i int, run decide) {
	a := run(c.problems[i], c.budget)
	if a.outcome == Violation {
		a.end = earliest(c.problems[i], a.end, run, c.budget)
	}
	a.steps += c.answers[i].steps
	c.answers[i] = a
}

// verdict puts the answers together, with their certificate.
func (c *check) verdict() Verdict {
	v := Verdict{Spec: c.spec.Name(), Engine: c.engine, Outcome: Valid, Inevitable: -1}
	for i := firstViolation(c.answers); i >= 0; i = firstViolation(c.answers) {
		if core, confirmed, ok := c.prove(i); ok {
			v.Outcome, v.Key, v.Inevitable = Violation, c.parts[i].key, c.answers[i].end
			v.Core, v.Optional = core.indices(c.ops)
			v.Confirmed = confirmed
			v.Reason = core.explain(c.spec, c.events, c.ops)
			break
		}
	}
	for i := range c.answers {
		v.Steps += c.answers[i].steps
	}
	if v.Outcome == Violation {
		return v
	}
	if i := slices.IndexFunc(c.answers, func(a answer) bool { return a.outcome == Unknown }); i >= 0 {
		v.Outcome, v.Key = Unknown, c.parts[i].key
		v.Reason = c.answers[i].spent(c.problems[i])
		return v
	}
	v.Witness = make([]int, 0, len(c.ops))
	for i, a := range c.answers {
		for _, n := range a.order {
			v.Witness = append(v.Witness, c.problems[i].ops[n].call)
		}
	}
	return v
}

// prove shrinks a violation to a core and has porcupine confirm it. A search in
// haste may have been wrong: if porcupine doesn't confirm, a patient search
// decides, and ok is false if it finds no violation.
func (c *check) prove(i int) (co *core, confirmed, ok bool) {
	p := c.problems[i]
	co = minimise(c.spec, p.cut(c.answers[i].end+1), runWindow, c.budget)
	if co.confirm(c.budget) == Violation {
		return co, true, true
	}
	c.answer(i, runPatientWindow)
	if c.answers[i].outcome != Violation {
		return nil, false, false
	}
	co = minimise(c.spec, p.cut(c.answers[i].end+1), runPatientWindow, c.budget)
	return co, co.confirm(c.budget) == Violation, true
}

// firstViolation returns the answer whose violation was inevitable first, or -1.
func firstViolation(answers []answer) int {
	first := -1
	for i, a := range answers {
		if a.outcome == Violation && (first < 0 || a.end < answers[first].end) {
			first = i
		}
	}
	return first
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

// spent says why a problem was not decided.
func (a *answer) spent(p *problem) string {
	return fmt.Sprintf("undecided after %d steps, with %d operations of which %d never completed; a larger budget, fewer concurrent clients, or values written only once would help",
		a.steps, len(p.ops), p.opens())
}

func (p *problem) opens() int {
	n := 0
	for i := range p.ops {
		if p.ops[i].open() {
			n++
		}
	}
	return n
}
