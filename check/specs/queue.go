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
		switch {
		case op.F == "enqueue":
			return queue.pushBack(op.Input), true
		case queue.len() == 0:
			return queue, sawEmpty(op)
		case !saw(op, queue.at(0)):
			return queue, false
		case op.F == "dequeue":
			return queue.popFront(), true
		}
		return queue, true
	},
	Perform:           performQueue,
	Equal:             sequence.equal,
	Hash:              sequence.hash,
	Accepts:           func(op history.Operation) error { return acceptsTake(op, "enqueue", "dequeue", "peek") },
	Contradict:        containerQueue.contradict,
	Rule:              queueRule,
	Touches:           touchesTake("enqueue"),
	DescribeOperation: describeTake,
	Explain:           containerQueue.explain,
	DescribeState:     sequence.text,
})

// saw reports whether an operation that takes or sees an element can have seen v.
func saw(op history.Operation, v history.Value) bool {
	return op.Outcome == history.Info || op.Output == v
}

// sawEmpty reports whether an operation can have found no element: its result is then absent.
func sawEmpty(op history.Operation) bool { return saw(op, history.Null) }

// acceptsTake accepts operations of an object whose null means "empty".
func acceptsTake(op history.Operation, add, remove, peek string) error {
	if op.F == add {
		return want(!op.Input.IsNull(), add+" argument", "a value", op.Input)
	}
	return has(op.F, add, remove, peek)
}

// touchesTake returns what the operations of such an object touch: the value that
// they add or see. An operation that finds the object empty touches no value.
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
