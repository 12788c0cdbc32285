// Package rulestest holds what the tests of the rules share: a simulated
// atomic object that makes histories, ways to spoil them, a replayer that
// judges an order of linearization, and the comparison with porcupine.
package rulestest

import (
	"fmt"

	"simrun/check/rules"
)

// Object is a sequential object, written as plainly as possible.
type Object interface {
	// Run applies op and fills in its result.
	Run(op *rules.Op)
	// Step applies op, if its result is the right one, and reports whether it is.
	// A pending op has no result: any is right.
	Step(op rules.Op) bool
}

// Replay judges an order of linearization: each completed operation occurs
// once, each pending one at most once, none comes after an operation that
// began after its end, and the object gives the results that were seen.
func Replay(ops []rules.Op, order []int32, object Object) error {
	seen := make([]bool, len(ops))
	began := int32(-1)
	for n, i := range order {
		if seen[i] {
			return fmt.Errorf("operation %d occurs twice", i)
		}
		seen[i] = true
		if ops[i].Ret < began {
			return fmt.Errorf("operation %d, place %d, ended before one ahead of it began", i, n)
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
