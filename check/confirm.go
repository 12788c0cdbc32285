package check

// confirmBudget bounds porcupine's steps on a core, which is small as a rule.
const confirmBudget = 2_000_000

// confirm asks porcupine about a core: Violation if it has no order either,
// Valid if it has one, so that the core proves nothing, Unknown if porcupine gave up.
//
// Porcupine meets every state that an order of the core passes through. In each
// of them the operations that were dropped as reads must have changed nothing;
// if one would have, the core proves nothing either.
func (c *core) confirm(budget int64) Outcome {
	p := c.problem()
	p.auto = c.auto.fresh()
	a := runPorcupine(p, min(budget, confirmBudget))
	if a.outcome != Violation {
		return a.outcome
	}
	for _, cl := range c.reads {
		if !p.auto.readOnly(cl) {
			return Valid
		}
	}
	return Violation
}
