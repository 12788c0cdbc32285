package specs

import (
	"fmt"

	"simrun/check"
	"simrun/history"
	"simrun/internal/brief"
)

// CASRegister is a [Register] with compare-and-set.
//
//	cas [3, 7]          writes 7 if the value is 3
//	cas [3, 7] → false  found another value than 3 and changed nothing
//
// A cas that failed did not happen. If it failed without an error and its
// completion carries a value other than its argument, and of the same kind as the values
// in it, that is the value it found: a number, not false or "precondition failed".
var CASRegister = check.Define(check.Object[history.Value]{
	Name:    "cas-register",
	Summary: "one value: read, write, cas [from, to]",
	Step: func(value history.Value, op history.Operation) (history.Value, bool) {
		switch op.F {
		case "write":
			return op.Input, true
		case "cas":
			return stepCAS(value, op)
		}
		return value, op.Outcome == history.Info || op.Output == value
	},
	Accepts: func(op history.Operation) error {
		if op.F == "cas" {
			return acceptsCAS(op)
		}
		return has(op.F, "read", "write", "cas")
	},
	Observes:          casFound,
	Contradict:        contradictRegister,
	Rule:              registerRule,
	Touches:           touchesCAS,
	DescribeOperation: describeRegister,
	Explain:           explainRegister,
})

func stepCAS(value history.Value, op history.Operation) (history.Value, bool) {
	from, to, _ := op.Input.AsPair()
	switch swapped, told := op.Output.AsBool(); {
	case op.Outcome == history.Fail:
		return value, value == op.Output && value != from
	case told && !swapped:
		return value, value != from
	}
	return to, value == from
}

// casFound reports whether a failed cas carries the value that it found: one like those
// that it compares and writes. false and the reason for a failure are no such values.
func casFound(op history.Operation) bool {
	from, to, _ := op.Input.AsPair()
	return op.F == "cas" && !op.Output.IsNull() && op.Output != op.Input &&
		(op.Output.SameKind(from) || op.Output.SameKind(to))
}

func acceptsCAS(op history.Operation) error {
	if _, _, ok := op.Input.AsPair(); !ok {
		return fmt.Errorf("cas argument: expected [from, to], got %s", brief.Middle(op.Input.String(), maxShown))
	}
	if op.Outcome == history.OK && op.Output != op.Input {
		return want(isFlag(op.Output), "cas result", "true, false or nothing", op.Output)
	}
	return nil
}

func touchesCAS(op history.Operation) ([]history.Value, bool) {
	switch {
	case op.F == "write":
		return []history.Value{op.Input}, true
	case op.F == "cas" && op.Outcome != history.Fail:
		if swapped, told := op.Output.AsBool(); told && !swapped {
			return nil, false // it depends on every value that it might have found instead
		}
		from, to, _ := op.Input.AsPair()
		return []history.Value{from, to}, true
	case op.Outcome != history.Info:
		return []history.Value{op.Output}, true
	}
	return nil, true
}
