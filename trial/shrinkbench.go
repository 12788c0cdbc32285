package trial

import (
	"context"
	"fmt"

	"simrun/check"
	"simrun/models"
	"simrun/sim"
	"simrun/sim/shrink"
)

// Shrunk is what became of the first failing run of a bug.
type Shrunk struct {
	Search  string      `json:"search"` // the nemesis, or "scenario" or "plan"
	Seed    sim.Seed    `json:"seed"`   // the first that shows the bug; 0: none did
	Check   string      `json:"check,omitempty"`
	From    shrink.Size `json:"from"`
	To      shrink.Size `json:"to"`
	Runs    int         `json:"runs"`
	Events  uint64      `json:"events"`  // simulated
	Minimal bool        `json:"minimal"` // every single removal was tried; else the budget was used up
	Case    sim.Case    `json:"case"`    // the smallest that was found
}

// ShrinkFirst looks for the first seed that shows a bug, as [Bench.LookFor] does, and makes its case small.
func (b *Bench) ShrinkFirst(ctx context.Context, s *Setup, bug models.Bug, scenario bool, o shrink.Options) (Shrunk, error) {
	row := Shrunk{Search: s.Nemesis}
	limit := bug.Tier.Seeds()
	if s.Planned {
		row.Search = "plan"
	} else if scenario {
		used, err := s.UseScenario()
		if err != nil {
			return row, err
		}
		if used {
			row.Search, limit = "scenario", models.ScenarioSeeds
		}
	}
	f, err := b.search(ctx, s, string(bug.Name), limit, 1)
	if err != nil || f.Shown == 0 {
		return row, err
	}
	row.Seed = f.First
	run, err := s.Run(row.Seed, false)
	if err != nil {
		return row, err
	}
	row.Check = run.Judgement.Failed()[0].Name
	small, err := Shrink(ctx, run, s.Spec, s.Options, o)
	if err != nil {
		return row, fmt.Errorf("%s: seed %d: %w", bug.Name, row.Seed, err)
	}
	row.From, row.To, row.Runs, row.Events, row.Minimal, row.Case = small.From, small.Size, small.Runs, small.Events, small.Minimal, small.Case
	return row, nil
}

// Reproduces reports whether a case fails, and does not without its bugs: what a test that is made of it needs.
func Reproduces(m models.Model, c sim.Case) (bool, error) {
	run, err := Simulate(m, c, false, nil, check.Options{})
	if err != nil {
		return false, err
	}
	return run.Outcome == check.Violation && holdsWithout(m, c, nil, check.Options{}), nil
}
