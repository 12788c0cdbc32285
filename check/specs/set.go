package specs

import (
	"fmt"
	"strings"

	"simrun/check"
	"simrun/history"
	"simrun/internal/brief"
)

// Set holds each value at most once.
//
//	add 7            remove 7             a result says whether it changed the set: add 7 → false
//	contains 7 → true                     read → [3, 7], in any order
var Set = check.Define(check.Object[table]{
	Name:    "set",
	Summary: "distinct values: add, remove, contains → true or false, read → all of them",
	Step: func(set table, op history.Operation) (table, bool) {
		if op.F == "read" {
			return set, op.Outcome == history.Info || set.keysAre(op.Output)
		}
		in := set.has(op.Input)
		did, told := op.Output.AsBool()
		switch {
		case op.F == "contains":
			return set, !told || did == in
		case op.F == "add" && !in, op.F == "remove" && in:
			if in {
				return set.without(op.Input), !told || did
			}
			return set.with(op.Input, history.Null), !told || did
		}
		return set, !told || !did
	},
	Equal: table.equal,
	Hash:  table.hash,
	Accepts: func(op history.Operation) error {
		if err := has(op.F, "add", "remove", "contains", "read"); err != nil || op.Outcome == history.Info {
			return err
		}
		switch op.F {
		case "read":
			return want(isElements(op.Output), "read result", "a list", op.Output)
		case "contains":
			_, isBool := op.Output.AsBool()
			return want(isBool, "contains result", "true or false", op.Output)
		}
		if op.Output != op.Input && !isFlag(op.Output) {
			return fmt.Errorf("%s result: expected true, false or nothing, got %s", op.F, brief.Middle(op.Output.String(), maxShown))
		}
		return nil
	},
	Rule:    setRule,
	Project: projectElements,
	Explain: explainSet,
	Touches: func(op history.Operation) ([]history.Value, bool) {
		if op.F == "read" {
			return nil, op.Outcome == history.Info // the values that it did not see matter as well
		}
		return []history.Value{op.Input}, true
	},
	Element:           func(op history.Operation) (history.Value, bool) { return op.Input, op.F != "read" },
	DescribeOperation: describe,
	DescribeState:     table.keysText,
})

// keysAre reports whether a list has exactly the keys of the table, each once.
func (t table) keysAre(list history.Value) bool {
	if n, _ := list.Len(); n != t.size {
		return false
	}
	keys, _ := list.AsList()
	seen := make(map[history.Value]bool, len(keys))
	for _, k := range keys {
		if seen[k] || !t.has(k) {
			return false
		}
		seen[k] = true
	}
	return true
}

// keysText lists the keys of the table, in order.
func (t table) keysText() string {
	var keys []string
	for _, e := range t.entries() {
		keys = append(keys, e.key.String())
	}
	return "{" + strings.Join(keys, ", ") + "}"
}
