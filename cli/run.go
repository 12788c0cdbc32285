package cli

import (
	"context"
	"fmt"
	"path/filepath"
	"runtime"

	"github.com/spf13/cobra"

	"simrun/check"
	"simrun/internal/count"
	"simrun/sim"
	"simrun/trial"
	"simrun/visual/store"
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
			if twice && s.Live() {
				return fmt.Errorf("--verify: the program runs natively, in real time, where no two runs are the same")
			}
			if err := useScenario(cmd, s); err != nil {
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
func (a *app) runSeed(ctx context.Context, s *trial.Setup, seed sim.Seed, twice bool, of *outFlags, again string) error {
	t, err := s.Run(seed, true)
	if err != nil {
		return err
	}
	if twice {
		if err := a.verified(s.Model, t.Case); err != nil {
			return err
		}
	}
	return a.keep(ctx, t, of, again)
}

// keep stores a run and prints it. If it can't be stored, the verdict is
// printed all the same, with the command that runs it again.
func (a *app) keep(ctx context.Context, t *trial.Run, of *outFlags, again string) error {
	dir, err := a.save(ctx, of.out, t)
	if err == nil {
		return a.finish(t, dir, of.format, a.program+" replay "+quote(dir))
	}
	if ctx.Err() != nil {
		return err
	}
	if err := a.finish(t, "", of.format, again); err != nil {
		return err
	}
	fmt.Fprintf(a.stderr, "simrun: %v\n", err)
	if a.code == exitValid {
		a.code = exitInternal
	}
	return nil
}

// finish prints a run that is stored in a folder ("": nowhere), and sets the exit code.
func (a *app) finish(t *trial.Run, dir, format, replay string) error {
	a.code = exitOf(t.Outcome)
	res, err := t.Results()
	if err != nil {
		return err
	}
	s := shown{
		results: res, folder: dir, replay: replay, summary: t.Summary,
		title: fmt.Sprintf("%s-%s seed %d", t.Case.Model, t.Case.Workload.Name, t.Case.Seed),
	}
	s.lines = append([]sim.Field{{Name: "model", Value: trial.Title(&t.Case)}}, trial.RunFacts(&t.Case, &res, t.History)...)
	if res.Isolation != nil && t.Outcome == check.Violation { // else what happened is allowed
		s.below = res.Isolation.Lines()
	}
	if err := a.print(format, s); err != nil {
		return err
	}
	return disagreement(t.Disagreement, dir)
}

// disagreement is the internal error of two engines that disagree on a history that is stored in a folder; nil if they agree.
func disagreement(err error, dir string) error {
	if err == nil {
		return nil
	}
	return &trial.InternalError{Err: fmt.Errorf("%w; both answers are in %s", err, filepath.Join(dir, store.ResultsFile))}
}

// searchBug goes through seeds until one shows a bug. If none does, it returns
// the first.
func (a *app) searchBug(ctx context.Context, s *trial.Setup, first sim.Seed) (sim.Seed, error) {
	collectLess()
	bar := a.progress("looking for a seed that shows the bug", -1)
	last := first + bugSearch - 1
	search := trial.Sweep{Setup: *s, First: first, Last: last, Workers: runtime.GOMAXPROCS(0), MaxFailures: 1, Each: func(*trial.Report) { bar.add(1) }}
	sum, tally := search.Do(ctx)
	bar.end()
	if ctx.Err() != nil {
		return 0, fmt.Errorf("%w after %s without the bug", errInterrupted, count.Of(sum.Done, "seed"))
	}
	if len(tally.Failures) == 0 {
		fmt.Fprintf(a.stderr, "none of the seeds %d-%d shows the bug; here is the first of them\n", first, last)
		return first, nil
	}
	f := tally.Failures[0]
	if f.Err != nil {
		return 0, &trial.InternalError{Err: fmt.Errorf("seed %d: %w", f.Seed, f.Err)}
	}
	fmt.Fprintf(a.stderr, "seed %d shows the bug, after %s from %d\n", f.Seed, count.Of(sum.Done, "seed"), first)
	return f.Seed, nil
}
