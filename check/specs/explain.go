package specs

import (
	"fmt"

	"simrun/check"
	"simrun/history"
)

// explainRegister returns why a register can't have held the value that the culprit
// saw.
func explainRegister(f *check.Finding) string {
	seen, ok := sawRegister(f.Culprit)
	if !ok {
		return ""
	}
	var writers []history.Operation // of the value that the culprit saw
	for _, op := range append(f.Others, f.Optional...) {
		if op.F == "append" {
			return "" // it may have made any value
		}
		if v, ok := wrote(op); ok && v == seen {
			writers = append(writers, op)
		}
	}
	if len(writers) == 0 && !seen.IsNull() {
		return fmt.Sprintf("nobody had written %v by then", seen)
	}
	for _, op := range f.Others {
		v, ok := wrote(op)
		if ok && v != seen && op.Before(f.Culprit) && allBefore(writers, op) {
			return fmt.Sprintf("%v had replaced %v by %s%s", v, seen, f.By(op), seenBy(f, v))
		}
	}
	for _, op := range f.Others {
		v, ok := sawRegister(op)
		if ok && v != seen && op.Before(f.Culprit) && allBefore(writers, op) {
			return fmt.Sprintf("%s had seen %v instead by %s", f.Who(op), v, f.By(op))
		}
	}
	return ""
}

// allBefore reports whether all operations completed before op began.
func allBefore(ops []history.Operation, op history.Operation) bool {
	for _, o := range ops {
		if !o.Before(op) {
			return false
		}
	}
	return true
}

// seenBy returns ", seen by" and the client that saw a value, if the core has one.
func seenBy(f *check.Finding, v history.Value) string {
	for _, op := range f.Others {
		if seen, ok := sawRegister(op); ok && seen == v {
			return ", seen by " + f.Who(op)
		}
	}
	return ""
}

// sawRegister returns the value that an operation found in a register.
func sawRegister(op history.Operation) (history.Value, bool) {
	switch {
	case op.Outcome != history.OK:
		return history.Null, false
	case op.F == "read", op.F == "get":
		return present(op.Output), true
	case op.F == "cas":
		from, _, _ := op.Input.AsPair()
		swapped, told := op.Output.AsBool()
		return present(from), !told || swapped
	}
	return history.Null, false
}

// wrote returns the value that an operation puts into a register.
func wrote(op history.Operation) (history.Value, bool) {
	switch op.F {
	case "write", "put":
		return present(op.Input), true
	case "delete":
		return history.Null, true
	case "cas":
		_, to, _ := op.Input.AsPair()
		swapped, told := op.Output.AsBool()
		return present(to), !told || swapped
	}
	return history.Null, false
}

// explainTakes returns why an object can't have returned its element to the culprit.
// inOrder means that elements are taken in the order in which they were added.
func explainTakes(add string, inOrder bool) func(f *check.Finding) string {
	return func(f *check.Finding) string {
		c := f.Culprit
		if c.F == add || c.Output.IsNull() {
			return ""
		}
		var added *history.Operation
		for i, op := range append(f.Others, f.Optional...) {
			if op.F == add && op.Input == c.Output {
				added = &append(f.Others, f.Optional...)[i]
			}
		}
		if added == nil {
			return fmt.Sprintf("nobody had added %v by then", c.Output)
		}
		for _, op := range f.Others {
			switch {
			case op.F == c.F && op.Output == c.Output && op.F != "peek":
				return fmt.Sprintf("%s had taken %v already (%s)", f.Who(op), c.Output, f.Say(op))
			case inOrder && op.F == add && op.Before(*added) && len(f.Others) == 2:
				return fmt.Sprintf("%v was added by %s, before %v was, and nobody had taken it", op.Input, f.By(op), c.Output)
			}
		}
		return ""
	}
}
