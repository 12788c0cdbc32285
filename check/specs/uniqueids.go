package specs

import (
	"simrun/check"
	"simrun/history"
)

// UniqueIDs hands out identifiers, none of them twice.
//
//	generate → "a7"
//
// Each identifier is an object of its own, used or not: the check is linear.
var UniqueIDs = check.Define(check.Object[bool]{
	Name:    "unique-ids",
	Summary: "identifiers that never repeat: generate → id",
	Step: func(used bool, op history.Operation) (bool, bool) {
		if op.Outcome == history.Info {
			return used, true // nobody learnt which one it took
		}
		return true, !used
	},
	Partition: func(op history.Operation) string {
		if op.Outcome == history.Info {
			return ""
		}
		return op.Output.String()
	},
	Accepts: func(op history.Operation) error {
		if op.Outcome == history.OK {
			return want(!op.Output.IsNull(), "generate returns", "an identifier", op.Output)
		}
		return has(op.F, "generate")
	},
	DescribeState: func(used bool) string {
		if used {
			return "used"
		}
		return "unused"
	},
})
