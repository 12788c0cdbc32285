package trial

import (
	"context"
	"fmt"
	"time"

	"simrun/models"
	"simrun/sim"
)

// Bench looks for known bugs, and measures how soon they are found.
type Bench struct {
	Starts  int    // of each search; for bugs of tier H [HardStarts] at most
	Events  uint64 // that one search executes at most, and its fixed twin; 0: without bound
	Twin    uint64 // seeds, from 1, over which the fixed twin must be silent at least
	Workers int

	// Clock tells the time, and what of it this process had of all cores. May be nil: then nothing is said of either.
	Clock func() (now, cpu time.Duration)
	// Progress is called when a part of the work begins, with what it is, and returns what is called while it goes on, with the thousandths
	// that are done, and at the end. May be nil.
	Progress func(part string) (at func(thousandths uint64), end func())

	twins map[string]*twin // by model and plan: bugs that the same search finds share theirs
}

// HardStarts is how many starts a search makes at most for a bug that may take it 50,000 seeds.
const HardStarts = 5

// TwinFactor is how many times as many seeds as the median start needed the fixed twin must be silent over.
const TwinFactor = 10

// Found is what became of the search for one bug.
type Found struct {
	Search Search  `json:"search"`
	ByPlan *Search `json:"by_plan,omitempty"` // under the bug's own plan; nil: it has none, or it was not asked for
}

// Missed reports whether no start of the search found the bug.
func (f *Found) Missed() bool { return f.Search.Shown == 0 }

// Met reports whether the search found the bug, or its own plan led to it.
func (f *Found) Met() bool { return !f.Missed() || f.ByPlan != nil && f.ByPlan.Shown > 0 }

// TierHolds reports whether at least half of the starts found the bug within its tier's limit, as far as they went.
func (f *Found) TierHolds() bool { return f.Search.Median > 0 }

// Twins lists the fixed twins: of the search, and of the bug's own plan.
func (f *Found) Twins() []Twin {
	if f.ByPlan == nil {
		return []Twin{f.Search.Twin}
	}
	return []Twin{f.Search.Twin, f.ByPlan.Twin}
}

// LookFor looks for the bug that a setup's base case has on, without any hint, as long as its tier says; and, if that is asked for and
// the setup has no plan, under the plan of the bug's own.
func (b *Bench) LookFor(ctx context.Context, s *Setup, bug models.Bug, scenario bool) (f Found, err error) {
	by := s.Nemesis
	if s.Planned {
		by = "plan"
	}
	starts := b.Starts
	if bug.Tier != models.Easy && bug.Tier != models.Medium {
		starts = min(starts, HardStarts)
	}
	if f.Search, err = b.look(ctx, s, string(bug.Name), by, bug.Tier.Seeds(), starts); err != nil || !scenario || s.Planned {
		return f, err
	}
	led := *s
	used, err := led.UseScenario()
	if err != nil || !used {
		return f, err
	}
	x, err := b.look(ctx, &led, string(bug.Name), "scenario", models.ScenarioSeeds, b.Starts)
	f.ByPlan = &x
	return f, err
}

// look makes the starts of one search, and runs its fixed twin.
func (b *Bench) look(ctx context.Context, s *Setup, bug, by string, limit uint64, starts int) (Search, error) {
	f, err := b.search(ctx, s, bug+", "+by, limit, starts)
	f.By = by
	if err == nil {
		f.Twin, err = b.silence(ctx, s, bug+", "+by+", fixed twin", max(b.Twin, TwinFactor*f.Median))
	}
	return f, err
}

// sweep runs the seeds of a setup in order, until more returns false. An internal error ends it.
func (b *Bench) sweep(ctx context.Context, s *Setup, part string, first, last sim.Seed, more func(*Report) bool) error {
	run, stop := context.WithCancel(ctx)
	defer stop()
	var internal error
	stopped := false
	sw := Sweep{Setup: *s, First: first, Last: last, Workers: b.Workers, Each: func(r *Report) {
		switch {
		case stopped: // it was under way already
			return
		case r.Err != nil:
			internal = fmt.Errorf("%s: seed %d: %w", part, r.Seed, &InternalError{r.Err})
			stopped = true
		default:
			stopped = !more(r)
		}
		if stopped {
			stop()
		}
	}}
	sum, _ := sw.Do(run)
	if internal == nil && ctx.Err() != nil {
		return fmt.Errorf("%w at %s, after %d seeds", ctx.Err(), part, sum.Done)
	}
	return internal
}

// began starts to tell the progress of a part, and to take its time.
func (b *Bench) began(part string) (at func(thousandths uint64), ended func() Spent) {
	at, end := func(uint64) {}, func() {}
	if b.Progress != nil {
		at, end = b.Progress(part)
	}
	if b.Clock == nil {
		return at, func() Spent { end(); return Spent{} }
	}
	now, cpu := b.Clock()
	return at, func() Spent {
		end()
		then, used := b.Clock()
		return Spent{then - now, used - cpu}
	}
}

// Spent is the time that something took.
type Spent struct {
	Wall time.Duration `json:"wall_ns"`
	CPU  time.Duration `json:"cpu_ns"` // of all cores
}

// InternalError is a failure of simrun or of a model, not of its input.
type InternalError struct{ Err error }

func (e *InternalError) Error() string { return e.Err.Error() }
func (e *InternalError) Unwrap() error { return e.Err }
