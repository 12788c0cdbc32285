package check

import (
	"fmt"

	"simrun/history"
)

// Replay checks the certificate of a valid verdict: that the order of
// linearization keeps real time, that the specification allows each of its
// operations in its place, and that no operation is missing that certainly took
// effect. It knows nothing of the engines: whatever they did, a history for
// which Replay returns nil is linearizable.
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
			return fmt.Errorf("event %d of the witness is not an invocation, or there twice", at)
		}
		delete(invoked, at)
		must := mustHappen(spec, op)
		if must {
			due--
		} else if op.Outcome == history.Fail {
			return fmt.Errorf("%s of event %d failed, and is in the witness", op.F, at)
		}
		key := spec.partition(op)
		step, ok := objects[key]
		if !ok {
			step = spec.run()
			objects[key] = step
		}
		if must && op.Complete < called {
			return fmt.Errorf("%s of event %d returned before event %d, which the witness has before it", op.F, at, called)
		}
		called = max(called, op.Invoke)
		if !step(op) {
			return fmt.Errorf("%s of event %d is not allowed where the witness has it", op.F, at)
		}
	}
	if due > 0 {
		return fmt.Errorf("%d operations that took effect are not in the witness", due)
	}
	return nil
}

// mustHappen reports whether an order must hold the operation.
func mustHappen(spec Spec, op *history.Operation) bool {
	return op.Outcome == history.OK || op.Outcome == history.Fail && op.Error == "" && spec.observes(op)
}
