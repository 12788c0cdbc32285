package specs

import (
	"errors"
	"strings"

	"simrun/check"
	"simrun/history"
)

// MultiRegister is several registers that one transaction reads and writes
// atomically. Each step of a transaction is [what, key, value]: "r" or "read" reads, with
// null as the value in the invocation, and "w" or "write" writes. The steps happen in their order.
//
//	txn [["w", "x", 1], ["r", "y", null]] → [["w", "x", 1], ["r", "y", 7]]
var MultiRegister = check.Define(check.Object[table]{
	Name:    "multi-register",
	Summary: `several values at once: txn [["r", key, null], ["w", key, value], …]`,
	Step: func(values table, op history.Operation) (table, bool) {
		steps := op.Output
		if op.Outcome == history.Info {
			steps = op.Input
		}
		next, err := registers.transaction(values, steps, op.Outcome == history.OK)
		return next, err == nil
	},
	Equal:         table.equal,
	Hash:          table.hash,
	Accepts:       registers.accepts,
	Project:       projectKeys,
	Explain:       explainTransaction,
	DescribeState: describeKeys,
})

// registers are transactions over registers.
var registers = transactions{"w", func(old, v history.Value) history.Value { return v }, errors.New(`txn: expected a list of ["r", key, null] and ["w", key, value]`)}

// transactions are those over the values of keys.
type transactions struct {
	writes    string                                   // what a step that changes a value is called
	change    func(old, v history.Value) history.Value // the value after such a step; old is null at first
	malformed error
}

var errRead = errors.New("the transaction read another value")

// transaction returns the values after the steps of a transaction. If compare is set,
// its reads must have seen the current values.
func (t transactions) transaction(values table, steps history.Value, compare bool) (table, error) {
	list, ok := steps.AsList()
	if !ok {
		return table{}, t.malformed
	}
	for _, step := range list {
		what, key, value, ok := microOperation(step)
		switch {
		case !ok || what != "r" && what != t.writes:
			return table{}, t.malformed
		case what != "r":
			old, _ := values.get(history.String(key))
			values = values.with(history.String(key), t.change(old, value))
		case compare && !values.holds(key, value):
			return table{}, errRead
		}
	}
	return values, nil
}

// accepts returns an error if an operation is no transaction, or its result is not that of one.
func (t transactions) accepts(op history.Operation) error {
	if err := has(op.F, "txn"); err != nil {
		return err
	}
	if _, err := t.transaction(table{}, op.Input, false); err != nil {
		return err
	}
	if op.Outcome == history.OK && !sameSteps(op.Input, op.Output) {
		return errors.New("txn result: expected the steps of the invocation with the values of the reads")
	}
	return nil
}

// describeKeys tells the values of all keys.
func describeKeys(values table) string {
	var parts []string
	for _, e := range values.entries() {
		key, _ := e.key.AsString()
		parts = append(parts, key+" = "+e.value.String())
	}
	return strings.Join(parts, ", ")
}

// holds reports whether a register has a value: null if nothing was written to it.
func (t table) holds(key string, v history.Value) bool {
	got, _ := t.get(history.String(key))
	return got == v
}

// microOperation returns the parts of a step of a transaction.
func microOperation(step history.Value) (what, key string, value history.Value, ok bool) {
	parts, _ := step.AsList()
	if len(parts) != 3 {
		return "", "", history.Null, false
	}
	switch what, _ = parts[0].AsString(); what {
	case "read":
		what = "r"
	case "write":
		what = "w"
	}
	return what, parts[1].String(), parts[2], what == "r" || what == "w" || what == "append"
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
		if !ok || f != g || key != sameKey || f != "r" && value != sameValue {
			return false
		}
	}
	return true
}
