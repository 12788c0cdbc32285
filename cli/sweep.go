package cli

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"simrun/check"
	"simrun/sim"
	"simrun/sim/sweep"
	"simrun/visual/store"
)

// sweepFlags are the flags that only sweep has.
type sweepFlags struct {
	seeds, shard         string
	workers, maxFailures int
	verify               string
}

func newSweep(a *app) *cobra.Command {
	var cf caseFlags
	var kf checkFlags
	var of outFlags
	var sf sweepFlags
	cmd := &cobra.Command{
		Use:   "sweep",
		Short: "simulate many seeds on all cores, and store the failing ones",
		Long: `sweep simulates many seeds on all cores. What it prints does not depend on how
many there are: failing seeds come in order, and each is run again with a trace
and stored. Ctrl-C says what was done and how to go on.

A share of the seeds is run twice; where two runs of one case differ, that is an
internal error. It exits with the worst that any seed showed: an internal error
outranks a violation, a violation outranks unknown.`,
		Example: `  simrun sweep --seeds 1-1000
  simrun sweep --seeds 1-100000 --shard 2/5 --max-failures 3
  simrun sweep --bug stale-local-read --seeds 1-100 --format json`,
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
			plan, err := sf.plan(s)
			if err != nil {
				return err
			}
			w := &sweeping{app: a, setup: s, flags: &sf, out: &of, plan: plan, again: a.again(cmd, "seeds")}
			return w.run(cmd.Context())
		},
	}
	fs := cmd.Flags()
	fs.SortFlags = false
	fs.StringVar(&sf.seeds, "seeds", "1-1000", "`RANGE` of seeds, both ends included")
	fs.IntVar(&sf.workers, "workers", 0, "`NUMBER` of seeds that are simulated at a time; 0: as many as there are cores")
	fs.StringVar(&sf.shard, "shard", "", "`I/N`: only the I-th of N parts of the seeds, for several machines")
	fs.IntVar(&sf.maxFailures, "max-failures", 10, "`NUMBER` of failing seeds after which to stop; 0: never")
	fs.StringVar(&sf.verify, "verify", "1/50", "`SHARE` of the seeds that are run twice and compared; 0: none")
	cf.add(a, cmd)
	kf.add(cmd, "that of the workload")
	of.add(cmd)
	return cmd
}

// plan is the sweep that the flags describe.
func (f *sweepFlags) plan(s *setup) (sweep.Plan, error) {
	p := sweep.Plan{Workers: f.workers, MaxFailures: f.maxFailures, Run: s.report, Verify: s.verify}
	seeds, err := parseSeeds(f.seeds)
	if err != nil {
		return p, err
	}
	p.First, p.Last = seeds.first, seeds.last
	if p.Shard, p.Shards, err = parseShard(f.shard); err != nil {
		return p, err
	}
	if f.workers < 0 {
		return p, fmt.Errorf("--workers %d: expected a number from 1, or 0 for all cores", f.workers)
	}
	if p.Workers == 0 {
		p.Workers = runtime.GOMAXPROCS(0)
	}
	if f.maxFailures < 0 {
		return p, fmt.Errorf("--max-failures %d: expected a number from 0, which means never", f.maxFailures)
	}
	share, err := parseRatio("verify", f.verify)
	if err != nil {
		return p, err
	}
	if share.Num > 0 {
		p.VerifyOneIn = max(1, share.Den/share.Num)
	}
	return p, nil
}

// verify runs a seed twice more, and says where the two differ; "" if nowhere.
func (s *setup) verify(seed sim.Seed) string {
	c, err := s.caseOf(seed)
	if err == nil {
		err = verify(s.model.System(), c)
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

// sweeping is a sweep under way.
type sweeping struct {
	*app
	setup  *setup
	flags  *sweepFlags
	out    *outFlags
	plan   sweep.Plan
	again  string // the command line but for --seeds
	bar    bar
	start  time.Time
	done   int
	events uint64
	failed []sweepFailure
	broken error // why failing seeds are no longer stored
}

// sweepFailure is a failing seed as --format json lists it.
type sweepFailure struct {
	Seed    sim.Seed `json:"seed"`
	Outcome string   `json:"outcome"`
	Reason  string   `json:"reason"`
	Folder  string   `json:"folder,omitempty"`
	Replay  string   `json:"replay"`
	results *store.Results
}

// sweepResults is a sweep as --format json prints it.
type sweepResults struct {
	Valid     store.Validity    `json:"valid"`
	Seeds     string            `json:"seeds"`
	Complete  bool              `json:"complete"`
	Next      *sim.Seed         `json:"next,omitempty"` // seed to go on with, if it is not complete
	Done      uint64            `json:"done"`
	Outcomes  map[string]uint64 `json:"outcomes"`
	Verified  uint64            `json:"verified"`
	Events    uint64            `json:"events"`
	Simulated sim.Time          `json:"simulated_ns"`
	Failures  []sweepFailure    `json:"failures"`
	Sometimes []sweep.MarkCount `json:"sometimes"`
	Version   string            `json:"version"`
}

func (w *sweeping) run(parent context.Context) error {
	ctx, cancel := context.WithCancel(parent)
	defer cancel()
	collectLess()
	w.start = time.Now()
	steps := int64(-1)
	if n := (uint64(w.plan.Last-w.plan.First) + 1) / max(w.plan.Shards, 1); n > 0 && n < 1<<62 {
		steps = int64(n)
	}
	w.bar = w.progress("sweep", steps)
	w.plan.Each = func(r sweep.Report) {
		var internal internalError
		if w.each(parent, r); errors.As(w.broken, &internal) {
			cancel()
		}
	}
	sum := sweep.Sweep(ctx, w.plan)
	w.bar.end()
	var internal internalError
	if errors.As(w.broken, &internal) {
		return w.broken
	}
	if err := w.print(&sum); err != nil {
		return err
	}
	w.figures(&sum)
	if w.broken != nil && parent.Err() == nil {
		fmt.Fprintf(w.stderr, "simrun: %v\n", w.broken)
	}
	switch sum.Worst() {
	case sweep.Internal:
		w.code = exitInternal
	case sweep.Violation:
		w.code = exitViolation
	case sweep.Unknown:
		w.code = exitUnknown
	}
	if parent.Err() != nil && w.code != exitViolation && w.code != exitInternal {
		w.code = exitInterrupted
	}
	if !sum.Complete {
		why := "stopped after " + plural(len(sum.Failures), "failing seed")
		if parent.Err() != nil {
			why = "interrupted after " + plural(int(sum.Done), "seed")
		}
		fmt.Fprintf(w.stderr, "%s; go on with:\n  %s --seeds %d-%d\n", why, w.again, sum.Next, w.plan.Last)
	}
	return nil
}

// each takes the report of one seed, in order.
func (w *sweeping) each(ctx context.Context, r sweep.Report) {
	w.done++
	w.events += r.Events
	w.bar.add(1)
	if seconds := time.Since(w.start).Seconds(); seconds > 0 && w.done%8 == 0 {
		w.bar.describe(fmt.Sprintf("sweep: %d failing, %.0f seeds/s, %.1f million events/s", len(w.failed), float64(w.done)/seconds, float64(w.events)/seconds/1e6))
	}
	if r.Outcome < sweep.Violation {
		return
	}
	f := sweepFailure{Seed: r.Seed, Outcome: r.Outcome.String(), Reason: r.Detail, Replay: fmt.Sprintf("%s --seeds %d", w.again, r.Seed)} // until it is stored
	if r.Outcome == sweep.Violation && w.broken == nil {
		if err := w.storeFailure(ctx, &f); err != nil {
			w.broken = err
		}
	}
	w.failed = append(w.failed, f)
	if w.out.format == "text" {
		w.bar.wipe()
		where := f.Folder
		if where == "" {
			where = "not stored"
		}
		fmt.Fprintf(w.stdout, "seed %d  %s  %s\n  %s\n", f.Seed, f.Outcome, where, f.Reason)
	}
}

// storeFailure runs a failing seed again with a trace, and stores it.
func (w *sweeping) storeFailure(ctx context.Context, f *sweepFailure) error {
	c, err := w.setup.caseOf(f.Seed)
	if err != nil {
		return err
	}
	j, err := simulate(w.setup.model, c, true, w.setup.spec, w.setup.opts)
	if err != nil {
		return err
	}
	if j.judgement.Outcome != check.Violation {
		return internalError{fmt.Errorf("seed %d failed in the sweep, but not when it ran again with a trace: %s", f.Seed, f.Reason)}
	}
	if f.Folder, err = w.save(ctx, w.out.out, j); err != nil {
		return err
	}
	res := j.results()
	f.results, f.Replay = &res, w.program+" replay "+quote(f.Folder)
	return nil
}

// print prints what the sweep brought forth to stdout.
func (w *sweeping) print(sum *sweep.Summary) error {
	switch w.out.format {
	case "json":
		return encodeJSON(w.stdout, w.results(sum))
	case "junit":
		return printJUnit(w.stdout, w.shown(sum))
	case "github":
		for _, s := range w.shown(sum) {
			if err := printGitHub(w.stdout, s); err != nil {
				return err
			}
		}
		return nil
	}
	if len(w.failed) > 0 {
		fmt.Fprintln(w.stdout)
	}
	if len(sum.Marks) > 0 {
		rows := [][]string{{"sometimes", "seeds", "times"}}
		for _, m := range sum.Marks {
			rows = append(rows, []string{m.Name, grouped(m.Seeds), grouped(m.Count)})
		}
		printTable(w.stdout, "  ", rows)
		fmt.Fprintln(w.stdout)
	}
	fmt.Fprintln(w.stdout, painter(w.color()).verdict(validity(sum.Worst()), w.summary(sum)))
	return nil
}

// summary is the sweep in one sentence.
func (w *sweeping) summary(sum *sweep.Summary) string {
	parts := []string{}
	for o := sweep.Internal; ; o-- {
		if n := sum.Counts[o]; n > 0 {
			parts = append(parts, fmt.Sprintf("%s %v", grouped(n), o))
		}
		if o == sweep.Valid {
			break
		}
	}
	s := plural(int(sum.Done), "seed")
	if len(parts) > 0 {
		s += ": " + strings.Join(parts, ", ")
	}
	return fmt.Sprintf("%s; %s run twice and equal; %s events", s, grouped(sum.Verified), grouped(sum.Events))
}

// figures prints to stderr how fast it went, which differs from time to time.
func (w *sweeping) figures(sum *sweep.Summary) {
	seconds := time.Since(w.start).Seconds()
	fmt.Fprintf(w.stderr, "%.1f s, %.0f seeds/s, %.2f million events/s on %s, %.0f virtual seconds per second\n",
		seconds, float64(sum.Done)/seconds, float64(sum.Events)/seconds/1e6, plural(w.plan.Workers, "worker"), float64(sum.Simulated)/1e9/seconds)
}

func (w *sweeping) results(sum *sweep.Summary) sweepResults {
	r := sweepResults{
		Valid: validity(sum.Worst()), Seeds: w.flags.seeds, Complete: sum.Complete, Done: sum.Done, Outcomes: map[string]uint64{}, Verified: sum.Verified,
		Events: sum.Events, Simulated: sum.Simulated, Failures: append([]sweepFailure{}, w.failed...), Sometimes: append([]sweep.MarkCount{}, sum.Marks...), Version: version,
	}
	for o := sweep.Valid; o <= sweep.Internal; o++ {
		r.Outcomes[o.String()] = sum.Counts[o]
	}
	if !sum.Complete {
		r.Next = &sum.Next
	}
	return r
}

// shown are the failing seeds as the formats for CI print them, or the sweep as one if none failed.
func (w *sweeping) shown(sum *sweep.Summary) []shown {
	title := w.setup.base.Model + "-" + w.setup.base.Workload.Name
	if len(w.failed) == 0 {
		v := validity(sum.Worst())
		return []shown{{title: title + " seeds " + w.flags.seeds, summary: w.summary(sum), results: store.Results{Valid: v, Checks: []store.Check{{Name: "seeds " + w.flags.seeds, Valid: v, Reason: w.summary(sum)}}}}}
	}
	var list []shown
	for _, f := range w.failed {
		s := shown{title: fmt.Sprintf("%s seed %d", title, f.Seed), replay: f.Replay, summary: f.Reason}
		if f.results != nil {
			s.results = *f.results
		} else {
			s.results = store.Results{Valid: store.Validity(check.Violation), Checks: []store.Check{{Name: f.Outcome, Valid: store.Validity(check.Violation), Reason: f.Reason}}}
		}
		list = append(list, s)
	}
	return list
}

// validity is the outcome of a sweep in the words of results.json. An internal error is no verdict.
func validity(o sweep.Outcome) store.Validity {
	switch o {
	case sweep.Valid:
		return store.Validity(check.Valid)
	case sweep.Violation:
		return store.Validity(check.Violation)
	}
	return store.Validity(check.Unknown)
}
