package specs

import (
	"simrun/check"
	"simrun/history"
)

// contradictLog finds a record that was acknowledged with an offset before the culprit
// read another one, or none, at that offset.
func contradictLog(culprit history.Operation, before []history.Operation) []check.Member {
	if culprit.F != "read" || culprit.Outcome != history.OK {
		return nil
	}
	from, _ := culprit.Input.AsInt()
	seen, _ := culprit.Output.AsList()
	for i, op := range before {
		at, told := op.Output.AsInt()
		if op.F != "append" || !told || !op.Before(culprit) || at < from {
			continue
		}
		if k := at - from; len(seen) == 0 || k < int64(len(seen)) && seen[k] != op.Input {
			wrote, differs := op, culprit // a log of the one record at this offset
			wrote.Output = history.Int(0)
			differs.F, differs.Input, differs.Output = "not-at", op.Input, history.Null
			return []check.Member{{At: i, As: wrote}, {At: check.Culprit, As: differs}}
		}
	}
	return nil
}
