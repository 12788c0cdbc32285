// Package shrink makes a failing case small: fewer faults, fewer operations,
// shorter, calmer. What is left is what the failure needs.
//
// Since every random decision is a hash of its name, taking something away
// leaves all other decisions as they were, and a smaller case is mostly the same
// run with less in it. Lists are reduced by delta debugging (Zeller and
// Hildebrandt, "Simplifying and isolating failure-inducing input", 2002).
package shrink

import (
	"fmt"

	"simrun/sim"
	"simrun/sim/fault"
)

// DefaultRuns bounds a reduction where nothing else is said: enough for a case
// of a few thousand operations, a minute of work at most.
const DefaultRuns = 2000

// Options steer a reduction. The zero value is right for most.
type Options struct {
	Runs int          // runs at most; 0: [DefaultRuns]
	Each func(Report) // called after each run; may be nil
}

// Report tells how far a reduction is.
type Report struct {
	Runs, Most int    // runs so far, and at most
	Faults     int    // in the smallest case so far
	Operations int    // invoked in the fault phase of its run
	Trying     string // what is taken away: "faults", "operations", …
}

// Result is the smallest case found.
type Result struct {
	Case     sim.Case
	Runs     int  // that it took
	Complete bool // nothing more could be taken away; else the runs were used up
}

// Shrink reduces a case of a system whose run fails, as fails says of a result.
// To keep the failure the same, fails should ask for the same broken promise, not
// for any. It is called once per run and must depend on its argument alone.
//
// The error says that the case cannot run, or that it does not fail to begin with.
func Shrink(s sim.System, c sim.Case, fails func(*sim.Result) bool, o Options) (Result, error) {
	r := &reduction{system: s, fails: fails, o: o}
	if r.o.Runs <= 0 {
		r.o.Runs = DefaultRuns
	}
	first, err := sim.RunTraced(s, c)
	if err != nil {
		return Result{}, err
	}
	r.runs++
	if !fails(first) {
		return Result{}, fmt.Errorf("the case of seed %d does not fail: there is nothing to make small", c.Seed)
	}
	r.take(first)
	complete := r.reduce()
	return Result{Case: r.best, Runs: r.runs, Complete: complete}, nil
}

// reduction is a reduction under way.
type reduction struct {
	system sim.System
	fails  func(*sim.Result) bool
	o      Options

	best       sim.Case      // the smallest that fails
	operations []string      // keys of what its clients invoked in the fault phase, in order
	resolved   []fault.Fault // its plan as it came to pass
	wroteOut   bool          // that was tried
	runs       int
	trying     string
}

// reduce repeats the passes until none helps; false if the runs were used up.
func (r *reduction) reduce() bool {
	passes := []struct {
		what string
		pass func() bool
	}{
		{"recovery", r.skipRecovery},
		{"duration", r.shorten},
		{"roles", r.resolve},
		{"faults", r.dropFaults},
		{"operations", r.dropOperations},
		{"weather", r.calm},
		{"clients", r.dropClients},
		{"nodes", r.dropNodes},
		{"times", r.roundFaults},
	}
	for again := true; again; {
		again = false
		for _, p := range passes {
			r.trying = p.what
			if p.pass() {
				again = true
			}
			if r.spent() {
				return false
			}
		}
	}
	return true
}

func (r *reduction) spent() bool { return r.runs >= r.o.Runs }

// try runs a case and keeps it if it fails.
func (r *reduction) try(c sim.Case) bool {
	if r.spent() {
		return false
	}
	r.runs++
	result, err := sim.RunTraced(r.system, c)
	ok := err == nil && r.fails(result) // a case that can't run does not count
	if ok {
		r.take(result)
	}
	if r.o.Each != nil {
		r.o.Each(Report{Runs: r.runs, Most: r.o.Runs, Faults: len(r.best.Faults), Operations: len(r.operations), Trying: r.trying})
	}
	return ok
}

// take makes a run's case the best so far.
func (r *reduction) take(result *sim.Result) {
	r.best, r.resolved = result.Case, result.Resolved
	r.operations = r.operations[:0:0]
	for _, rec := range result.Trace.Records {
		if rec.Kind == sim.Called && rec.Time < sim.Time(r.best.Duration) {
			r.operations = append(r.operations, rec.Key)
		}
	}
}
