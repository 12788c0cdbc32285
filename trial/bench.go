package trial

import (
	"context"
	"fmt"

	"simrun/check"
	"simrun/models"
	"simrun/sim"
)

// Bench looks for known bugs.
type Bench struct {
	Seeds   uint64 // from 1, of which it is said how many show a bug
	Twin    uint64 // from 1, over which the fixed twin must be silent
	Workers int

	// Progress is called when a part of the work begins, with what it is and its number of seeds, and returns what is called
	// after each seed, and at the end. May be nil.
	Progress func(part string, seeds uint64) (each, end func())

	twins map[string]Twin // by model and plan: bugs that the same search finds share theirs
}

// Found is what became of the search for one bug.
type Found struct {
	Search string       `json:"search"`          // the nemesis, or "scenario" or "plan"
	Limit  uint64       `json:"limit"`           // seeds within which it must be found
	Found  bool         `json:"found"`           // within the limit
	First  sim.Seed     `json:"first,omitempty"` // that shows it
	Seeds  uint64       `json:"seeds"`           // from 1, of which Shown show it
	Shown  uint64       `json:"shown"`
	Checks []CheckCount `json:"checks"` // every check of the runs, in order of the judgement
	Twin   Twin         `json:"twin"`
}

// CheckCount says how many of the failing runs a check saw.
type CheckCount struct {
	Name  string `json:"name"`
	Seeds uint64 `json:"seeds"`
}

// Twin is what the fixed model said.
type Twin struct {
	Silent  bool     `json:"silent"`
	Seeds   uint64   `json:"seeds"`
	Loud    uint64   `json:"violations"`
	Unknown uint64   `json:"unknown"`
	First   sim.Seed `json:"first,omitempty"` // with a violation
	Reason  string   `json:"reason,omitempty"`
}

// LookFor goes through the seeds of a setup whose base case has one bug on, and those of its fixed twin. The bug's own
// scenario, if it has one, is used if scenario says so and the setup has no plan.
func (b *Bench) LookFor(ctx context.Context, s *Setup, bug models.Bug, scenario bool) (Found, error) {
	f := Found{Search: s.Nemesis, Seeds: b.Seeds, Limit: bug.Tier.Seeds(), Checks: []CheckCount{}}
	if s.Planned {
		f.Search = "plan"
	} else if scenario {
		used, err := s.UseScenario()
		if err != nil {
			return f, err
		}
		if used {
			f.Search, f.Limit = "scenario", models.ScenarioSeeds
		}
	}
	t, err := b.count(ctx, s, 1, sim.Seed(b.Seeds), 0, string(bug.Name))
	if err != nil {
		return f, err
	}
	f.Shown = t.Counts[check.Violation.String()]
	if f.Shown == 0 && f.Limit > b.Seeds {
		if t, err = b.count(ctx, s, sim.Seed(b.Seeds)+1, sim.Seed(f.Limit), 1, string(bug.Name)); err != nil {
			return f, err
		}
	}
	if len(t.Failures) > 0 {
		f.First = t.Failures[0].Seed
		f.Found = uint64(f.First) <= f.Limit
		if f.Checks, err = b.checks(s, t); err != nil {
			return f, err
		}
	}
	f.Twin, err = b.silence(ctx, s, string(bug.Name)+", fixed twin")
	return f, err
}

// checks counts the failing runs that each check saw, in order of the judgement.
func (b *Bench) checks(s *Setup, t *Tally) ([]CheckCount, error) {
	run, err := s.Run(t.Failures[0].Seed, false)
	if err != nil {
		return nil, err
	}
	list := []CheckCount{}
	for _, c := range run.Checks {
		list = append(list, CheckCount{c.Name, t.Checks[c.Name]})
	}
	return list, nil
}

// silence runs the fixed twin of a setup.
func (b *Bench) silence(ctx context.Context, s *Setup, part string) (Twin, error) {
	key := fmt.Sprint(s.Model.Name, s.Base.Workload.Name, s.Base.Options, s.Plan)
	if t, done := b.twins[key]; done {
		return t, nil
	}
	fixed := *s
	fixed.Base.Bugs = nil
	n, err := b.count(ctx, &fixed, 1, sim.Seed(b.Twin), 0, part)
	if err != nil {
		return Twin{}, err
	}
	t := Twin{Seeds: b.Twin, Loud: n.Counts[check.Violation.String()], Unknown: n.Counts[check.Unknown.String()]}
	t.Silent = t.Loud+t.Unknown == 0
	if len(n.Failures) > 0 {
		t.First, t.Reason = n.Failures[0].Seed, n.Failures[0].Summary
	}
	if b.twins == nil {
		b.twins = map[string]Twin{}
	}
	b.twins[key] = t
	return t, nil
}

// count runs seeds, until the last or until so many failed (0: to the last). An internal error ends it.
func (b *Bench) count(ctx context.Context, s *Setup, first, last sim.Seed, failures int, part string) (*Tally, error) {
	each, end := func() {}, func() {}
	if b.Progress != nil {
		each, end = b.Progress(part, uint64(last-first)+1)
	}
	sweep := Sweep{Setup: *s, First: first, Last: last, Workers: b.Workers, MaxFailures: failures, Each: func(*Report) { each() }}
	sum, t := sweep.Do(ctx)
	end()
	if seed, err := t.Err(); err != nil {
		return nil, fmt.Errorf("%s: seed %d: %w", part, seed, &InternalError{err})
	}
	if ctx.Err() != nil {
		return nil, fmt.Errorf("%w at %s, after %d seeds", ctx.Err(), part, sum.Done)
	}
	return t, nil
}

// InternalError is a failure of simrun or of a model, not of its input.
type InternalError struct{ Err error }

func (e *InternalError) Error() string { return e.Err.Error() }
func (e *InternalError) Unwrap() error { return e.Err }
