package specs

import (
	"fmt"
	"slices"
	"strings"

	"simrun/check"
	"simrun/history"
)

// Set holds each value at most once.
//
//	add 7            remove 7             and, with a result, whether it changed the set: add 7 → false
//	contains 7 → true                     read → [3, 7], in any order
var Set = check.Define(check.Object[sequence]{
	Name:    "set",
	Summary: "distinct values: add, remove, contains → true or false, read → all of them",
	Step: func(set sequence, op history.Operation) (sequence, bool) {
		if op.F == "read" {
			return set, op.Outcome == history.Info || set == sorted(op.Output)
		}
		in := set.has(op.Input)
		did, told := op.Output.AsBool()
		switch {
		case op.F == "contains":
			return set, !told || did == in
		case op.F == "add" && !in:
			text := op.Input.String()
			return set.insert(op.Input, func(other string) bool { return text < other }), !told || did
		case op.F == "remove" && in:
			return set.without(op.Input), !told || did
		}
		return set, !told || !did
	},
	Accepts: func(op history.Operation) error {
		if err := has(op.F, "add", "remove", "contains", "read"); err != nil || op.Outcome == history.Info {
			return err
		}
		switch op.F {
		case "read":
			_, isList := op.Output.AsList()
			return want(isList, "read returns", "a list", op.Output)
		case "contains":
			_, isBool := op.Output.AsBool()
			return want(isBool, "contains returns", "true or false", op.Output)
		}
		if op.Output != op.Input && !isFlag(op.Output) {
			return fmt.Errorf("%s returns true, false or nothing, not %v", op.F, op.Output)
		}
		return nil
	},
	Monitor: setMonitor,
	Touches: func(op history.Operation) ([]history.Value, bool) {
		if op.F == "read" {
			return nil, op.Outcome == history.Info // what it did not see matters as well
		}
		return []history.Value{op.Input}, true
	},
	Element:       func(op history.Operation) (history.Value, bool) { return op.Input, op.F != "read" },
	DescribeState: func(set sequence) string { return "{" + strings.Trim(set.text(), "[]") + "}" },
})

// sorted returns the elements of a list in the order in which a set holds them.
func sorted(list history.Value) sequence {
	elements, _ := list.AsList()
	texts := make([]string, len(elements))
	for i, e := range elements {
		texts[i] = e.String() + "\n"
	}
	slices.Sort(texts)
	return sequence(strings.Join(texts, ""))
}
