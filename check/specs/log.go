package specs

import (
	"fmt"

	"simrun/check"
	"simrun/history"
	"simrun/internal/brief"
)

// Log is a list of records with offsets from 0. A record keeps its offset forever.
//
//	append "a" → 0         the offset of the record, if the client learnt it
//	read 0 → ["a", "b"]    records from an offset on: as many as the reader took
//	read 2 → []            there was no record at the offset yet
var Log = check.Define(check.Object[sequence]{
	Name:    "log",
	Summary: "records with offsets: append → offset, read offset → records",
	Step: func(log sequence, op history.Operation) (sequence, bool) {
		if op.F == "append" {
			return log.pushBack(op.Input), !knows(op) || op.Output == history.Int(int64(log.len()))
		}
		if op.Outcome == history.Info {
			return log, true
		}
		if op.F == "not-at" { // of a contradiction
			return log, log.len() == 0 || log.at(0) != op.Input
		}
		from, _ := op.Input.AsInt()
		seen, _ := op.Output.AsList()
		if len(seen) == 0 {
			return log, from >= int64(log.len())
		}
		return log, from < int64(log.len()) && log.startsAt(int(from), seen)
	},
	Accepts: func(op history.Operation) error {
		switch op.F {
		case "append":
			_, isInt := op.Output.AsInt()
			return want(isInt || op.Output.IsNull(), "append result", "an offset or nothing", op.Output)
		case "read":
			if from, ok := op.Input.AsInt(); !ok || from < 0 {
				return fmt.Errorf("read argument: expected an offset from 0, got %s", brief.Middle(op.Input.String(), maxShown))
			}
			return want(isElements(op.Output) || op.Outcome == history.Info, "read result", "a list of records", op.Output)
		}
		return has(op.F, "append", "read")
	},
	Contradict:    contradictLog,
	Explain:       explainLog,
	Equal:         sequence.equal,
	Hash:          sequence.hash,
	DescribeState: sequence.text,
})
