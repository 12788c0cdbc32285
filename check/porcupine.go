package check

import (
	"context"
	"slices"

	"github.com/anishathalye/porcupine"
)

// attempt is a state of porcupine's search, with the way to it. Two attempts are
// equal if their states are: the other fields follow from the set of operations that
// have a place, which porcupine compares itself.
type attempt struct {
	state  int32
	op     int32  // position in the problem's operations; -1 if it never took effect
	placed int32  // operations that have a place
	due    int32  // operations with a known result that have no place yet
	first  uint64 // which of the first 64 operations have a place
	before *attempt
}

// porcupineBytes bounds porcupine's memory: each step adds one bit for each operation
// of the history.
const porcupineBytes int64 = 2 << 30

// runPorcupine decides with github.com/anishathalye/porcupine (Lowe's search
// over linearizations with a cache of configurations).
//
// Porcupine has no open operations: here they return after everything else, and
// those that never took effect get their place at the end, when no operation is due.
// Porcupine has no budget either: once that is spent, every step fails, which soon
// ends the search, and its answer is not used.
func runPorcupine(p *problem, budget int64) answer {
	a := answer{outcome: Violation, end: -1, got: -1}
	budget = min(budget, porcupineBytes/int64(len(p.ops)/8+256)) // divided by the bytes that it keeps of each step
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
	twins, spent := p.twins(), false
	step := func(_ context.Context, state, input, _ any) (bool, any) {
		from := state.(*attempt)
		if a.steps >= budget || p.auto.states.bytes() > maxStateBytes {
			spent = true
			return false, from
		}
		a.steps++
		i := input.(int32)
		if twin := twins[i]; twin >= 0 && from.first>>uint(twin)&1 == 0 {
			return false, from
		}
		to, ok := p.place(from, i)
		if ok && int(to.placed) == len(p.ops) {
			complete = to
		}
		return ok, to
	}
	model := porcupine.Model{
		Init:        func() any { return &attempt{state: start, op: -1, due: int32(len(p.ops) - p.opens())} },
		StepContext: step,
		Equal:       func(x, y any) bool { return x.(*attempt).state == y.(*attempt).state },
		Hash:        func(x any) uint64 { return uint64(x.(*attempt).state) * 0x9e3779b97f4a7c15 },
	}
	legal := porcupine.CheckEvents(model, p.porcupineEvents())
	switch {
	case legal:
		a.outcome = Valid
		a.order = complete.order()
	case !spent:
		a.outcome = Violation
	}
	return a
}

// place gives operation i the next place after an attempt, if the specification
// allows it. While some operation is due, an open operation only gets a place if it
// changes the state.
func (p *problem) place(from *attempt, i int32) (*attempt, bool) {
	o := &p.ops[i]
	next := p.auto.step(from.state, o.class)
	if next == refused && (!o.open() || from.due > 0) {
		return from, false // the most common answer, which takes no memory
	}
	to := &attempt{state: next, op: i, placed: from.placed + 1, due: from.due, before: from, first: from.first}
	if i < 64 {
		to.first |= 1 << uint(i)
	}
	switch idle := next == refused || next == from.state; {
	case !o.open():
		to.due--
		return to, true
	case idle && from.due > 0:
		return to, false
	case from.due == 0:
		to.state, to.op = from.state, -1
	}
	return to, true
}

// twins returns, for each open operation, the latest earlier call of the same class,
// or -1. That one must get a place first, since it makes no difference which of the
// two takes effect. It looks at the first 64 operations only.
func (p *problem) twins() []int32 {
	twins := make([]int32, len(p.ops))
	last := make(map[int32]int32)
	for i := range p.ops {
		twins[i] = -1
		if o := &p.ops[i]; o.open() && i < 64 {
			if t, ok := last[o.class]; ok {
				twins[i] = t
			}
			last[o.class] = int32(i)
		}
	}
	return twins
}

// order returns the operations that took effect on the way to an attempt.
func (t *attempt) order() []int32 {
	order := make([]int32, 0, t.placed)
	for ; t.before != nil; t = t.before {
		if t.op >= 0 {
			order = append(order, t.op)
		}
	}
	slices.Reverse(order)
	return order
}

// porcupineEvents returns the calls and returns in order of time, with the returns of
// open operations at the end.
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
