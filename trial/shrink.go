package trial

import (
	"context"
	"fmt"

	"simrun/check"
	"simrun/models"
	"simrun/sim"
	"simrun/sim/fault"
	"simrun/sim/shrink"
)

// Shrink makes the case of a failing run small, as long as it fails for the same cause: see [Cause]. Where a known bug of the model is
// switched on and the run does not fail without it, no case is taken that does. The run was judged by a specification (nil: that of the
// workload) and options.
func Shrink(ctx context.Context, run *Run, spec check.Spec, opts check.Options, o shrink.Options) (shrink.Result, error) {
	cause, ok := CauseOf(run, spec, opts)
	if !ok {
		return shrink.Result{}, fmt.Errorf("the run does not fail (it is %v), so there is nothing to make small", run.Outcome)
	}
	m := run.Model
	silent := len(run.Case.Bugs) > 0 && holdsWithout(m, run.Case, spec, opts)
	weaker := len(m.GivesUp(&run.Case))
	o.Claims = func(c *sim.Case) fault.Claims { return m.ProfileOf(c).Claims }
	return shrink.Shrink(ctx, m.System(), run.Case, func(r *sim.Result) bool {
		return cause.In(m, r) && len(m.GivesUp(&r.Case)) <= weaker && (!silent || holdsWithout(m, r.Case, spec, opts))
	}, o)
}

// holdsWithout reports whether the run of a case without its bugs is valid.
func holdsWithout(m models.Model, c sim.Case, spec check.Spec, opts check.Options) bool {
	c.Bugs = nil
	r, err := sim.Run(m.System(), c)
	if err != nil {
		return false
	}
	opts.Second = 0
	j, err := Judge(m, r, spec, opts)
	return err == nil && j.Outcome == check.Valid
}
