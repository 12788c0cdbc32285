package specs

import (
	"simrun/check"
	"simrun/history"
)

// Register holds one value, initially null.
//
//	write 7        sets the value
//	read → 7       returns the value
var Register = check.Define(check.Object[history.Value]{
	Name:    "register",
	Summary: "one value: read, write",
	Step: func(value history.Value, op history.Operation) (history.Value, bool) {
		if op.F == "write" {
			return op.Input, true
		}
		return value, op.Outcome == history.Info || op.Output == value
	},
	Accepts:    func(op history.Operation) error { return has(op.F, "read", "write") },
	Contradict: contradictRegister,
	Rule:       registerRule,
	Touches: func(op history.Operation) ([]history.Value, bool) {
		switch {
		case op.F == "write":
			return []history.Value{op.Input}, true
		case op.Outcome == history.OK:
			return []history.Value{op.Output}, true
		}
		return nil, true
	},
	DescribeOperation: describeRegister,
	Explain:           explainRegister,
})
