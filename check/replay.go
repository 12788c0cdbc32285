package check

import (
	"fmt"

	"simrun/history"
)

// Replay checks the certificate of a valid verdict: that the order of linearization
// keeps real time, that the specification allows each of its operations in its place,
// and that no operation is missing that certainly took effect. It does not depend on
// the engines: a history for which Replay returns nil is linearizable, whatever they did.
func Replay(spec Spec, events []history.Event, witness []int) error {
	ops, err := history.Pair(events)
	if err != nil {
		return err
	}
	invoked := make(map[int]*history.Operation, len(ops))
	due := 0 // operations that must be in the witness
	for i := range ops {
		op := &ops[i]
		invoked[op.Invoke] = op
		if mustHappen(spec, op) {
			due++
		}
	}
	objects := make(map[string]func(*history.Operation) bool)
	called := -1 // the latest invocation so far
	for _, at := range witness {
		op, ok := invoked[at]
		if !ok {
			return fmt.Errorf("event %d of the witness is not an invocation, or occurs twice", at)
		}
		delete(invoked, at)
		must := mustHappen(spec, op)
		if must {
			due--
		} else if op.Outcome == history.Fail {
			return fmt.Errorf("%s of event %d failed, but is in the witness", op.F, at)
		}
		key := spec.partition(op)
		step, ok := objects[key]
		if !ok {
			step = spec.run()
			objects[key] = step
		}
		if must && op.Complete < called {
			return fmt.Errorf("%s of event %d returned before event %d, but comes after it in the witness", op.F, at, called)
		}
		called = max(called, op.Invoke)
		if !step(op) {
			return fmt.Errorf("the specification does not allow %s of event %d at its place in the witness", op.F, at)
		}
	}
	if due > 0 {
		return fmt.Errorf("%d operations took effect, but are not in the witness", due)
	}
	return nil
}

// mustHappen reports whether an order must hold the operation.
func mustHappen(spec Spec, op *history.Operation) bool {
	return op.Outcome == history.OK || op.Outcome == history.Fail && op.Error == "" && spec.observes(op)
}
