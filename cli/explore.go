package cli

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"simrun/internal/count"
	"simrun/models"
	"simrun/sim"
	"simrun/sim/explore"
	"simrun/trial"
)

// exploreRuns is how many runs a search makes if nothing else is said: a minute or two of work.
const exploreRuns = 50_000

// exploreFlags bound an exhaustive search.
type exploreFlags struct {
	caseFlags
	seed         string
	faults       []string
	most, delays string
	depth, runs  int
}

func newExplore(a *app) *cobra.Command {
	var ef exploreFlags
	var kf checkFlags
	var of outFlags
	cmd := &cobra.Command{
		Use:   "explore",
		Short: "go through all runs of a small case within bounds",
		Long: `explore goes through all runs of a small case within bounds: every order of deliveries,
timeouts and completions of syncs with at most so many events out of turn (--delays), and
every fault of a list at every step (--faults, --max-faults), a crash with all that it can
leave on the disk. Messages and syncs take no time, unless they come out of turn. Runs with
fewer departures come first, so that the first failing run has as few as any. It is stored
and replays like every other.

A line of --faults is one of a plan, without its time: "crash any for 10ms" is tried at each
node and step, "on elected isolate it for 400ms" right after each such event.

It exits with 0 if no run within the bounds fails, with 1 if one does, and with 2 if not all
runs were made or decided.`,
		Example: `  simrun explore
  simrun explore --faults "on write crash it for 10ms" --delays 0
  simrun explore --bug ack-before-sync --faults "on write crash it for 10ms" --delays 0`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := of.check(); err != nil {
				return err
			}
			if err := oneOf("format of results", of.format, exploreFormats); err != nil {
				return err
			}
			x, err := ef.exploration(&kf)
			if err != nil {
				return err
			}
			return a.work(cmd.Context(), func() error { return a.explore(cmd.Context(), x, &ef, &of) })
		},
	}
	ef.add(a, cmd)
	kf.add(cmd, "that of the workload")
	of.addFolder(cmd)
	cmd.Flags().StringVar(&of.format, "format", "text", "`NAME` of the format of the results: text, json")
	complete(cmd, "format", func() []string { return exploreFormats })
	return cmd
}

var exploreFormats = []string{"text", "json"}

func (f *exploreFlags) add(a *app, cmd *cobra.Command) {
	f.addSubject(a, cmd)
	fs := cmd.Flags()
	small(cmd, "nodes", "NUMBER of servers", 3)
	small(cmd, "clients", "NUMBER of clients", 1)
	fs.IntVar(&f.ops, "ops", 2, "`NUMBER` of operations per client at most")
	fs.StringVar(&f.duration, "duration", "500ms", "virtual `TIME` at which each run ends")
	fs.StringVar(&f.seed, "seed", "1", "`SEED` of the timeouts and operations")
	fs.StringArrayVar(&f.faults, "faults", nil, "`FAULT` that may happen: a line of a plan, without its time (may be repeated)")
	fs.StringVar(&f.most, "max-faults", "1", "`NUMBER` of faults in one run at most, or any")
	fs.StringVar(&f.delays, "delays", "1", "`NUMBER` of events that come out of turn in one run at most, or any")
	fs.IntVar(&f.depth, "depth", 0, "`NUMBER` of steps from the start in which faults and delays happen (default: all)")
	fs.IntVar(&f.runs, "runs", exploreRuns, "`NUMBER` of runs at most")
}

// small gives a flag of the system a default for small cases.
func small(cmd *cobra.Command, name, usage string, n int) {
	f := cmd.Flags().Lookup(name)
	f.DefValue, f.Usage = strconv.Itoa(n), "`"+strings.Replace(usage, " ", "` ", 1)
	if err := f.Value.Set(f.DefValue); err != nil {
		panic(err) // it is not a number
	}
}

// exploration is the search that the flags describe.
func (f *exploreFlags) exploration(kf *checkFlags) (*trial.Exploration, error) {
	f.recovery = "0"
	c, m, err := f.parse()
	if err != nil {
		return nil, err
	}
	if c.Seed, err = sim.ParseSeed(f.seed); err != nil {
		return nil, fmt.Errorf("--%w", err)
	}
	x := &trial.Exploration{Model: m}
	if x.Spec, x.Options, err = kf.parse(); err != nil {
		return nil, err
	}
	system := m.System()
	if x.Base, err = system.Complete(trial.ExploreBase(c)); err != nil {
		return nil, err
	}
	if x.Base.Live() {
		return nil, fmt.Errorf("explore: %s runs natively, in real time, where no two runs are the same", x.Base.Program.Path)
	}
	x.Scope, err = f.scope(&m, x.Base.Nodes)
	return x, err
}

func (f *exploreFlags) scope(m *models.Model, nodes int) (explore.Scope, error) {
	s := explore.Scope{Depth: f.depth, Runs: f.runs}
	var err error
	if s.MaxFaults, err = numberOrAny("max-faults", f.most); err != nil {
		return s, err
	}
	if s.Delays, err = numberOrAny("delays", f.delays); err != nil {
		return s, err
	}
	if f.ops < 1 {
		return s, fmt.Errorf("--ops %d: expected a number from 1", f.ops)
	}
	if f.depth < 0 {
		return s, fmt.Errorf("--depth %d: expected a number of steps from 1, or 0 for all", f.depth)
	}
	if f.runs < 1 {
		return s, fmt.Errorf("--runs %d: expected a number from 1", f.runs)
	}
	for _, line := range f.faults {
		text := strings.TrimSpace(line)
		if !strings.HasPrefix(text, "on ") && !strings.HasPrefix(text, "at ") {
			text = "at 0s " + text
		}
		list, err := m.Profile.ParsePlan("--faults", text)
		if err != nil {
			return s, err
		}
		s.Faults = append(s.Faults, explore.Expand(list, nodes)...)
	}
	return s, nil
}

// numberOrAny reads a bound of a search.
func numberOrAny(flag, text string) (int, error) {
	if text == "any" {
		return explore.Any, nil
	}
	n, err := strconv.ParseUint(text, 10, 15)
	if err != nil {
		return 0, fmt.Errorf("--%s %q: expected a number below 32768, or any", flag, text)
	}
	return int(n), nil
}

// explore searches, and prints what was covered and what fails.
func (a *app) explore(ctx context.Context, x *trial.Exploration, f *exploreFlags, of *outFlags) error {
	collectLess()
	bar := a.progress("explore", -1)
	x.Each = func(r explore.Report) bool {
		bar.describe(fmt.Sprintf("explore: %s, %s", count.Of(r.Runs, "run"), count.Of(r.States, "state")))
		bar.add(1)
		return ctx.Err() == nil
	}
	e, err := x.Do()
	bar.end()
	if err != nil {
		return err
	}
	if ctx.Err() != nil {
		fmt.Fprintln(a.stderr, e.Covered())
		return fmt.Errorf("%w after %s", errInterrupted, count.Of(e.Runs, "run"))
	}
	a.code = exitOf(e.Outcome)
	s := explored{Exploration: x, Explored: e, faults: f.faults}
	if e.Failure != nil {
		if err := a.keepExplored(ctx, &s, of.out); err != nil {
			return err
		}
	}
	if of.format == "json" {
		return s.writeJSON(a.stdout)
	}
	a.printExplored(&s)
	return nil
}

// keepExplored runs the failing case with a trace, and stores it.
func (a *app) keepExplored(ctx context.Context, s *explored, out string) error {
	t, err := trial.Simulate(s.Model, *s.Failure, true, s.Spec, s.Options)
	if err != nil {
		return err
	}
	s.run = t
	if s.folder, err = a.save(ctx, out, t); err != nil {
		if ctx.Err() != nil {
			return err
		}
		fmt.Fprintf(a.stderr, "simrun: %v\n", err)
		return nil
	}
	s.replay = a.program + " replay " + quote(s.folder)
	s.folder = strings.TrimSuffix(s.folder, string(os.PathSeparator))
	return nil
}
