package specs

import (
	"fmt"

	"simrun/check"
	"simrun/history"
)

// nobody says that no operation before the culprit can have done something, such as
// "written 7"; it returns "" if one can. Of those that failed it names one.
func nobody(f *check.Finding, done string, does func(history.Operation) bool) string {
	said := "nobody had " + done + " by then"
	for _, op := range f.Earlier() {
		switch {
		case !does(op):
		case op.Outcome != history.Fail:
			return ""
		default:
			said = fmt.Sprintf("nobody had %s: the %s by %s failed", done, op.F, f.Who(op))
		}
	}
	return said
}

// might returns the operations before the culprit that may have taken effect and match.
func might(f *check.Finding, matches func(history.Operation) bool) []history.Operation {
	var ops []history.Operation
	for _, op := range f.Earlier() {
		if op.Outcome != history.Fail && matches(op) {
			ops = append(ops, op)
		}
	}
	return ops
}

// explainRegister returns why a register can't have held the value that the culprit
// saw.
func explainRegister(f *check.Finding) string {
	seen, ok := sawRegister(f.Culprit)
	if !ok || len(might(f, func(op history.Operation) bool { return op.F == "append" })) > 0 {
		return "" // an append may have made any value
	}
	writes := func(op history.Operation) bool { v, ok := puts(op); return ok && v == seen }
	if !seen.IsNull() {
		if s := nobody(f, fmt.Sprintf("written %v", seen), writes); s != "" {
			return s
		}
	}
	writers := might(f, writes)
	for _, op := range f.Others {
		v, ok := wrote(op)
		if ok && v != seen && op.Before(f.Culprit) && (allBefore(writers, op) || tookAway(op, seen, len(writers))) {
			return fmt.Sprintf("%v had replaced %v by %s%s", v, seen, f.By(op), seenBy(f, v))
		}
	}
	for _, op := range f.Others {
		v, ok := sawRegister(op)
		if ok && v != seen && op.Before(f.Culprit) && allBefore(writers, op) {
			return fmt.Sprintf("%s had seen %v instead by %s", f.Who(op), v, f.By(op))
		}
	}
	return swappedTwice(f, seen, len(writers))
}

// tookAway reports whether a compare-and-set put another value in the place of one that was written once, so that it can't come back.
func tookAway(op history.Operation, seen history.Value, written int) bool {
	from, _ := sawRegister(op)
	return written == 1 && !seen.IsNull() && swapped(op) && from == seen
}

// swappedTwice says that a value was swapped for another more often than it was written.
func swappedTwice(f *check.Finding, seen history.Value, written int) string {
	if !swapped(f.Culprit) || seen.IsNull() {
		return ""
	}
	var others []history.Operation
	for _, op := range f.Others {
		if from, _ := sawRegister(op); from == seen && swapped(op) {
			others = append(others, op)
		}
	}
	if len(others) < written || written == 0 {
		return ""
	}
	times := "once"
	if written > 1 {
		times = fmt.Sprintf("%d times", written)
	}
	last := others[len(others)-1]
	to, _ := wrote(last)
	return fmt.Sprintf("%s swapped %v too, for %v by %s, and %v was written %s", f.Who(last), seen, to, f.By(last), seen, times)
}

// swapped reports whether an operation certainly put another value in the place of the one it found.
func swapped(op history.Operation) bool {
	from, saw := sawRegister(op)
	to, did := wrote(op)
	return op.F == "cas" && saw && did && to != from
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
	case op.F == "cas" && op.Outcome == history.Fail:
		return present(op.Output), op.Error == "" && casFound(op)
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

// wrote returns the value that an operation puts into a register, unless it failed.
func wrote(op history.Operation) (history.Value, bool) {
	if op.Outcome == history.Fail {
		return history.Null, false
	}
	return puts(op)
}

// puts returns the value that an operation puts into a register if it takes effect.
func puts(op history.Operation) (history.Value, bool) {
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
