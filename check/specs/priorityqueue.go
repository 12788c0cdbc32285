package specs

import (
	"simrun/check"
	"simrun/history"
)

// PriorityQueue returns the greatest integer first.
//
//	insert 7     poll → 7     peek → 7     poll → null: it was empty
var PriorityQueue = check.Define(check.Object[*heap]{
	Name:    "priority-queue",
	Summary: "the greatest integer first: insert, poll, peek; null is empty",
	Step: func(queue *heap, op history.Operation) (*heap, bool) {
		switch {
		case op.F == "insert":
			n, _ := op.Input.AsInt()
			return merge(queue, &heap{top: n, rank: 1}), true
		case queue == nil:
			return nil, sawEmpty(op)
		case !saw(op, history.Int(queue.top)):
			return nil, false
		case op.F == "poll":
			return merge(queue.left, queue.right), true
		}
		return queue, true
	},
	Identity: (*heap).text,
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
	Rule:              priorityRule,
	Touches:           touchesTake("insert"),
	DescribeOperation: describeTake,
	Explain:           explainTakes("insert", false),
	DescribeState:     (*heap).text,
})
