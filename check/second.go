package check

import "fmt"

// SecondBudget is a good number of steps for [Options.Second]: it takes less than a second.
const SecondBudget = 200_000

// secondBytes bounds the memory of asking porcupine.
const secondBytes = 128 << 20

// second asks porcupine to decide the history again, from the operations alone: it
// shares neither rule, split by element, nor numbered states with the first answer. It
// returns Unknown if porcupine would not come through within the budget.
func (c *check) second() Outcome {
	parts, err := split(c.spec, c.ops)
	if err != nil || c.engine.name == "porcupine" {
		return Unknown
	}
	outcome, left := Valid, c.opts.Second
	for i := range parts {
		n := int64(len(parts[i].ops))
		budget := min(left, secondBytes/(n/8+256))
		if n > budget {
			outcome = Unknown
			continue
		}
		a := runPorcupine(parts[i].problem(c.spec, c.ops), budget)
		left -= a.steps
		switch a.outcome {
		case Violation:
			return Violation
		case Unknown:
			outcome = Unknown
		}
	}
	return outcome
}

// Disagreement returns an error if porcupine answered otherwise ([Options.Second]):
// then this package has a defect, or the specification breaks a promise. Else it returns nil.
func (v *Verdict) Disagreement() error {
	if v.Second == Unknown || v.Outcome == Unknown || v.Second == v.Outcome {
		return nil
	}
	return fmt.Errorf("two engines disagree on a history of %s: %s says %v, porcupine says %v", v.Spec, v.Engine, v.Outcome, v.Second)
}
