package accounts

import (
	"fmt"

	"simrun/check"
	"simrun/history"
)

// Echo asks whether each answer is what was said.
//
//	echo "hello" → "hello"
var Echo = Checker{
	Name:       "echo",
	Summary:    "echo v → v: each answer is what was said",
	operations: []string{"echo"},
	accepts:    func(history.Operation) error { return nil },
	count: func(l *ledger) Report {
		r := Report{Verdict: check.Verdict{Outcome: check.Valid}}
		answered := 0
		for i := range l.ops {
			op := &l.ops[i]
			if op.Outcome != history.OK {
				continue
			}
			answered++
			if op.Output != op.Input && r.Outcome == check.Valid {
				r.Outcome, r.Core = check.Violation, []int{op.Invoke}
				r.Reason = fmt.Sprintf("%s was answered to %s, who had said %s", quoted(op.Output), l.by(op), quoted(op.Input))
			}
		}
		r.Figures = []Figure{{Name: "answered", Count: answered}}
		return r
	},
}
