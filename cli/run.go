package cli

import (
	"context"
	"fmt"
	"runtime"

	"github.com/spf13/cobra"

	"simrun/sim"
	"simrun/sim/sweep"
)

// bugSearch is how many seeds are tried for one that shows a bug, if the user
// named none: as many as find the bugs of the second tier.
const bugSearch = 2000

func newRun(a *app) *cobra.Command {
	var cf caseFlags
	var kf checkFlags
	var of outFlags
	var seed string
	var twice bool
	cmd := &cobra.Command{
		Use:   "run",
		Short: "simulate one seed, check it, store it, print the verdict",
		Long: `run simulates one seed, decides what its clients saw, and stores the run with a
report. Whatever is left out has a good default.

With --bug and without --seed, it goes through seeds from a fresh one until the
bug shows, and runs that one. A bug that the default nemesis seldom finds brings
a plan of faults of its own, which is used unless --nemesis or --plan is given.`,
		Example: `  simrun run
  simrun run --seed 42 --nodes 3 --nemesis partition,crash
  simrun run --bug vote-not-persisted
  simrun run --seed 7 --plan faults.txt --format json`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := of.check(); err != nil {
				return err
			}
			s, err := prepare(&cf, &kf)
			if err != nil {
				return err
			}
			if err := s.useScenario(cmd); err != nil {
				return err
			}
			var n sim.Seed
			if seed != "" {
				if n, err = sim.ParseSeed(seed); err != nil {
					return fmt.Errorf("--%w", err)
				}
			} else {
				n = freshSeed()
			}
			if len(cf.bugs) > 0 && seed == "" {
				if n, err = a.searchBug(cmd.Context(), s, n); err != nil {
					return err
				}
			}
			again := a.again(cmd, "seed") + fmt.Sprintf(" --seed %d", n)
			return a.work(cmd.Context(), func() error { return a.runSeed(cmd.Context(), s, n, twice, &of, again) })
		},
	}
	cmd.Flags().StringVar(&seed, "seed", "", "`SEED`: decimal, 0x…, or a 40-digit commit hash (default: a fresh one, printed)")
	cf.add(a, cmd)
	kf.add(cmd, "that of the workload")
	cmd.Flags().BoolVar(&twice, "verify", false, "run twice and compare; a difference is named, and an internal error")
	of.add(cmd)
	return cmd
}

// runSeed runs one seed, stores it and prints it. The command line runs it again.
func (a *app) runSeed(ctx context.Context, s *setup, seed sim.Seed, twice bool, of *outFlags, again string) error {
	c, err := s.caseOf(seed)
	if err != nil {
		return err
	}
	j, err := simulate(s.model, c, true, s.spec, s.opts)
	if err != nil {
		return err
	}
	if twice {
		if err := verify(s.model.System(), c); err != nil {
			return err
		}
		fmt.Fprintln(a.stderr, "run twice, and equal")
	}
	return a.keep(ctx, j, of, again)
}

// keep stores a run and prints it. If it can't be stored, the verdict is
// printed all the same, with the command that runs it again.
func (a *app) keep(ctx context.Context, j *judged, of *outFlags, again string) error {
	dir, err := a.save(ctx, of.out, j)
	if err == nil {
		return a.finish(j, dir, of.format, a.program+" replay "+quote(dir))
	}
	if ctx.Err() != nil {
		return err
	}
	if err := a.finish(j, "", of.format, again); err != nil {
		return err
	}
	fmt.Fprintf(a.stderr, "simrun: %v\n", err)
	if a.code == exitValid {
		a.code = exitInternal
	}
	return nil
}

// finish prints a run that is stored in a folder ("": nowhere), and sets the exit code.
func (a *app) finish(j *judged, dir, format, replay string) error {
	a.code = exitOf(j.judgement.Outcome)
	r := j.result
	res := j.results()
	s := shown{
		results: res, folder: dir, replay: replay, summary: j.judgement.Summary,
		title: fmt.Sprintf("%s-%s seed %d", r.Case.Model, r.Case.Workload.Name, r.Case.Seed),
	}
	s.lines = append([]sim.Field{{Name: "model", Value: title(&r.Case)}}, runFacts(&r.Case, &res, r.History)...)
	return a.print(format, s)
}

// useScenario takes the plan that leads to the bug, if it has one because the default
// search needs long, and the user asked for no faults in particular.
func (s *setup) useScenario(cmd *cobra.Command) error {
	if cmd.Flags().Changed("nemesis") || s.planned || len(s.base.Bugs) != 1 {
		return nil
	}
	b, err := s.model.Bug(string(s.base.Bugs[0]))
	if err != nil || b.Scenario == "" {
		return err
	}
	s.plan, err = s.model.Profile.ParsePlan("the scenario of "+string(b.Name), b.Scenario)
	s.planned = true
	return err
}

// searchBug goes through seeds until one shows a bug. If none does, it returns
// the first.
func (a *app) searchBug(ctx context.Context, s *setup, first sim.Seed) (sim.Seed, error) {
	collectLess()
	bar := a.progress("looking for a seed that shows the bug", -1)
	last := first + bugSearch - 1
	sum := sweep.Sweep(ctx, sweep.Plan{
		First: first, Last: last, Workers: runtime.GOMAXPROCS(0), MaxFailures: 1,
		Run:  s.report,
		Each: func(r sweep.Report) { bar.add(1) },
	})
	bar.end()
	if ctx.Err() != nil {
		return 0, fmt.Errorf("%w after %s without the bug", errInterrupted, plural(int(sum.Done), "seed"))
	}
	if len(sum.Failures) == 0 {
		fmt.Fprintf(a.stderr, "none of the seeds %d-%d shows the bug; here is the first of them\n", first, last)
		return first, nil
	}
	f := sum.Failures[0]
	if f.Outcome == sweep.Internal {
		return 0, internalError{fmt.Errorf("seed %d: %s", f.Seed, f.Detail)}
	}
	fmt.Fprintf(a.stderr, "seed %d shows the bug, after %s from %d\n", f.Seed, plural(int(sum.Done), "seed"), first)
	return f.Seed, nil
}

// report runs a seed without a trace, for a sweep.
func (s *setup) report(seed sim.Seed) sweep.Report {
	r, _ := s.judge(seed)
	return r
}
