package specs

import (
	"simrun/check"
	"simrun/history"
)

// AppendList is a list that only grows; a read sees all of it.
//
//	append 7     read → [1, 2, 7]
var AppendList = check.Define(check.Object[sequence]{
	Name:    "append-list",
	Summary: "a list that grows: append, read → all of it",
	Step: func(list sequence, op history.Operation) (sequence, bool) {
		if op.F == "append" {
			return list.pushBack(op.Input), true
		}
		return list, op.Outcome == history.Info || list.reads(op.Output)
	},
	Accepts: func(op history.Operation) error {
		if op.F == "read" && op.Outcome == history.OK {
			return want(isElements(op.Output), "read result", "a list", op.Output)
		}
		return has(op.F, "append", "read")
	},
	Touches: func(op history.Operation) ([]history.Value, bool) {
		if op.F == "append" {
			return []history.Value{op.Input}, true
		}
		seen, _ := op.Output.AsList()
		return seen, true
	},
	Project:       projectElements,
	Explain:       explainList,
	Equal:         sequence.equal,
	Hash:          sequence.hash,
	DescribeState: sequence.text,
})
