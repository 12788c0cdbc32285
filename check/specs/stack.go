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
		switch {
		case op.F == "push":
			return stack.pushBack(op.Input), true
		case stack.len() == 0:
			return stack, sawEmpty(op)
		case !saw(op, stack.at(stack.len()-1)):
			return stack, false
		case op.F == "pop":
			return stack.popBack(), true
		}
		return stack, true
	},
	Perform:           performStack,
	Equal:             sequence.equal,
	Hash:              sequence.hash,
	Accepts:           func(op history.Operation) error { return acceptsTake(op, "push", "pop", "peek") },
	Contradict:        containerStack.contradict,
	Rule:              stackRule,
	Touches:           touchesTake("push"),
	DescribeOperation: describeTake,
	Explain:           containerStack.explain,
	DescribeState:     sequence.text,
})
