package cli

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"github.com/spf13/cobra"

	"simrun/check"
	"simrun/internal/count"
	"simrun/models"
	"simrun/sim"
	"simrun/sim/shrink"
	"simrun/trial"
	"simrun/visual/store"
)

// shrinkFlags bound a reduction.
type shrinkFlags struct{ runs, workers int }

func newShrink(a *app) *cobra.Command {
	var kf checkFlags
	var of outFlags
	var sf shrinkFlags
	var pf programFlags
	cmd := &cobra.Command{
		Use:   "shrink [PATH]",
		Short: "make a failing case small",
		Long: `shrink makes a failing case small: fewer faults, fewer operations, a smaller cluster, shorter, calmer,
as long as it fails for the same cause, and within what the model claims to survive. PATH is the folder of
a run, or a case file; left out, it is the latest run of the store.

The small case is run and stored, with what happens without each of its faults and operations,
and with the smallest change that makes the run valid. The folder that it came from gets it too, as
case.min.json, and with it a Go test that fails until the bug is fixed, repro_test.go.

The result depends on the case and on --runs alone, not on the number of cores. Ctrl-C stores the smallest
case so far.`,
		Example: "  simrun shrink\n  simrun shrink store/latest --runs 500",
		Args:    atMostOne,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := of.check(); err != nil {
				return err
			}
			if err := sf.check(); err != nil {
				return err
			}
			path := filepath.Join(of.out, store.Latest)
			if len(args) == 1 {
				path = args[0]
			}
			return a.shrink(cmd.Context(), path, &sf, &pf, &kf, &of)
		},
	}
	cmd.Flags().SortFlags = false
	sf.add(cmd)
	pf.addPath(cmd)
	kf.add(cmd, "that of the workload")
	of.add(cmd)
	return cmd
}

func (f *shrinkFlags) add(cmd *cobra.Command) {
	cmd.Flags().IntVar(&f.runs, "runs", shrink.DefaultRuns, "`NUMBER` of simulations at most")
	cmd.Flags().IntVar(&f.workers, "workers", 0, "`NUMBER` of runs that are simulated at a time; 0: as many as there are cores")
}

func (f *shrinkFlags) check() error {
	if f.runs < 1 {
		return fmt.Errorf("--runs %d: expected a number from 1", f.runs)
	}
	if f.workers < 0 {
		return fmt.Errorf("--workers %d: expected a number from 1, or 0 for all cores", f.workers)
	}
	return nil
}

// options are those of a reduction.
func (f *shrinkFlags) options() shrink.Options {
	o := shrink.Options{Runs: f.runs, Workers: f.workers}
	if o.Workers == 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	return o
}

// shrink makes the case at a path small. An interrupt ends the search, and what it found is stored.
func (a *app) shrink(ctx context.Context, path string, sf *shrinkFlags, pf *programFlags, kf *checkFlags, of *outFlags) error {
	spec, opts, err := kf.parse()
	if err != nil {
		return err
	}
	dir, file, err := locate(path)
	if err != nil {
		return err
	}
	c, m, err := a.readCase(ctx, file, pf)
	if err != nil {
		return err
	}
	if c.Live() {
		return fmt.Errorf("%s can't be made small: %s runs natively, in real time, where no two runs are the same; compile the program to WASI, where they are", file, c.Program.Path)
	}
	first, err := trial.Simulate(m, c, false, spec, opts)
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	if len(first.Failed()) == 0 {
		return fmt.Errorf("%s: the run does not fail (it is %v), so there is nothing to make small", file, first.Outcome)
	}
	collectLess()
	bar := a.progress("shrink", int64(sf.runs))
	o := sf.options()
	o.Each = func(r shrink.Report) {
		bar.describe(fmt.Sprintf("shrink: %s, %s, trying %s", count.Of(r.Faults, "fault"), count.Of(r.Operations, "operation"), r.Trying))
		bar.add(1)
	}
	t, small, err := makeSmall(ctx, first, dir, spec, opts, o)
	bar.end()
	if err != nil {
		return err
	}
	fmt.Fprintf(a.stderr, "shrunk from %s and %s to %d and %d, in %s; %s\n",
		count.Of(small.From.Faults, "fault"), count.Of(small.From.Operations, "operation"), small.Size.Faults, small.Size.Operations, count.Of(small.Runs, "run"), howFar(&small))
	again := file
	if dir != "" {
		again = filepath.Join(dir, smallCaseFile)
	}
	err = a.keep(context.WithoutCancel(ctx), t, of, a.program+" replay "+quote(again))
	if small.Interrupted && err == nil {
		a.code = a.interrupted()
	}
	return err
}

// makeSmall makes the case of a failing run small, runs that with a trace, and says why it needs what is left. The folder of the run ("":
// none) gets the small case, and a test of it.
func makeSmall(ctx context.Context, first *trial.Run, dir string, spec check.Spec, opts check.Options, o shrink.Options) (*trial.Run, shrink.Result, error) {
	small, err := trial.Shrink(ctx, first, spec, opts, o)
	if err != nil {
		return nil, small, err
	}
	t, err := trial.Simulate(first.Model, small.Case, true, spec, opts)
	if err != nil {
		return nil, small, err
	}
	if t.Small, err = trial.Explain(ctx, first.Model, small, spec, opts); err != nil {
		return nil, small, err
	}
	if dir != "" {
		err = keepSmall(dir, t, first.Failed()[0].Name)
	}
	return t, small, err
}

// howFar says how small a case has become.
func howFar(r *shrink.Result) string {
	switch {
	case r.Interrupted:
		return "interrupted: the smallest found so far"
	case r.Minimal:
		return "minimal: nothing more can be taken away"
	}
	return "the smallest found; more may be possible with a larger --runs"
}

// readCase reads a case file, and finds its model, or the program that it is of.
func (a *app) readCase(ctx context.Context, file string, pf *programFlags) (sim.Case, models.Model, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return sim.Case{}, models.Model{}, inFile(file, err)
	}
	c, err := sim.ParseCase(file, text)
	if err != nil {
		return c, models.Model{}, err
	}
	if c.Program != nil || pf.path != "" {
		m, err := pf.modelOf(ctx, &c)
		if err != nil {
			err = fmt.Errorf("%s: %w", file, err)
		}
		return c, m, err
	}
	if c.Model == "" {
		return c, models.Model{}, fmt.Errorf("%s does not say of which system it is a case: expected \"model\", one of %s", file, joinStrings(a.models.names()))
	}
	m, err := a.models.named(c.Model)
	if err != nil {
		return c, m, fmt.Errorf("%s is a case of model %q, and this program has %s: run it with a program whose main is cli.Main with that model (docs/guide.md, Your own model)",
			file, c.Model, joinStrings(a.models.names()))
	}
	return c, m, nil
}
