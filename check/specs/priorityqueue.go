package specs

import (
	"strconv"

	"simrun/check"
	"simrun/history"
)

// PriorityQueue gives the greatest integer first.
//
//	insert 7     poll → 7     peek → 7     poll → null: it was empty
var PriorityQueue = check.Define(check.Object[sequence]{
	Name:    "priority-queue",
	Summary: "the greatest integer first: insert, poll, peek; null is empty",
	Step: func(queue sequence, op history.Operation) (sequence, bool) {
		if op.F == "insert" {
			n, _ := op.Input.AsInt()
			return queue.insert(op.Input, func(other string) bool {
				m, err := strconv.ParseInt(other, 10, 64)
				return err == nil && n > m
			}), true
		}
		return take(queue, op, op.F == "poll")
	},
	Accepts: func(op history.Operation) error {
		v, isInsert := op.Output, op.F == "insert"
		if isInsert {
			v = op.Input
		}
		if _, isInt := v.AsInt(); !isInt && (isInsert || !v.IsNull()) {
			return want(false, op.F, "is of an integer", v)
		}
		return acceptsTake(op, "insert", "poll", "peek")
	},
	Monitor:           pqMonitor,
	Touches:           touchesTake("insert"),
	DescribeOperation: describeTake,
	DescribeState:     sequence.text,
})
