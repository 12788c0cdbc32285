package check

import "slices"

// confirmBudget bounds porcupine's steps on a core, which is small as a rule.
const confirmBudget = 5_000_000

// confirm asks porcupine about a core: Violation if it has no order either,
// Valid if it has one, so that the core proves nothing, Unknown if porcupine gave up.
//
// The operations that were dropped as reads must have changed nothing in any
// state that an order of the core passes through, or else the core proves nothing
// either. These are among those that its operations can reach at all; where they
// are too many to list, porcupine meets every one that matters.
func (c *core) confirm(budget int64) Outcome {
	small := *c
	small.auto, small.fate = c.auto.fresh(), slices.Clone(c.fate)
	var r *simulation
	few := false
	if slices.Contains(small.fate, relaxed) {
		r, few = small.simulation()
	}
	if few {
		if !small.auto.readOnlyAll(c.reads) {
			return Valid
		}
		small.dropIdle(r, small.keptClassesAfter) // porcupine's time doubles with each open operation
	}
	a := runPorcupine(small.problem(), min(budget, confirmBudget))
	if a.outcome == Violation && !few && !small.auto.readOnlyAll(c.reads) {
		return Valid
	}
	return a.outcome
}
