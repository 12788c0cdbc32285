// Package shrink makes a failing case small: fewer faults, fewer operations, a smaller cluster, a
// shorter and calmer run. What is left is what the failure needs.
//
// A reduction is a search: a [pass] proposes cases, and the first that fails for the same cause, within
// what the system claims to survive, and that is smaller, becomes the best so far. What smaller means is
// fixed by [Size], so that a case never grows. Since every random decision is a hash of its name, taking
// something away leaves all other decisions as they were, and a smaller case is mostly the same run with
// less in it. Lists are reduced by delta debugging (Zeller and Hildebrandt, "Simplifying and isolating
// failure-inducing input", 2002). Where that ends, the search leaves the run: it puts the faults that are
// left to where the run is short, and reduces from there.
//
// The result depends on the case and the budget alone, not on the number of workers or on their speed.
package shrink

import (
	"context"
	"fmt"

	"simrun/sim"
	"simrun/sim/fault"
)

// Defaults of [Options], enough for a case of a few thousand operations: well below a minute of work for most.
const (
	DefaultRuns   = 6000
	DefaultEvents = 15_000_000
)

// Options steer a reduction. The zero value is right for most.
type Options struct {
	Runs    int    // runs at most; 0: [DefaultRuns]
	Events  uint64 // simulated events at most, over all runs; 0: [DefaultEvents]
	Workers int    // runs at a time; less than 1: one. The result is the same

	// Claims is what the system claims to survive with the options of a case; nil: what its profile says. A case that is within the
	// claims stays within, and one beyond does not go further.
	Claims func(*sim.Case) fault.Claims

	Each func(Report) // called after each run, in order; may be nil
}

// Report tells how far a reduction is.
type Report struct {
	Runs, Most int    // runs so far, and at most
	Faults     int    // in the smallest case so far
	Operations int    // invoked in its run
	Trying     string // what is taken away: "faults", "operations", …
}

// Result is the smallest case found.
type Result struct {
	Case        sim.Case
	From, Size  Size   // of the run of the case that was given, and of the smallest
	Runs        int    // that it took
	Events      uint64 // that these simulated
	Complete    bool   // no pass helps any more; else the budget was used up, or the reduction was interrupted
	Minimal     bool   // the failure is gone with any one fault, override or operation less: each was tried
	Interrupted bool   // the context ended first
}

// Shrink reduces a case of a system whose run fails, as fails says of a result. To keep the cause the same, fails should ask for the
// same broken promise and the same kind of evidence, not for any failure. It must depend on its argument alone, and is called from
// several goroutines if there are several workers.
//
// When ctx ends, the smallest case so far is returned. The error says that the case cannot run, or that it does not fail to begin with.
func Shrink(ctx context.Context, s sim.System, c sim.Case, fails func(*sim.Result) bool, o Options) (Result, error) {
	r := newReduction(ctx, s, fails, o)
	first, err := sim.RunTraced(s, c)
	if err != nil {
		return Result{}, err
	}
	if !fails(first) {
		return Result{}, fmt.Errorf("the case of seed %d does not fail: there is nothing to make small", c.Seed)
	}
	r.count(first.Events)
	r.best, r.given = r.stateOf(first), first.Case
	from := r.best.size
	complete := r.reduce()
	return Result{
		Case: r.best.c, From: from, Size: r.best.size, Runs: r.runs, Events: r.events,
		Complete: complete, Minimal: r.minimal(), Interrupted: ctx.Err() != nil,
	}, nil
}
