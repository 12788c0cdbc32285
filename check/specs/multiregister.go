package specs

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"simrun/check"
	"simrun/history"
)

// MultiRegister is several registers that one transaction reads and writes
// atomically. Each step of a transaction is [what, key, value]: "r" reads, with null
// as the value in the invocation, and "w" writes. The steps happen in their order.
//
//	txn [["w", "x", 1], ["r", "y", null]] → [["w", "x", 1], ["r", "y", 7]]
var MultiRegister = check.Define(check.Object[map[string]history.Value]{
	Name:    "multi-register",
	Summary: `several values at once: txn [["r", key, null], ["w", key, value], …]`,
	Step: func(values map[string]history.Value, op history.Operation) (map[string]history.Value, bool) {
		steps := op.Output
		if op.Outcome == history.Info {
			steps = op.Input
		}
		next, err := transaction(values, steps, op.Outcome == history.OK)
		return next, err == nil
	},
	// == can't compare maps, so the identity is a text.
	Identity: func(values map[string]history.Value) string {
		var b strings.Builder
		for _, key := range slices.Sorted(maps.Keys(values)) {
			b.WriteString(key + "=" + values[key].String() + "\n")
		}
		return b.String()
	},
	Accepts: func(op history.Operation) error {
		if err := has(op.F, "txn"); err != nil {
			return err
		}
		if _, err := transaction(nil, op.Input, false); err != nil {
			return err
		}
		if op.Outcome != history.OK {
			return nil
		}
		if !sameSteps(op.Input, op.Output) {
			return errors.New("txn result: expected the steps of the invocation with the values of the reads")
		}
		return nil
	},
	Project: projectKeys,
	DescribeState: func(values map[string]history.Value) string {
		var parts []string
		for _, key := range slices.Sorted(maps.Keys(values)) {
			parts = append(parts, key+" = "+values[key].String())
		}
		return strings.Join(parts, ", ")
	},
})

var errTransaction = errors.New(`txn: expected a list of ["r", key, null] and ["w", key, value]`)
var errRead = errors.New("the transaction read another value")

// transaction executes the steps of a transaction on a copy of values. If compare is
// set, its reads must have seen the current values.
func transaction(values map[string]history.Value, steps history.Value, compare bool) (map[string]history.Value, error) {
	list, ok := steps.AsList()
	if !ok {
		return nil, errTransaction
	}
	next := values
	for _, step := range list {
		what, key, value, ok := microOperation(step)
		switch {
		case !ok:
			return nil, errTransaction
		case what == "w":
			if maps.Equal(next, values) {
				next = maps.Clone(values)
			}
			if next == nil {
				next = make(map[string]history.Value)
			}
			next[key] = value
		case compare && next[key] != value:
			return nil, errRead
		}
	}
	return next, nil
}

// microOperation returns the parts of a step of a transaction.
func microOperation(step history.Value) (what, key string, value history.Value, ok bool) {
	parts, _ := step.AsList()
	if len(parts) != 3 {
		return "", "", history.Null, false
	}
	what, _ = parts[0].AsString()
	return what, parts[1].String(), parts[2], what == "r" || what == "w"
}

// sameSteps reports whether two transactions differ only in what their reads saw.
func sameSteps(input, output history.Value) bool {
	in, _ := input.AsList()
	out, ok := output.AsList()
	if !ok || len(in) != len(out) {
		return false
	}
	for i := range in {
		f, key, value, _ := microOperation(in[i])
		g, sameKey, sameValue, ok := microOperation(out[i])
		if !ok || f != g || key != sameKey || f == "w" && value != sameValue {
			return false
		}
	}
	return true
}
