package accounts

import (
	"fmt"

	"simrun/history"
)

// Configuration asks whether a configuration of several values, of which clients keep copies, is always read whole, and never an older one by the same client.
//
//	update [7, 8] → 3     the values, and the version that they have; fails if somebody else was first
//	read → [3, [7, 8]]    the version and the values of the client's copy; version 0 has no values
//	final → [3, [7, 8]]   the same, at the end
//
// Violations are: values that no update wrote together; a version with two sets of values; a version that goes back, for one process; final reads that differ, or
// that are older than a version that was acknowledged. Other reads may be old.
var Configuration = Checker{
	Name:       "configuration",
	Summary:    "values that change together: update [values] → version, read → [version, values], final; no mixture, no going back, and all have the newest in the end",
	operations: []string{"update", "read", final},
	accepts: func(op history.Operation) error {
		if op.F == "update" {
			if _, ok := op.Input.AsList(); !ok {
				return expected(false, "update argument", "a list of values", op.Input)
			}
		}
		if op.Outcome != history.OK {
			return nil
		}
		if op.F == "update" {
			_, ok := op.Output.AsInt()
			return expected(ok, "update result", "a version", op.Output)
		}
		_, _, ok := versionOf(&op)
		return expected(ok, op.F+" result", "[version, values]", op.Output)
	},
	count: inTheEnd(countVersions),
}

// versionOf is the version that an operation wrote or read, and its values.
func versionOf(op *history.Operation) (version int64, values history.Value, ok bool) {
	if op.F == "update" {
		version, ok = op.Output.AsInt()
		return version, op.Input, ok
	}
	parts, _ := op.Output.AsList()
	if len(parts) != 2 {
		return 0, history.Null, false
	}
	version, ok = parts[0].AsInt()
	_, list := parts[1].AsList()
	return version, parts[1], ok && list
}

func countVersions(e *ending) {
	updates := map[history.Value]*history.Operation{} // the first that may have written some values
	var newest *history.Operation
	acknowledged, reads := 0, 0
	for i := range e.l.ops {
		op := &e.l.ops[i]
		if op.F != "update" || op.Outcome == history.Fail {
			continue
		}
		if updates[op.Input] == nil {
			updates[op.Input] = op
		}
		if op.Outcome == history.OK {
			acknowledged++
			if v, _, _ := versionOf(op); newest == nil || v > versionNumber(newest) {
				newest = op
			}
		}
	}
	first := map[int64]*history.Operation{}
	latest := map[history.Process]*history.Operation{}
	for i := range e.l.ops { // the operations of a process follow each other
		op := &e.l.ops[i]
		if op.Outcome != history.OK {
			continue
		}
		version, values, _ := versionOf(op)
		if op.F != "update" {
			reads++
			e.mixed(op, version, values, updates[values])
		}
		switch other := first[version]; {
		case other == nil:
			first[version] = op
		default:
			if _, before, _ := versionOf(other); before != values {
				e.blame(fmt.Sprintf("version %d is %s in the %s by %s, and %s in the %s by %s", version, quoted(before), reading(other), e.l.by(other), quoted(values), reading(op), e.l.by(op)),
					op.Invoke, other.Invoke)
			}
		}
		if before := latest[op.Process]; before != nil && version < versionNumber(before) {
			e.blame(fmt.Sprintf("the %s by %s has version %d, and it had %d before", reading(op), e.l.by(op), version, versionNumber(before)), op.Invoke, before.Invoke)
		}
		latest[op.Process] = op
	}
	for _, op := range e.finals {
		if newest != nil && versionNumber(op) < versionNumber(newest) {
			e.blame(fmt.Sprintf("the final read by %s has version %d, and version %d was acknowledged to %s", e.l.by(op), versionNumber(op), versionNumber(newest), e.l.by(newest)),
				op.Invoke, newest.Invoke)
		}
	}
	e.figure("acknowledged", acknowledged)
	e.figure("reads", reads)
	e.figure("final reads", len(e.finals))
}

func versionNumber(op *history.Operation) int64 {
	v, _, _ := versionOf(op)
	return v
}

// mixed blames a read of values that no update wrote together.
func (e *ending) mixed(op *history.Operation, version int64, values history.Value, update *history.Operation) {
	if n, _ := values.Len(); version == 0 && n == 0 {
		return
	}
	if update == nil || update.Invoke > op.Complete {
		e.blame(fmt.Sprintf("the %s by %s has the values %s as version %d, which nobody had written together", reading(op), e.l.by(op), quoted(values), version), op.Invoke)
	}
}
