package specs

import (
	"fmt"

	"simrun/check"
	"simrun/history"
)

// UniqueIDs returns identifiers and never repeats one.
//
//	generate → "a7"
//
// Each identifier is an object of its own, used or unused, so the check takes linear time.
var UniqueIDs = check.Define(check.Object[bool]{
	Name:    "unique-ids",
	Summary: "identifiers that never repeat: generate → id",
	Step: func(used bool, op history.Operation) (bool, bool) {
		if op.Outcome == history.Info {
			return used, true // nobody knows which identifier it took
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
			return want(!op.Output.IsNull(), "generate result", "an identifier", op.Output)
		}
		return has(op.F, "generate")
	},
	Explain: func(f *check.Finding) string {
		for _, op := range f.Others {
			return fmt.Sprintf("%s had got %v too, by %s", f.Who(op), op.Output, f.By(op))
		}
		return ""
	},
	DescribeState: func(used bool) string {
		if used {
			return "used"
		}
		return "unused"
	},
})
