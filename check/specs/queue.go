package specs

import (
	"simrun/check"
	"simrun/history"
)

// Queue is first in, first out.
//
//	enqueue 7     dequeue → 7     peek → 7     dequeue → null: it was empty
var Queue = check.Define(check.Object[fifo]{
	Name:    "queue",
	Summary: "first in, first out: enqueue, dequeue, peek; null is empty",
	Step: func(q fifo, op history.Operation) (fifo, bool) {
		if op.F == "enqueue" {
			q.back = q.back.push(op.Input)
			return q, true
		}
		if q.front == nil {
			q = fifo{front: q.back.reversed()}
		}
		if q.front == nil {
			return q, sawEmpty(op)
		}
		ok := saw(op, q.front.first)
		if ok && op.F == "dequeue" {
			q.front = q.front.rest
		}
		return q, ok
	},
	Identity:          fifo.text,
	Accepts:           func(op history.Operation) error { return acceptsTake(op, "enqueue", "dequeue", "peek") },
	Rule:              queueRule,
	Touches:           touchesTake("enqueue"),
	DescribeOperation: describeTake,
	Explain:           explainTakes("enqueue", true),
	DescribeState:     fifo.text,
})

// fifo is a queue as two lists: its front, and its back in reverse order.
type fifo struct{ front, back *list }

func (q fifo) text() string { return text(q.front, q.back.reversed()) }

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
