package specs

import (
	"fmt"

	"simrun/check"
	"simrun/history"
)

// explainSet returns why the culprit can't have found the set as it did.
func explainSet(f *check.Finding) string {
	if f.Culprit.F == "read" {
		return explainRead(f, "add")
	}
	c := f.Culprit
	did, told := c.Output.AsBool()
	if !told {
		return ""
	}
	in := did == (c.F != "add") // whether the value was in the set, by what the culprit was told
	switch v := c.Input; {
	case in:
		if s := nobody(f, fmt.Sprintf("added %v", v), elementOp("add", v)); s != "" {
			return s
		}
		return lastDone(f, "remove", "add", v)
	default:
		return lastDone(f, "add", "remove", v)
	}
}

// elementOp matches operations on one element.
func elementOp(name string, v history.Value) func(history.Operation) bool {
	return func(op history.Operation) bool { return op.F == name && op.Input == v }
}

// lastDone says that an operation of the core made the element what the culprit found
// otherwise, since nobody can have undone it.
func lastDone(f *check.Finding, done, undone string, v history.Value) string {
	undoes := might(f, elementOp(undone, v))
	for _, op := range f.Others {
		if op.F != done || op.Input != v || !op.Before(f.Culprit) || !allBefore(undoes, op) {
			continue
		}
		s := fmt.Sprintf("%s had %s %v by %s", f.Who(op), check.Past(done), v, f.By(op))
		if len(undoes) > 0 {
			return s + fmt.Sprintf(", and nobody had %s it since", check.Past(undone))
		}
		return s
	}
	return ""
}

// explainList returns why the culprit can't have read the list as it did.
func explainList(f *check.Finding) string {
	if f.Culprit.F != "read" {
		return ""
	}
	if s := explainRead(f, "append"); s != "" {
		return s
	}
	seen, _ := f.Culprit.Output.AsList()
	for _, op := range f.Others {
		if before, ok := op.Output.AsList(); ok && op.F == "read" {
			if i := differ(before, seen); i >= 0 {
				return fmt.Sprintf("%s had read %v at position %d by %s, where it has %v", f.Who(op), before[i], i, f.By(op), seen[i])
			}
			if len(before) > len(seen) && op.Before(f.Culprit) {
				return fmt.Sprintf("%s had read more by %s: %v too", f.Who(op), f.By(op), before[len(seen)])
			}
		}
	}
	return explainOrder(f, seen)
}

// explainOrder says that two values are in the list in another order than that in which they were appended.
func explainOrder(f *check.Finding, seen []history.Value) string {
	at := make(map[history.Value]int, len(seen))
	for i, v := range seen {
		at[v] = i
	}
	appends := might(f, func(op history.Operation) bool { return op.F == "append" })
	count := make(map[history.Value]int)
	for _, op := range appends {
		count[op.Input]++
	}
	for _, a := range f.Others {
		i, there := at[a.Input]
		if a.F != "append" || !there || count[a.Input] > 1 {
			continue
		}
		for _, b := range appends {
			if j, too := at[b.Input]; too && i > j && a.Before(b) && count[b.Input] == 1 {
				return fmt.Sprintf("%v comes before %v in it, though %s had appended %v before %v was", b.Input, a.Input, f.Who(a), a.Input, b.Input)
			}
		}
	}
	return ""
}

// differ returns the first position at which two lists have different values, or -1.
func differ(a, b []history.Value) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return i
		}
	}
	return -1
}

// explainRead returns what is wrong with a read of all elements: one that is missing, that nobody added, or that is
// there too often.
func explainRead(f *check.Finding, add string) string {
	seen, ok := f.Culprit.Output.AsList()
	if !ok {
		return ""
	}
	in := make(map[history.Value]int, len(seen))
	for _, v := range seen {
		in[v]++
	}
	removes := make(map[history.Value][]history.Operation)
	adds, failed := make(map[history.Value]int), make(map[history.Value]history.Operation)
	for _, op := range f.Earlier() {
		switch {
		case op.F == "remove" && op.Outcome != history.Fail:
			removes[op.Input] = append(removes[op.Input], op)
		case op.F == add && op.Outcome == history.Fail:
			failed[op.Input] = op
		case op.F == add:
			adds[op.Input]++
		}
	}
	for _, op := range f.Others {
		switch v := op.Input; {
		case op.F == add && in[v] == 0 && op.Before(f.Culprit) && allBefore(removes[v], op):
			return fmt.Sprintf("%s had %s %v by %s, and it is missing", f.Who(op), check.Past(add), v, f.By(op))
		case op.F == "remove" && in[v] > 0 && op.Before(f.Culprit) && allBefore(might(f, elementOp(add, v)), op):
			return fmt.Sprintf("%s had removed %v by %s, and it is there", f.Who(op), v, f.By(op))
		}
	}
	for _, v := range seen {
		op, tried := failed[v]
		switch n := adds[v]; {
		case n == 0 && tried:
			return fmt.Sprintf("%v is there, and nobody had %s it: the %s by %s failed", v, check.Past(add), add, f.Who(op))
		case n == 0:
			return fmt.Sprintf("%v is there, and nobody had %s it by then", v, check.Past(add))
		case add == "add" && in[v] > 1:
			return fmt.Sprintf("%v is there %s", v, times(in[v]))
		case in[v] > n:
			return fmt.Sprintf("%v is there %s, and was %s %s", v, times(in[v]), check.Past(add), times(n))
		}
	}
	return ""
}
