package specs

import (
	"fmt"

	"simrun/check"
	"simrun/history"
	"simrun/internal/brief"
)

// Counter is a sum, initially zero.
//
//	add 3     add -1     add 3 → 5: the sum after it     read → 5
//
// If the result of an add equals its argument, it is an echo of the argument, as in
// Jepsen's histories, and not the sum.
var Counter = check.Define(check.Object[int64]{
	Name:    "counter",
	Summary: "a sum: add n [→ the sum after it; n itself is an echo], read",
	Step: func(sum int64, op history.Operation) (int64, bool) {
		switch op.F {
		case "at-most", "at-least": // of a contradiction
			limit, _ := op.Output.AsInt()
			return sum, op.Outcome == history.Info || op.F == "at-most" && sum <= limit || op.F == "at-least" && sum >= limit
		case "add":
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
				return fmt.Errorf("add argument: expected an integer, got %s", brief.Middle(op.Input.String(), maxShown))
			}
			return want(isInt || op.Output.IsNull(), "add result", "the sum or nothing", op.Output)
		case "read":
			return want(isInt || op.Outcome == history.Info, "read result", "an integer", op.Output)
		}
		return has(op.F, "add", "read")
	},
	Contradict: contradictCounter,
	Explain:    explainCounter,
})
