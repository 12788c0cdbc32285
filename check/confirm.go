package check

import "slices"

// confirmBudget bounds porcupine's steps on a core, which is usually small.
const confirmBudget = 5_000_000

// confirm checks a core with porcupine. It returns Violation if porcupine finds no
// order either, Valid if it finds one, so that the core proves nothing, and Unknown if
// porcupine gave up.
//
// The core also proves nothing if an operation that was dropped as a read changes a
// state that an order of the core passes through. These states are among those that
// the core's operations can reach; if there are too many to list, porcupine itself
// meets every one that matters.
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
