package specs

import (
	"simrun/check"
	"simrun/history"
)

// Queue is first in, first out.
//
//	enqueue 7     dequeue → 7     peek → 7     dequeue → null: it was empty
var Queue = check.Define(check.Object[sequence]{
	Name:    "queue",
	Summary: "first in, first out: enqueue, dequeue, peek; null is empty",
	Step: func(queue sequence, op history.Operation) (sequence, bool) {
		if op.F == "enqueue" {
			return queue.pushBack(op.Input), true
		}
		return take(queue, op, op.F == "dequeue")
	},
	Accepts:           func(op history.Operation) error { return acceptsTake(op, "enqueue", "dequeue", "peek") },
	Monitor:           queueMonitor,
	Touches:           touchesTake("enqueue"),
	DescribeOperation: describeTake,
	DescribeState:     sequence.text,
})

// take is the step of an operation that sees the first element, and removes it
// or not. An absent result means that there was none.
func take(s sequence, op history.Operation, remove bool) (sequence, bool) {
	switch {
	case s == "":
		return s, op.Outcome == history.Info || op.Output.IsNull()
	case op.Outcome != history.Info && !s.startsWith(op.Output):
		return s, false
	case remove:
		return s.rest(), true
	}
	return s, true
}

// acceptsTake accepts operations of an object whose null means "empty".
func acceptsTake(op history.Operation, add, remove, peek string) error {
	if op.F == add {
		return want(!op.Input.IsNull(), add+" takes", "a value", op.Input)
	}
	return has(op.F, add, remove, peek)
}

// touchesTake is what the operations of such an object touch: the value that
// they add or see. To see that it is empty touches none.
func touchesTake(add string) func(op history.Operation) ([]history.Value, bool) {
	return func(op history.Operation) ([]history.Value, bool) {
		switch {
		case op.F == add:
			return []history.Value{op.Input}, true
		case op.Output.IsNull():
			return nil, true
		}
		return []history.Value{op.Output}, true
	}
}
