package trial

import (
	"fmt"

	"simrun/check"
	"simrun/internal/count"
	"simrun/models"
	"simrun/sim"
	"simrun/sim/explore"
	"simrun/sim/fault"
)

// Exploration is an exhaustive search of the runs of a small case, judged.
type Exploration struct {
	Model   models.Model
	Base    sim.Case // without faults; see [ExploreBase]
	Scope   explore.Scope
	Spec    check.Spec    // nil: the workload's own
	Options check.Options // of the check

	// Each is called after every run, and may end the search by false. May be nil.
	Each func(explore.Report) bool
}

// Explored is what an exploration found.
type Explored struct {
	explore.Result
	Unknown int           // runs that could not be decided
	Outcome check.Outcome // violation if a run fails; valid if none does within the bounds, and all were decided; else unknown
}

// ExploreBase makes a case one for an exhaustive search: messages and syncs take no time unless they come out of turn, and there is no recovery phase.
func ExploreBase(c sim.Case) sim.Case {
	c.Network.Latency = sim.Latency{Dist: fault.Constant}
	c.Disk.Sync = sim.Latency{Dist: fault.Constant}
	c.Recovery = sim.Recovery{Skip: true}
	return c
}

// Do searches.
func (x *Exploration) Do() (Explored, error) {
	opts := x.Options
	opts.Second, opts.AllowEmpty = 0, true
	var e Explored
	judge := func(r *sim.Result) (bool, error) {
		j, err := Judge(x.Model, r, x.Spec, opts)
		if j.Outcome == check.Unknown {
			e.Unknown++
		}
		return j.Outcome == check.Violation, err
	}
	var err error
	e.Result, err = explore.Explore(x.Model.System(), x.Base, x.Scope, judge, x.Each)
	switch {
	case e.Failure != nil:
		e.Outcome = check.Violation
	case e.Complete && !e.Partial && e.Unknown == 0:
		e.Outcome = check.Valid
	default:
		e.Outcome = check.Unknown
	}
	return e, err
}

// Covered says in one sentence what a search shows.
func (e *Explored) Covered() string {
	switch {
	case e.Failure != nil && e.Level < 0:
		return "the run without departures fails"
	case e.Failure != nil:
		return fmt.Sprintf("a run with %s fails, and none with fewer", count.Of(len(e.Failure.Schedule.Picks), "departure"))
	case e.Unknown > 0:
		return fmt.Sprintf("no run fails, but %s could not be decided", count.Of(e.Unknown, "run"))
	case e.Complete && e.Partial:
		return "no run fails, but a crash had more outcomes than were tried"
	case e.Complete:
		return "no run within these bounds fails"
	case e.Level < 0:
		return "the search ended before its first run did"
	}
	return fmt.Sprintf("not all runs were made: none with at most %s fails, and none of the others so far", count.Of(e.Level, "departure"))
}
