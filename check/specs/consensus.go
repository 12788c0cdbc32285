package specs

import (
	"fmt"

	"simrun/check"
	"simrun/history"
)

// Consensus decides one value for each key: the first that is proposed.
//
//	propose 7 → 3     3 was decided, and 7 will never be
//
// That every proposal returns the same value is agreement; that somebody proposed it, before it was returned, validity (Lamport, "Paxos Made
// Simple", 2001, §2.1).
var Consensus = check.Define(check.Object[history.Value]{
	Name:    "consensus",
	Summary: "one value is decided, of those that are proposed: propose v → the decided value",
	Step: func(decided history.Value, op history.Operation) (history.Value, bool) {
		if decided.IsNull() {
			decided = op.Input
		}
		return decided, saw(op, decided)
	},
	Accepts: func(op history.Operation) error {
		switch {
		case op.F != "propose":
			return has(op.F, "propose")
		case op.Input.IsNull():
			return want(false, "propose argument", "a value", op.Input)
		case op.Outcome == history.OK:
			return want(!op.Output.IsNull(), "propose result", "the decided value", op.Output)
		}
		return nil
	},
	DescribeOperation: func(op history.Operation) string {
		s := fmt.Sprintf("propose %v", op.Input)
		if op.Key != "" {
			s = fmt.Sprintf("propose %s %v", op.Key, op.Input)
		}
		if op.Outcome == history.OK {
			s += fmt.Sprintf(" → %v", op.Output)
		}
		return s
	},
	Explain: func(f *check.Finding) string {
		decided := f.Culprit.Output
		if s := nobody(f, fmt.Sprintf("proposed %v", decided), func(op history.Operation) bool { return op.Input == decided }); s != "" && f.Culprit.Input != decided {
			return s
		}
		for _, op := range f.Others {
			if op.Outcome == history.OK && op.Output != decided {
				return fmt.Sprintf("%s had got %v by %s", f.Who(op), op.Output, f.By(op))
			}
		}
		return ""
	},
})
