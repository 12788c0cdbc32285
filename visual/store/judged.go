package store

import "simrun/trial"

// ChecksOf are the checks of a judgement as results.json says them.
func ChecksOf(j trial.Judgement) []Check {
	var list []Check
	for _, c := range j.Checks {
		switch {
		case c.Verdict != nil:
			list = append(list, CheckOf(c.Name, *c.Verdict))
		case c.Violation != nil:
			list = append(list, SeenOf(*c.Violation))
		default:
			list = append(list, Check{Name: c.Name, Valid: Validity(c.Outcome)})
		}
	}
	return list
}
