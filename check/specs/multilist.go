package specs

import (
	"errors"
	"fmt"
	"slices"

	"simrun/check"
	"simrun/history"
)

// MultiList is several lists that only grow, which one transaction appends to and reads atomically. Each step of a transaction is [what, key,
// value]: "r" reads all of a list, with null as the value in the invocation, and null as the result if nothing was appended to it; "append"
// appends. The steps happen in their order. These are the transactions of Elle's list-append (Kingsbury and Alvaro, "Elle: Inferring
// Isolation Anomalies from Experimental Observations", VLDB 2020), and that they are linearizable is strict serializability.
//
//	txn [["append", "x", 1], ["r", "y", null]] → [["append", "x", 1], ["r", "y", [2, 3]]]
var MultiList = check.Define(check.Object[table]{
	Name:    "multi-list",
	Summary: `several lists at once: txn [["r", key, null], ["append", key, value], …]`,
	Step: func(values table, op history.Operation) (table, bool) {
		steps := op.Output
		if op.Outcome == history.Info {
			steps = op.Input
		}
		next, err := lists.transaction(values, steps, op.Outcome == history.OK)
		return next, err == nil
	},
	Equal:         table.equal,
	Hash:          table.hash,
	Accepts:       lists.accepts,
	Project:       projectKeys,
	Explain:       explainLists,
	DescribeState: describeKeys,
})

// lists are transactions over lists.
var lists = transactions{"append", func(old, v history.Value) history.Value {
	elements, _ := old.AsList()
	return history.List(append(elements, v)...)
}, errors.New(`txn: expected a list of ["r", key, null] and ["append", key, value]`)}

// explainLists returns why a list can't have held what the culprit read: nobody appended an element, or one was missing that had been
// appended by then.
func explainLists(f *check.Finding) string {
	own := map[string][]history.Value{} // what the culprit itself appended so far
	for _, s := range stepsOf(f.Culprit) {
		if s.writes {
			own[s.key] = append(own[s.key], s.value)
			continue
		}
		seen, _ := s.value.AsList()
		if why := explainElements(f, s.key, seen, own[s.key]); why != "" {
			return why
		}
	}
	return ""
}

// explainElements does so for one read, after the culprit appended some elements itself.
func explainElements(f *check.Finding, key string, seen, own []history.Value) string {
	from := map[history.Value]*history.Operation{} // who appended an element
	missing := ""
	for _, op := range f.Earlier() {
		for _, s := range stepsOf(op) {
			if !s.writes || s.key != key {
				continue
			}
			if before := from[s.value]; before == nil || before.Outcome == history.Fail {
				from[s.value] = &op
			}
			if missing == "" && op.Outcome == history.OK && op.Before(f.Culprit) && !slices.Contains(seen, s.value) {
				missing = fmt.Sprintf("%s had appended %v to %s by %s, which is missing in what was read from it", f.Who(op), s.value, bare(key), f.By(op))
			}
		}
	}
	for _, v := range own {
		if !slices.Contains(seen, v) {
			return fmt.Sprintf("it had itself appended %v to %s, which is missing in what it read from it", v, bare(key))
		}
	}
	for _, v := range seen {
		switch op := from[v]; {
		case slices.Contains(own, v):
		case op == nil:
			return fmt.Sprintf("%v was read from %s, which nobody had appended to it by then", v, bare(key))
		case op.Outcome == history.Fail:
			return fmt.Sprintf("%v was read from %s, which only the failed transaction of %s appended (aborted read, G1a)", v, bare(key), f.Who(*op))
		}
	}
	return missing
}
