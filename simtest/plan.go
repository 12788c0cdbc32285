package simtest

import (
	"simrun/models"
	"simrun/sim"
	"simrun/sim/fault"
	"simrun/trial"
)

// Plan reads a plan of faults, one on each line, as docs/faults.md describes it. It fails the test if the plan
// is wrong, or names a role or an event that the model does not have.
func Plan(t TB, m models.Model, text string) fault.Plan {
	t.Helper()
	plan, err := m.Profile.ParsePlan("plan", text)
	if err != nil {
		t.Fatalf("simrun: %v", err)
	}
	return plan
}

// Nemesis names what draws the faults of a seed: "swarm", "none", or families joined by commas, as in simrun list nemeses.
type Nemesis string

// Case is base with its seed, and the faults that the nemesis draws for it within what the model claims to survive.
// It fails the test if the case is wrong, or if there is no such nemesis.
func (n Nemesis) Case(t TB, m models.Model, base sim.Case) sim.Case {
	t.Helper()
	c, err := trial.Draw(m, base, string(n), false)
	if err != nil {
		t.Fatalf("simrun: %v", err)
	}
	return c
}
