package txn

import (
	"fmt"
	"slices"

	"simrun/check"
)

// decision is a history being decided.
type decision struct {
	*record
	opts  Options
	say   sayer
	graph *graph
	c     *choices // nil: every version has its place

	found   []*Anomaly
	results [levels]Result
	decided [levels]bool
	steps   int64

	pairs    *choices // while a proof by cases is told: its choices
	internal error    // a certificate that does not hold
}

func (d *decision) verdict() *Verdict {
	v := &Verdict{Level: d.opts.Level}
	for t := range d.txs {
		if d.txs[t].committed {
			v.Committed++
		}
	}
	switch {
	case d.ambiguous != "":
		unknownAll(v, d.ambiguous)
		return v
	case v.Committed == 0 && !d.opts.AllowEmpty:
		unknownAll(v, "nothing to decide: no transaction committed")
		return v
	}
	d.found = d.simple(&d.say)
	d.graph = d.known()
	if c := newChoices(d.record); len(c.groups) > 0 {
		d.c = c
	}
	d.levels()
	v.Results, v.Anomalies, v.Steps = d.results, d.found, d.steps
	v.Strongest, v.Weakest = strongest(&d.results), weakest(&d.results)
	v.Named = d.named()
	return v
}

// named describes the transactions of the anomalies.
func (d *decision) named() []Named {
	var txs []int32
	for _, a := range d.found {
		txs = append(txs, a.txs...)
	}
	slices.Sort(txs)
	var all []Named
	for _, t := range slices.Compact(txs) {
		all = append(all, Named{name(t), d.ops[t].Invoke, d.ops[t].Complete, d.say.process(t), d.say.transaction(t)})
	}
	return all
}

// levels decides each level, from the strongest to the weakest: one that holds settles those that it implies, and one that an anomaly
// breaks those that imply it.
func (d *decision) levels() {
	if worst(d.found, StrictSerializable) == nil {
		simple := len(d.found)
		d.level(StrictSerializable)
		if d.results[StrictSerializable].Outcome == check.Valid {
			return
		}
		d.explain(simple)
	} else {
		d.explain(len(d.found))
	}
	for _, l := range Levels() {
		d.level(l)
	}
}

// explain looks for anomalies that people have names for. They take the place of the one that broke the strongest level, if they break it too.
func (d *decision) explain(simple int) {
	first := d.found[simple:]
	d.found = d.found[:simple:simple]
	d.cycles()
	d.lostUpdates()
	switch a := worst(d.found, StrictSerializable); {
	case a == nil:
		d.found = append(d.found, first...)
	case d.results[StrictSerializable].Outcome == check.Violation:
		d.results[StrictSerializable].Anomaly, d.results[StrictSerializable].Reason = a, a.String()
	}
}

func (d *decision) level(l Level) {
	if d.decided[l] {
		return
	}
	r := d.decide(l)
	d.settle(l, r)
	if r.Outcome != check.Valid {
		return
	}
	for _, weaker := range Levels() {
		if !d.decided[weaker] && l.Implies(weaker) {
			d.settle(weaker, Result{Outcome: check.Valid, Schedule: r.Schedule})
		}
	}
}

func (d *decision) settle(l Level, r Result) {
	d.results[l], d.decided[l] = r, true
	d.steps += r.Steps
}

func (d *decision) decide(l Level) Result {
	if a := worst(d.found, l); a != nil {
		return violation(a)
	}
	for _, weaker := range Levels() {
		if l != weaker && l.Implies(weaker) && d.decided[weaker] && d.results[weaker].Outcome == check.Violation {
			return Result{Outcome: check.Violation, Reason: d.results[weaker].Reason, Anomaly: d.results[weaker].Anomaly}
		}
	}
	switch l {
	case RepeatableRead:
		return d.decide(Serializable)
	case ParallelSnapshotIsolation:
		return d.parallel()
	case Causal:
		return d.causal()
	case ReadAtomic, MonotonicAtomicView, ReadCommitted, ReadUncommitted:
		return d.weak(l)
	}
	return d.ordered(l)
}

// ordered decides the levels of which an order of all points is the certificate.
func (d *decision) ordered(l Level) Result {
	p := newPoints(d.graph, l)
	if d.c == nil {
		s := p.schedule(d.record, nil)
		if !s.all() {
			return d.broken(l, p.cycles(s)[0], s.steps)
		}
		return d.valid(l, s, s.steps)
	}
	z := &puzzle{record: d.record, members: map[int32]bool{}, settled: map[[2]int32]bool{}, p: p, c: newChoices(d.record), budget: d.budget(l)}
	outcome, s := z.solve()
	return d.answer(l, z, outcome, s)
}

// budget is what may be spent on a level.
func (d *decision) budget(l Level) int64 {
	if l == d.opts.Level || l == StrictSerializable || l == Serializable && d.opts.Level == RepeatableRead {
		return d.opts.Budget
	}
	return d.opts.Budget / 10
}

// answer is the result of a puzzle.
func (d *decision) answer(l Level, z *puzzle, outcome check.Outcome, s *scheduling) Result {
	spent := d.budget(l) - z.budget
	switch outcome {
	case check.Valid:
		return d.valid(l, s, spent)
	case check.Violation:
		return d.conflicting(l, z, spent)
	}
	return Result{Outcome: check.Unknown, Steps: spent,
		Reason: fmt.Sprintf("no order of versions was found, and none was excluded, in %d steps with %d lemmas", spent, len(z.lemmas))}
}

// valid makes the certificate of a schedule, once it is confirmed.
func (d *decision) valid(l Level, s *scheduling, steps int64) Result {
	r := Result{Outcome: check.Valid, Steps: steps}
	if l == ParallelSnapshotIsolation {
		return r
	}
	done := make([]moment, 0, len(s.done))
	for _, a := range s.done {
		if t, ok := s.tx(a); ok && d.txs[t].committed {
			done = append(done, moment{t, s.isStart(a)})
		}
	}
	if err := d.confirm(done, l); err != nil {
		d.internal = fmt.Errorf("internal error: a schedule for %s does not hold: %w", l, err)
	}
	r.Schedule = make([]Point, len(done))
	for i, m := range done {
		r.Schedule[i] = Point{d.ops[m.tx].Invoke, m.start}
	}
	return r
}

// broken is the result of a level that one cycle breaks.
func (d *decision) broken(l Level, cycle []link, steps int64) Result {
	a := d.cycle(cycle)
	a.Breaks = weakestOf(l, [][]link{cycle})
	d.found = append(d.found, a)
	r := violation(a)
	r.Steps = steps
	return r
}

// conflicting is the result of a level that no order of versions satisfies.
func (d *decision) conflicting(l Level, z *puzzle, steps int64) Result {
	if len(z.lemmas) == 1 {
		return d.broken(l, z.lemmas[0], steps)
	}
	a := d.conflict(z)
	a.Breaks = weakestOf(l, z.lemmas)
	d.found = append(d.found, a)
	r := violation(a)
	r.Steps = steps
	return r
}
