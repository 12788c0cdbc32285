package specs

import (
	"simrun/check"
	"simrun/history"
)

// Stack is last in, first out.
//
//	push 7     pop → 7     peek → 7     pop → null: it was empty
var Stack = check.Define(check.Object[sequence]{
	Name:    "stack",
	Summary: "last in, first out: push, pop, peek; null is empty",
	Step: func(stack sequence, op history.Operation) (sequence, bool) {
		if op.F == "push" {
			return stack.pushFront(op.Input), true
		}
		return take(stack, op, op.F == "pop")
	},
	Accepts:           func(op history.Operation) error { return acceptsTake(op, "push", "pop", "peek") },
	Monitor:           stackMonitor,
	Touches:           touchesTake("push"),
	DescribeOperation: describeTake,
	DescribeState:     sequence.text,
})
