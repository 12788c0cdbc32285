package specs

import (
	"fmt"

	"simrun/check"
	"simrun/history"
	"simrun/internal/count"
)

// explainCounter returns why a counter can't have had the sum that the culprit saw: it
// is more than all additions can make, or less.
func explainCounter(f *check.Finding) string {
	sum, ok := f.Culprit.Output.AsInt()
	if !ok || f.Culprit.F == "add" && f.Culprit.Output == f.Culprit.Input {
		return ""
	}
	low, high, done, open := int64(0), int64(0), 0, 0
	if f.Culprit.F == "add" {
		own, _ := f.Culprit.Input.AsInt()
		low, high = own, own
	}
	for _, op := range might(f, func(op history.Operation) bool { return op.F == "add" }) {
		n, _ := op.Input.AsInt()
		if abs(n) > maxSum || abs(low)+abs(n) > maxSum || abs(high)+abs(n) > maxSum {
			return ""
		}
		if op.Before(f.Culprit) {
			low, high, done = low+n, high+n, done+1
		} else {
			low, high, open = low+min(n, 0), high+max(n, 0), open+1
		}
	}
	made := count.Of(done, "addition") + " completed before it"
	if open > 0 {
		made += fmt.Sprintf(", and %d more may have taken effect", open)
	}
	switch {
	case done+open == 0 && f.Culprit.F != "add" && sum != 0:
		return nobody(f, "added anything", func(op history.Operation) bool { return op.F == "add" })
	case sum < low:
		return fmt.Sprintf("the sum must be %d at least: %s", low, made)
	case sum > high:
		return fmt.Sprintf("the sum can be %d at most: %s", high, made)
	}
	return ""
}
