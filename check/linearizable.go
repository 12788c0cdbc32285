package check

import (
	"fmt"
	"slices"

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
	problems := make([]*problem, len(parts))
	answers := make([]answer, len(parts))
	parallel(len(parts), func(i int) {
		problems[i] = parts[i].problem(spec, ops)
		answers[i] = run(problems[i], budget)
		if answers[i].outcome == Violation && answers[i].end < 0 {
			answers[i].end = earliest(problems[i], run, budget)
		}
	})
	v := Verdict{Spec: spec.Name(), Engine: name, Outcome: Valid, Inevitable: -1}
	for _, a := range answers {
		v.Steps += a.steps
	}
	if i := firstViolation(answers); i >= 0 {
		v.Outcome, v.Key, v.Inevitable = Violation, parts[i].key, answers[i].end
		c := minimise(spec, problems[i].cut(v.Inevitable+1), ops, run, min(budget, 20_000))
		v.Core, v.Optional = c.indices(ops)
		v.Confirmed = runPorcupine(c.problem(), min(budget, 1_000_000)).outcome == Violation
		v.Reason = c.explain(spec, events, ops)
		return v, nil
	}
	if i := slices.IndexFunc(answers, func(a answer) bool { return a.outcome == Unknown }); i >= 0 {
		v.Outcome, v.Key = Unknown, parts[i].key
		v.Reason = answers[i].spent(problems[i], budget)
		return v, nil
	}
	v.Witness = make([]int, 0, len(ops))
	for i, a := range answers {
		for _, n := range a.order {
			v.Witness = append(v.Witness, problems[i].ops[n].call)
		}
	}
	return v, nil
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
// violation had become one. A history that has an order has one at every
// earlier time, so the search can halve. Where an engine gives up on a shorter
// history, the event is one by which the violation was inevitable.
func earliest(p *problem, run decide, budget int64) int {
	var ends []int
	for _, m := range p.timeline() {
		if m.ret {
			ends = append(ends, m.at)
		}
	}
	n, _ := slices.BinarySearchFunc(ends, true, func(end int, _ bool) int {
		if run(p.cut(end+1), budget).outcome == Violation {
			return 1
		}
		return -1
	})
	return ends[min(n, len(ends)-1)]
}

// spent says why a problem was not decided.
func (a *answer) spent(p *problem, budget int64) string {
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
