package check

import (
	"context"
	"slices"

	"github.com/anishathalye/porcupine"
)

// attempt is a state of porcupine's search: how it was reached. Two attempts are
// equal if their states are.
type attempt struct {
	state  int32
	op     int32
	depth  int32
	before *attempt
}

// runPorcupine decides with github.com/anishathalye/porcupine (Lowe's search
// over linearizations with a cache of configurations).
//
// Porcupine has no open operations: they return after everything else, and a
// step that the specification refuses then means that the operation never took
// effect. Nor has it a budget: once that is spent every step is refused, which
// ends the search soon, and its answer is not used.
func runPorcupine(p *problem, budget int64) answer {
	a := answer{outcome: Violation, end: -1, got: -1}
	for _, s := range p.start {
		b := porcupineFrom(p, s, budget-a.steps)
		a.steps += b.steps
		if b.outcome != Violation {
			b.steps = a.steps
			return b
		}
	}
	return a
}

func porcupineFrom(p *problem, start int32, budget int64) answer {
	a := answer{end: -1, got: -1}
	if len(p.ops) == 0 {
		a.outcome = Valid
		return a
	}
	var complete *attempt
	step := func(_ context.Context, state, input, _ any) (bool, any) {
		from, i := state.(*attempt), input.(int32)
		if a.steps >= budget {
			return false, from
		}
		a.steps++
		o := &p.ops[i]
		next := p.auto.step(from.state, o.class)
		if next == refused {
			if !o.open() {
				return false, from
			}
			next = from.state // it never takes effect
			i = -1
		}
		to := &attempt{next, i, from.depth + 1, from}
		if int(to.depth) == len(p.ops) {
			complete = to
		}
		return true, to
	}
	model := porcupine.Model{
		Init:        func() any { return &attempt{state: start, op: -1} },
		StepContext: step,
		Equal:       func(x, y any) bool { return x.(*attempt).state == y.(*attempt).state },
		Hash:        func(x any) uint64 { return uint64(x.(*attempt).state) * 0x9e3779b97f4a7c15 },
	}
	legal := porcupine.CheckEvents(model, p.porcupineEvents())
	switch {
	case legal:
		a.outcome = Valid
		a.order = make([]int32, 0, len(p.ops))
		for t := complete; t.before != nil; t = t.before {
			if t.op >= 0 {
				a.order = append(a.order, t.op)
			}
		}
		slices.Reverse(a.order)
	case a.steps < budget:
		a.outcome = Violation
	}
	return a
}

// porcupineEvents lists calls and returns in order of time, the returns of open
// operations last.
func (p *problem) porcupineEvents() []porcupine.Event {
	events := make([]porcupine.Event, 0, 2*len(p.ops))
	for _, t := range p.timeline() {
		kind := porcupine.CallEvent
		if t.ret {
			kind = porcupine.ReturnEvent
		}
		events = append(events, porcupine.Event{Kind: kind, Value: t.op, Id: int(t.op)})
	}
	for i := range p.ops {
		if p.ops[i].open() {
			events = append(events, porcupine.Event{Kind: porcupine.ReturnEvent, Value: int32(i), Id: i})
		}
	}
	return events
}
