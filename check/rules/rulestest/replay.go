// Package rulestest holds what the tests of the rules share: a simulated atomic
// object that makes histories, ways to corrupt them, a replayer that checks an order of
// linearization, and the comparison with porcupine.
package rulestest

import (
	"fmt"

	"simrun/check/rules"
)

// Object is a sequential object, written as plainly as possible.
type Object interface {
	// Run executes op and fills in its result.
	Run(op *rules.Op)
	// Step executes op if its result is right, and reports whether it is. A pending op
	// has no result, so it is always right.
	Step(op rules.Op) bool
}

// Replay checks an order of linearization: each completed operation occurs once, each
// pending one at most once, no operation comes after one that began after it had ended,
// and the object returns the results that were seen.
func Replay(ops []rules.Op, order []int32, object Object) error {
	seen := make([]bool, len(ops))
	began := int32(-1)
	for n, i := range order {
		if seen[i] {
			return fmt.Errorf("operation %d occurs twice", i)
		}
		seen[i] = true
		if ops[i].Ret < began {
			return fmt.Errorf("operation %d, place %d, ended before an operation began that comes before it in the order", i, n)
		}
		began = max(began, ops[i].Call)
		if !object.Step(ops[i]) {
			return fmt.Errorf("operation %d, place %d, cannot have this result: %+v", i, n, ops[i])
		}
	}
	for i := range ops {
		if !seen[i] && !ops[i].Pending() {
			return fmt.Errorf("operation %d is missing", i)
		}
	}
	return nil
}
