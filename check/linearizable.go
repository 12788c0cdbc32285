package check

import (
	"cmp"
	"fmt"
	"slices"

	"simrun/history"
	"simrun/internal/count"
)

// Linearizable decides whether a history is linearizable for a specification
// (Herlihy and Wing 1990): whether each operation can be given one instant
// between its invocation and its completion, so that in the order of these
// instants every operation ends as the specification says. Operations with an
// unknown result may take effect at any time after their invocation, or never.
//
// Real time is the order of events, not their Time. Linearizable splits the history
// by object and decides every object. Of several violations it reports the one that
// became inevitable first; once it has found one, it leaves objects undecided that
// take more than a share of the budget. The verdict depends on the arguments alone.
//
// A history in which no operation completed is Unknown, unless [Options.AllowEmpty]
// is set: any order explains it, and a recorder that crashed leaves such a history too.
//
// It returns an error if the history is malformed (see [history.Validate]), if it
// holds an operation that the specification doesn't have, or if the options are wrong.
func Linearizable(spec Spec, events []history.Event, opts Options) (Verdict, error) {
	c, err := newCheck(spec, events, opts)
	if err != nil {
		return Verdict{}, err
	}
	if why := c.nothing(); why != "" && !opts.AllowEmpty {
		return Verdict{Spec: spec.Name(), Outcome: Unknown, Reason: why, Inevitable: -1}, nil
	}
	c.decide()
	v := c.verdict()
	if opts.Second > 0 {
		v.Second = c.second()
	}
	return v, nil
}

// nothing says why there is nothing to decide. It returns "" if some operation has a known result.
func (c *check) nothing() string {
	for i := range c.ops {
		if mustHappen(c.spec, &c.ops[i]) {
			return ""
		}
	}
	if len(c.ops) == 0 {
		return "nothing to decide: the history has no operation"
	}
	if len(c.ops) == 1 {
		return "nothing to decide: the only operation did not complete"
	}
	return fmt.Sprintf("nothing to decide: none of the %d operations completed", len(c.ops))
}

// check is one call of [Linearizable].
type check struct {
	spec   Spec
	events []history.Event
	ops    []history.Operation
	opts   Options
	engine engine

	parts    []part
	problems []*problem // of each part; nil until it is needed
	answers  []answer
	proof    *proof // of the first violation; nil if none was found
}

func newCheck(spec Spec, events []history.Event, opts Options) (*check, error) {
	engine, err := engineNamed(opts.Engine)
	if err != nil {
		return nil, err
	}
	if opts.Budget < 0 {
		return nil, fmt.Errorf("budget: expected 0 or more steps, got %d", opts.Budget)
	}
	if opts.Budget == 0 {
		opts.Budget = DefaultBudget
	}
	ops, err := history.Pair(events)
	if err != nil {
		return nil, err
	}
	parts, err := split(spec, ops)
	if err != nil {
		return nil, err
	}
	return &check{
		spec: spec, events: events, ops: ops, opts: opts, engine: engine,
		parts: parts, problems: make([]*problem, len(parts)), answers: make([]answer, len(parts)),
	}, nil
}

// problem returns the problem of a part, for the search.
func (c *check) problem(i int) *problem {
	if c.problems[i] == nil {
		c.problems[i] = c.parts[i].problem(c.spec, c.ops)
	}
	return c.problems[i]
}

// decide decides every part: by its rule if that is exact for it, else by a search.
func (c *check) decide() {
	open := func(i int) bool { return c.answers[i].engine == "" }
	if c.engine.rules {
		parallel(len(c.parts), func(i int) {
			if a, why := c.runRule(i); why == "" {
				c.answers[i] = a
			} else {
				c.answers[i].why = why
			}
		})
		c.takeApart(open)
	}
	c.proveFirst()
	if c.engine.search == nil {
		return
	}
	stages := c.engine.stages(c.opts.Budget)
	for n, s := range stages {
		if c.proof != nil && n > 0 && n == len(stages)-1 {
			return // the other parts are hard, and the verdict is known
		}
		until := len(c.events)
		if c.proof != nil { // other parts only matter if they have an earlier violation
			until = c.answers[c.proof.part].end
		}
		parallel(len(c.parts), func(i int) {
			if a := &c.answers[i]; open(i) || a.outcome == Unknown && a.engine != "rule" {
				c.search(i, s, until)
			}
		})
		c.proveFirst()
	}
}

// takeApart splits those parts that are still undecided, and whose operations
// concern one element each, by element.
func (c *check) takeApart(open func(i int) bool) {
	var parts []part
	var answers []answer
	for i := range c.parts {
		elements := []part{c.parts[i]}
		if open(i) {
			elements = c.parts[i].elements(c.spec, c.ops)
		}
		for _, e := range elements {
			parts = append(parts, e)
			answers = append(answers, c.answers[i])
		}
	}
	c.parts, c.answers, c.problems = parts, answers, make([]*problem, len(parts))
}

// search decides a part, up to the event until, by one stage of a search.
func (c *check) search(i int, s stage, until int) {
	p := c.problem(i)
	if until < len(c.events) {
		p = p.cut(until)
	}
	budget := min(s.budget, c.opts.Budget-c.answers[i].steps)
	if budget <= 0 {
		return
	}
	a := s.run(p, budget)
	a.engine, a.why = s.name, c.answers[i].why
	if a.outcome == Violation {
		a.end = earliest(p, a.end, s.run, budget)
	}
	for k, n := range a.order {
		a.order[k] = p.ops[n].op
	}
	a.decided = a.steps
	a.steps += c.answers[i].steps
	c.answers[i] = a
}

// verdict combines the answers and their certificates.
func (c *check) verdict() Verdict {
	v := Verdict{Spec: c.spec.Name(), Engine: c.engine.name, Outcome: Valid, Inevitable: -1}
	if c.proof != nil {
		i := c.proof.part
		v.Outcome, v.Key, v.Inevitable = Violation, c.parts[i].key, c.answers[i].end
		v.Engine, v.Confirmed = c.answers[i].engine, c.proof.confirmed
		v.Core, v.Optional = c.proof.core.indices(c.ops)
		v.About = c.proof.core.about
		v.Weaker = c.proof.core.weaker(c.ops)
		v.Minimal = !c.proof.core.large
		v.Reason = c.explain(c.proof.core)
		if !v.Minimal {
			v.Reason += "; the core may not be minimal"
		}
	}
	engines := make(map[string]bool)
	for i := range c.answers {
		a := &c.answers[i]
		v.Steps += a.steps
		engines[a.engine] = true
		if a.outcome == Unknown && v.Outcome == Valid {
			v.Outcome, v.Key, v.Engine = Unknown, c.parts[i].key, a.engine
			v.Reason = c.spent(i)
		}
	}
	if v.Outcome == Valid {
		v.Engine = enginesUsed(engines, c.engine.name)
		v.Witness = c.witness()
	}
	return v
}

// witness merges the orders of all parts into one.
//
// Each operation takes effect at the latest invocation among its own and those before
// it in its part's order. That is not after its own completion, since the order of
// the part keeps real time; so the merged order keeps it too.
func (c *check) witness() []int {
	if len(c.answers) == 1 {
		witness := make([]int, len(c.answers[0].order))
		for k, n := range c.answers[0].order {
			witness[k] = c.ops[n].Invoke
		}
		return witness
	}
	type placed struct{ at, invoke int }
	all := make([]placed, 0, len(c.ops))
	for i := range c.answers {
		at := -1
		for _, n := range c.answers[i].order {
			invoke := c.ops[n].Invoke
			at = max(at, invoke)
			all = append(all, placed{at, invoke})
		}
	}
	slices.SortStableFunc(all, func(a, b placed) int { return cmp.Compare(a.at, b.at) })
	witness := make([]int, len(all))
	for k, p := range all {
		witness[k] = p.invoke
	}
	return witness
}

// firstViolation returns the part whose violation was inevitable first, or -1.
func (c *check) firstViolation() int {
	first := -1
	for i, a := range c.answers {
		if a.outcome == Violation && (first < 0 || a.end < c.answers[first].end) {
			first = i
		}
	}
	return first
}

// spent returns the reason why a part was not decided.
func (c *check) spent(i int) string {
	a := &c.answers[i]
	if c.engine.search == nil {
		return "the rule cannot decide: " + a.why
	}
	p := c.problem(i)
	s := fmt.Sprintf("undecided after %d steps: %s, of which %d never completed", a.steps, count.Of(len(p.ops), "operation"), p.opens())
	if a.got >= 0 {
		s += fmt.Sprintf("; explained up to event %d of %d", a.got, len(c.events))
	}
	return s + "; a larger budget, fewer clients at a time, or values that are written only once would help"
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
