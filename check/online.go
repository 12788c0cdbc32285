package check

import (
	"fmt"

	"simrun/history"
)

// Online follows a history event by event while it is recorded, and reports a
// violation as soon as it is certain. Its memory is one frontier for each object and
// the events since the invocation of the oldest open operation: what an operation did
// is only known when it completes, and later events wait for that.
//
// For the certificate of a violation, pass the events so far to [Linearizable].
type Online struct {
	spec    Spec
	budget  int64
	objects map[string]*followed
	queue   []*awaited                   // invocations and completions that wait, in order
	open    map[history.Process]*awaited // operations under way
	outcome Outcome
	events  int
}

// followed is the search for one object.
type followed struct {
	auto   *automaton
	window *window
	ops    int32
}

// An awaited is an operation in the queue, twice: by its invocation and, once
// known, by its completion.
type awaited struct {
	operation history.Operation
	known     bool // how it ended
	called    bool // its invocation has been taken from the queue
	number    int32
	class     int32
}

// NewOnline returns a check that has seen no events. Of the options it uses Budget
// only. It always uses a windowed search that is not hasty, so that a violation is
// certain.
func NewOnline(spec Spec, opts Options) *Online {
	budget := opts.Budget
	if budget <= 0 {
		budget = DefaultBudget
	}
	return &Online{
		spec: spec, budget: budget, outcome: Valid,
		objects: make(map[string]*followed), open: make(map[history.Process]*awaited),
	}
}

// Feed adds the next event. It returns Violation once a violation is certain, Unknown
// once the budget of an object is spent, and otherwise Valid: no violation is known so
// far. It returns an error if the event cannot be the next event of the history; the
// check cannot be used after that.
func (o *Online) Feed(e history.Event) (Outcome, error) {
	at := o.events
	o.events++
	if e.Process == history.Nemesis || o.outcome == Violation {
		return o.outcome, nil
	}
	if e.Type == history.Invoke {
		if w := o.open[e.Process]; w != nil {
			return o.outcome, &history.Error{Index: at, Reason: fmt.Sprintf("process %d invokes %s while its %s at event %d is still open", e.Process, e.F, w.operation.F, w.operation.Invoke)}
		}
		w := &awaited{operation: history.Operation{
			Process: e.Process, F: e.F, Key: e.Key, Input: e.Value, Outcome: history.Info,
			Call: e.Time, Return: history.Never, Invoke: at, Complete: -1,
		}}
		o.open[e.Process] = w
		o.queue = append(o.queue, w)
		return o.outcome, nil
	}
	w := o.open[e.Process]
	if w == nil || w.operation.F != e.F {
		return o.outcome, &history.Error{Index: at, Reason: fmt.Sprintf("process %d completes %s without having invoked it", e.Process, e.F)}
	}
	delete(o.open, e.Process)
	op := &w.operation
	w.known = true
	if e.Type != history.Info {
		op.Outcome, op.Output, op.Return, op.Complete, op.Error = e.Type, e.Value, e.Time, at, e.Error
		o.queue = append(o.queue, w)
	}
	if op.Outcome != history.Fail || mustHappen(o.spec, op) {
		if err := o.spec.accepts(op); err != nil {
			return o.outcome, &history.Error{Index: at, Reason: fmt.Sprintf("%s: %v", o.spec.Name(), err)}
		}
	}
	o.advance()
	return o.outcome, nil
}

// Waiting returns how many events wait until it is known how an earlier operation ended.
func (o *Online) Waiting() int { return len(o.queue) }

// Finish ends the history and returns the outcome. Operations without a completion stay open.
func (o *Online) Finish() Outcome {
	for _, w := range o.open {
		w.known = true
	}
	o.advance()
	return o.outcome
}

func (o *Online) object(key string) *followed {
	f := o.objects[key]
	if f == nil {
		auto := o.spec.newAutomaton()
		f = &followed{auto: auto, window: newWindow(auto, []int32{0}, o.budget)}
		o.objects[key] = f
	}
	return f
}

// advance takes events from the queue, up to the first whose operation has not ended.
func (o *Online) advance() {
	for len(o.queue) > 0 && o.queue[0].known && o.outcome != Violation {
		w := o.queue[0]
		o.queue = o.queue[1:]
		if op := &w.operation; op.Outcome != history.Fail || mustHappen(o.spec, op) {
			o.follow(o.object(o.spec.partition(op)), w)
		}
	}
}

// follow gives the next event of an object to its window.
func (o *Online) follow(f *followed, w *awaited) {
	if f.window.stopped() {
		return
	}
	op := &w.operation
	alive := true
	if w.called {
		alive = f.window.ret(w.number)
	} else {
		w.called, w.number, w.class = true, f.ops, f.auto.class(op)
		f.ops++
		if op.Outcome == history.Info {
			f.window.bags.open(w.number, w.class)
		} else {
			f.window.call(w.number, w.class)
		}
	}
	switch {
	case f.window.stopped():
		o.outcome = Unknown
	case !alive:
		o.outcome = Violation
	}
}
