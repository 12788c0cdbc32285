package specs

import (
	"simrun/check"
	"simrun/history"
)

// Stack is last in, first out.
//
//	push 7     pop → 7     peek → 7     pop → null: it was empty
var Stack = check.Define(check.Object[*list]{
	Name:    "stack",
	Summary: "last in, first out: push, pop, peek; null is empty",
	Step: func(stack *list, op history.Operation) (*list, bool) {
		switch {
		case op.F == "push":
			return stack.push(op.Input), true
		case stack == nil:
			return nil, sawEmpty(op)
		case op.F == "pop":
			return stack.rest, saw(op, stack.first)
		}
		return stack, saw(op, stack.first)
	},
	Identity:          func(stack *list) string { return text(stack) },
	Accepts:           func(op history.Operation) error { return acceptsTake(op, "push", "pop", "peek") },
	Rule:              stackRule,
	Touches:           touchesTake("push"),
	DescribeOperation: describeTake,
	Explain:           explainTakes("push", false),
	DescribeState:     func(stack *list) string { return text(stack) },
})
