package specs

import (
	"fmt"

	"simrun/check"
	"simrun/history"
)

// Counter is a sum, zero at first.
//
//	add 3     add -1     add 3 → 5: the sum after it     read → 5
//
// An add whose result is its argument is taken for one that echoes it, as Jepsen
// writes them, and not for one that returns the sum.
var Counter = check.Define(check.Object[int64]{
	Name:    "counter",
	Summary: "a sum: add n [→ the sum after it; n itself is an echo], read",
	Step: func(sum int64, op history.Operation) (int64, bool) {
		if op.F == "add" {
			n, _ := op.Input.AsInt()
			sum += n
			if op.Output == op.Input {
				return sum, true
			}
		}
		return sum, !knows(op) || op.Output == history.Int(sum)
	},
	Accepts: func(op history.Operation) error {
		_, isInt := op.Output.AsInt()
		switch op.F {
		case "add":
			if _, ok := op.Input.AsInt(); !ok {
				return fmt.Errorf("add takes an integer, not %v", op.Input)
			}
			return want(isInt || op.Output.IsNull(), "add returns", "the sum or nothing", op.Output)
		case "read":
			return want(isInt || op.Outcome == history.Info, "read returns", "an integer", op.Output)
		}
		return has(op.F, "add", "read")
	},
})
