package specs

import (
	"fmt"
	"slices"

	"simrun/check"
	"simrun/history"
)

// Set holds each value at most once.
//
//	add 7            remove 7             a result says whether it changed the set: add 7 → false
//	contains 7 → true                     read → [3, 7], in any order
var Set = check.Define(check.Object[*members]{
	Name:    "set",
	Summary: "distinct values: add, remove, contains → true or false, read → all of them",
	Step: func(set *members, op history.Operation) (*members, bool) {
		if op.F == "read" {
			return set, op.Outcome == history.Info || slices.Equal(set.texts(), textsOf(op.Output))
		}
		in := set.has(op.Input)
		did, told := op.Output.AsBool()
		switch {
		case op.F == "contains":
			return set, !told || did == in
		case op.F == "add" && !in, op.F == "remove" && in:
			return set.with(op.Input, !in), !told || did
		}
		return set, !told || !did
	},
	Identity: (*members).text,
	Accepts: func(op history.Operation) error {
		if err := has(op.F, "add", "remove", "contains", "read"); err != nil || op.Outcome == history.Info {
			return err
		}
		switch op.F {
		case "read":
			_, isList := op.Output.AsList()
			return want(isList, "read result", "a list", op.Output)
		case "contains":
			_, isBool := op.Output.AsBool()
			return want(isBool, "contains result", "true or false", op.Output)
		}
		if op.Output != op.Input && !isFlag(op.Output) {
			return fmt.Errorf("%s result: expected true, false or nothing, got %v", op.F, op.Output)
		}
		return nil
	},
	Rule:    setRule,
	Project: projectElements,
	Explain: explainElements("add"),
	Touches: func(op history.Operation) ([]history.Value, bool) {
		if op.F == "read" {
			return nil, op.Outcome == history.Info // the values that it did not see matter as well
		}
		return []history.Value{op.Input}, true
	},
	Element:           func(op history.Operation) (history.Value, bool) { return op.Input, op.F != "read" },
	DescribeOperation: describe,
	DescribeState:     (*members).text,
})

// textsOf returns the canonical texts of the elements of a list, sorted.
func textsOf(list history.Value) []string {
	elements, _ := list.AsList()
	var texts []string
	for _, e := range elements {
		texts = append(texts, e.String())
	}
	slices.Sort(texts)
	return texts
}
