package specs

import (
	"simrun/check"
	"simrun/history"
)

// PriorityQueue returns the greatest integer first.
//
//	insert 7     poll → 7     peek → 7     poll → null: it was empty
var PriorityQueue = check.Define(check.Object[bag]{
	Name:    "priority-queue",
	Summary: "the greatest integer first: insert, poll, peek; null is empty",
	Step: func(queue bag, op history.Operation) (bag, bool) {
		switch {
		case op.F == "insert":
			n, _ := op.Input.AsInt()
			return queue.with(n), true
		case queue.heap == nil:
			return queue, sawEmpty(op)
		case !saw(op, history.Int(queue.heap.top)):
			return queue, false
		case op.F == "poll":
			return queue.withoutTop(), true
		}
		return queue, true
	},
	Perform: performPriorityQueue,
	Equal:   bag.equal,
	Hash:    bag.hash,
	Accepts: func(op history.Operation) error {
		v, isInsert := op.Output, op.F == "insert"
		if isInsert {
			v = op.Input
		}
		if _, isInt := v.AsInt(); !isInt && (isInsert || !v.IsNull()) {
			return want(false, op.F, "an integer", v)
		}
		return acceptsTake(op, "insert", "poll", "peek")
	},
	Contradict:        containerPriorityQueue.contradict,
	Rule:              priorityRule,
	Touches:           touchesTake("insert"),
	DescribeOperation: describeTake,
	Explain:           containerPriorityQueue.explain,
	DescribeState:     bag.text,
})
