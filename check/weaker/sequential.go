package weaker

import (
	"fmt"

	"simrun/check"
	"simrun/history"
)

// Sequential decides whether a history is sequentially consistent (Lamport: How to
// Make a Multiprocessor Computer That Correctly Executes Multiprocess Programs,
// 1979): whether all operations can be put in one order that keeps the order of each
// process, so that every operation ends as the specification says. Real time does not
// matter. An operation whose result is unknown may come anywhere after those that its
// process called before, or nowhere.
//
// Sequential consistency is not local: each object may have an order when all together
// have none, so the whole history is decided at once. This is NP-complete even for
// registers in which it is known which write each read saw (Gibbons and Korach: Testing
// Shared Memories, 1997, section 6). The engines, in the order in which they are tried,
// are:
//
//   - "linearizable": a linearizable history has an order, that of its linearization;
//   - "forced": if every value is written once, orders that every solution must keep
//     follow from each other; if they form a cycle, there is no solution;
//   - "search": else a search over the positions of the processes decides, until the
//     budget is spent and the verdict is Unknown.
//
// Witness is the order of a valid history, as indices of invocations;
// [ReplaySequential] checks it again. If the violation is a cycle, Core holds its
// operations and those that force it; a search that found no order has no core.
// Inevitable is always -1: later operations may still give a violation an order.
func Sequential(spec check.Spec, events []history.Event, opts Options) (check.Verdict, error) {
	budget, err := opts.budget()
	if err != nil {
		return check.Verdict{}, err
	}
	ops, err := check.Explainable(spec, events)
	if err != nil {
		return check.Verdict{}, err
	}
	v := check.Verdict{Spec: spec.Name(), Inevitable: -1}
	strict, err := check.Linearizable(spec, events, check.Options{Budget: budget})
	if err != nil {
		return v, err
	}
	if strict.Outcome == check.Valid {
		if order := merge(spec, ops, strict.Witness); ReplaySequential(spec, events, order) == nil {
			v.Outcome, v.Engine, v.Witness, v.Steps = check.Valid, "linearizable", order, strict.Steps
			return v, nil
		}
	}
	p := newProgram(spec, ops, opts)
	v.Engine = "forced"
	if cycle := p.force(forceBudget * budget); cycle != nil {
		v.Outcome, v.Steps = check.Violation, p.steps
		v.Reason, v.Core = p.explain(cycle)
		return v, nil
	}
	v.Engine = "search"
	v.Outcome, v.Witness = p.search(p.steps + budget)
	v.Steps = p.steps
	switch v.Outcome {
	case check.Violation:
		v.Reason = fmt.Sprintf("no order of the %d operations keeps the order of each process: all were tried, in %d steps", len(ops), p.steps)
	case check.Unknown:
		v.Reason = fmt.Sprintf("undecided after %d steps: %d operations of %d processes, of which at most %d could be put in order; a larger budget, or values that are written only once, would help",
			p.steps, len(ops), len(p.processes), p.most)
	}
	return v, nil
}

// forceBudget is how many steps may be spent on forced orders for each step of the
// search: they are cheap, and need no memory.
const forceBudget = 20

// ReplaySequential checks the certificate of a valid verdict of [Sequential]: that the
// order keeps the order of each process, that it has every operation that certainly took
// effect, and that the specification allows each operation in its place. It does not
// depend on how the order was found.
func ReplaySequential(spec check.Spec, events []history.Event, witness []int) error {
	ops, err := check.Explainable(spec, events)
	if err != nil {
		return err
	}
	m := check.NewMachine(spec)
	at := make(map[int]*history.Operation, len(ops))
	due := 0
	for i := range ops {
		at[ops[i].Invoke] = &ops[i]
		if check.TookEffect(spec, ops[i]) {
			due++
		}
	}
	states := make(map[string]int32)
	latest := make(map[history.Process]int)
	for _, invoke := range witness {
		op, ok := at[invoke]
		if !ok {
			return fmt.Errorf("event %d of the order is not the invocation of an operation that may have taken effect, or occurs twice", invoke)
		}
		delete(at, invoke)
		if check.TookEffect(spec, *op) {
			due--
		}
		if before, called := latest[op.Process]; called && before > invoke {
			return fmt.Errorf("event %d comes before event %d, which its process called earlier", before, invoke)
		}
		latest[op.Process] = invoke
		next, ok := m.Step(states[m.Object(op)], m.Class(op))
		if !ok {
			return fmt.Errorf("the specification does not allow %s of event %d at its place in the order", op.F, invoke)
		}
		states[m.Object(op)] = next
	}
	if due > 0 {
		return fmt.Errorf("%d operations took effect, but are not in the order", due)
	}
	return nil
}
