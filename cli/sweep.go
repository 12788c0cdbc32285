package cli

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/spf13/cobra"

	"simrun/check"
	"simrun/internal/count"
	"simrun/sim"
	"simrun/sim/sweep"
	"simrun/trial"
)

// sweepFlags are the flags that only sweep has.
type sweepFlags struct {
	seeds, shard         string
	workers, maxFailures int
	maxCauses, shrink    int
	verify               string
	resume, answer       bool
	seedTime             time.Duration
	seedMemory           string
	maxEvents            uint64
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
and stored. Ctrl-C says what was done and how to go on: with --resume, which ends
with the results of a sweep that was never interrupted.

Failing seeds are grouped by cause: the check that failed first, and the kinds of
evidence that it gives, whatever the names, numbers and times. The first seed of
each cause is made small, as simrun shrink does it, within --shrink simulations
for each cause: more are worth it once you look into one.

A seed that takes more time or memory than it may, say in a handler of the model that never returns, is given
up: it is reported, its outcome is unknown, and the sweep goes on. Seeds run in processes of their own, so that
this is possible; --seed-time 0 --seed-memory 0 runs them in this one.

The first 20 seeds and a share of the others are run twice; where two runs of one
case differ, that is an internal error. It exits with the worst that any seed
showed: an internal error outranks a violation, a violation outranks unknown.`,
		Example: `  simrun sweep --seeds 1-1000
  simrun sweep --seeds 1-100000 --shard 2/5 --max-failures 3
  simrun sweep --seeds 1-100000 --max-failures 0 --max-causes 5
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
			if err := useScenario(cmd, s); err != nil {
				return err
			}
			if err := sf.limit(s); err != nil {
				return err
			}
			w := &sweeping{app: a, flags: &sf, out: &of, again: a.again(cmd, "seeds", "resume")}
			if w.sweep, err = sf.sweep(s); err != nil {
				return err
			}
			b, err := sf.budgets(s)
			if err != nil {
				return err
			}
			if sf.answer {
				return answerSeeds(&w.sweep, a.stdin, a.stdout, b)
			}
			if s.Live() {
				if err := w.live(cmd.Flags().Changed("verify")); err != nil {
					return err
				}
			}
			if w.keeper, err = newKeeper(cmd, w); err != nil {
				return err
			}
			if sf.resume {
				if err := w.keeper.resume(w); err != nil {
					return err
				}
			}
			if a.self != nil && !b.none() && !s.Live() {
				pool := newSeedPool(cmd.Context(), a, b)
				defer pool.close()
				w.sweep.RunSeed = pool.run
			}
			return w.run(cmd.Context())
		},
	}
	fs := cmd.Flags()
	fs.SortFlags = false
	fs.StringVar(&sf.seeds, "seeds", "1-1000", "`RANGE` of seeds, both ends included")
	fs.IntVar(&sf.workers, "workers", 0, "`NUMBER` of seeds that are simulated at a time; 0: as many as there are cores")
	fs.StringVar(&sf.shard, "shard", "", "`I/N`: only the I-th of N parts of the seeds, for several machines")
	fs.IntVar(&sf.maxFailures, "max-failures", 10, "`NUMBER` of failing seeds after which to stop, of whatever cause; 0: never")
	fs.IntVar(&sf.maxCauses, "max-causes", 0, "`NUMBER` of different causes after which to stop; 0: never")
	fs.IntVar(&sf.shrink, "shrink", 300, "`NUMBER` of simulations at most to make the first seed of each cause small; 0: none is")
	fs.StringVar(&sf.verify, "verify", "1/50", "`SHARE` of the seeds that are run twice and compared, after the first 20, which all are; 0: none")
	fs.BoolVar(&sf.resume, "resume", false, "go on with the sweep that was interrupted, or stopped after its failures")
	sf.addBudgets(cmd)
	cf.add(a, cmd)
	kf.add(cmd, "that of the workload")
	of.add(cmd)
	return cmd
}

// sweep is the sweep that the flags describe.
func (f *sweepFlags) sweep(s *trial.Setup) (trial.Sweep, error) {
	p := trial.Sweep{Setup: *s, Workers: f.workers, MaxFailures: f.maxFailures, MaxCauses: f.maxCauses}
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
	for _, n := range []struct {
		flag string
		n    int
		zero string
	}{{"max-failures", f.maxFailures, "never"}, {"max-causes", f.maxCauses, "never"}, {"shrink", f.shrink, "none"}} {
		if n.n < 0 {
			return p, fmt.Errorf("--%s %d: expected a number from 0, which means %s", n.flag, n.n, n.zero)
		}
	}
	share, err := parseRatio("verify", f.verify)
	if err != nil {
		return p, err
	}
	if share.Num > 0 {
		p.VerifyOneIn = uint64(max(1, share.Den/share.Num))
	}
	return p, nil
}

// sweeping is a sweep under way.
type sweeping struct {
	*app
	flags  *sweepFlags
	out    *outFlags
	sweep  trial.Sweep
	again  string // the command line but for --seeds
	bar    bar
	start  time.Time
	done   int
	events uint64
	failed []sweepFailure
	causes []sweepCause // of the failing seeds
	known  []sweepCause // of them, those that an earlier sweep made small
	keeper *keeper
	broken error // why failing seeds are no longer stored
	unkept error // why it is not written down how far the sweep is
}

// sweepFailure is a failing seed as --format json lists it.
type sweepFailure struct {
	Seed    sim.Seed `json:"seed"`
	Outcome string   `json:"outcome"`
	Reason  string   `json:"reason"`
	Cause   int      `json:"cause"` // its number, from 1
	Folder  string   `json:"folder,omitempty"`
	Replay  string   `json:"replay"`
	results *trial.Results
}

// sweepResults is a sweep as --format json prints it.
type sweepResults struct {
	Outcome   check.Outcome        `json:"valid"`
	Seeds     string               `json:"seeds"`
	Complete  bool                 `json:"complete"`
	Next      *sim.Seed            `json:"next,omitempty"` // seed to go on with, if it is not complete
	Done      uint64               `json:"done"`
	Outcomes  map[string]uint64    `json:"outcomes"`
	Verified  uint64               `json:"verified"`
	Events    uint64               `json:"events"`
	Simulated sim.Time             `json:"simulated_ns"`
	Failures  []sweepFailure       `json:"failures"`
	Causes    []sweepCause         `json:"causes"`
	Exercise  trial.ExerciseSpread `json:"exercise"`
	Little    uint64               `json:"little"` // valid seeds whose verdict means little
	Sometimes []trial.MarkCount    `json:"sometimes"`
	Live      string               `json:"live,omitempty"` // the seeds were run in real time: what that means
	Version   string               `json:"version"`
}

// live prepares a sweep in real time: one seed at a time unless told otherwise, since seeds that share a machine disturb each other, and none
// twice. It says how long that takes.
func (w *sweeping) live(verify bool) error {
	if verify && w.sweep.VerifyOneIn > 0 {
		return fmt.Errorf("--verify %s: the program runs natively, in real time, where no two runs are the same", w.flags.verify)
	}
	w.sweep.VerifyOneIn = 0
	if w.flags.workers == 0 {
		w.sweep.Workers = 1
	}
	n := (uint64(w.sweep.Last-w.sweep.First) + 1) / max(w.sweep.Shards, 1)
	each := time.Duration(w.sweep.Base.Duration)
	fmt.Fprintf(w.stderr, "in real time: %s of %v and the time to recover, on %s, take %v or more; %s\n", count.Of(n, "seed"), each,
		count.Of(w.sweep.Workers, "worker"), (time.Duration(n/uint64(w.sweep.Workers)) * each).Round(time.Second), notRepeatable)
	return nil
}

// notRepeatable is said of runs in real time.
const notRepeatable = "the same seed gives the same faults, not the same run"

func (w *sweeping) run(parent context.Context) error {
	ctx, cancel := context.WithCancel(parent)
	defer cancel()
	collectLess()
	w.start = time.Now()
	steps := int64(-1)
	if n := (uint64(w.sweep.Last-w.sweep.First) + 1) / max(w.sweep.Shards, 1); n > 0 && n < 1<<62 {
		steps = int64(n)
	}
	w.bar = w.progress("sweep", steps)
	for i := range w.failed {
		w.printFailure(&w.failed[i])
	}
	var internal *trial.InternalError
	w.sweep.Each = func(r *trial.Report) {
		if w.each(parent, r); errors.As(w.broken, &internal) {
			cancel()
		}
		if w.unkept == nil {
			w.unkept = w.keeper.keep(w, false)
		}
	}
	sum, tally := w.sweep.Do(ctx)
	w.bar.end()
	if internal != nil {
		return w.broken
	}
	if err := w.shrinkCauses(parent, tally); err != nil {
		return err
	}
	if err := w.keepOrForget(sum.Complete && parent.Err() == nil); err != nil {
		fmt.Fprintf(w.stderr, "simrun: it could not be written down how far the sweep is: %v\n", err)
	}
	if err := w.print(&sum, tally); err != nil {
		return err
	}
	w.figures(&sum, tally)
	if w.broken != nil && parent.Err() == nil {
		fmt.Fprintf(w.stderr, "simrun: %v\n", w.broken)
	}
	w.code = exitOf(tally.Outcome())
	if _, err := tally.Err(); err != nil {
		w.code = exitInternal
	}
	if parent.Err() != nil && w.code != exitViolation && w.code != exitInternal {
		w.code = w.interrupted()
	}
	w.sayHowToGoOn(&sum, tally, parent.Err() != nil)
	return nil
}

// sayHowToGoOn says why a sweep ended before its last seed, and with which command it goes on.
func (w *sweeping) sayHowToGoOn(sum *sweep.Summary, tally *trial.Tally, interrupted bool) {
	switch {
	case interrupted:
		fmt.Fprintf(w.stderr, "interrupted after %s; go on with:\n  %s --seeds %s --resume\n", count.Of(sum.Done, "seed"), w.again, w.flags.seeds)
	case sum.Complete:
	default:
		why := count.Of(sum.Failures, "failing seed")
		if w.flags.maxCauses > 0 && len(tally.Causes) >= w.flags.maxCauses {
			why += " of " + count.Of(len(tally.Causes), "cause")
		}
		fmt.Fprintf(w.stderr, "stopped after %s; go on with:\n  %s --seeds %d-%d\n", why, w.again, sum.Next, w.sweep.Last)
	}
}

// each takes the report of one seed, in order.
func (w *sweeping) each(ctx context.Context, r *trial.Report) {
	w.done++
	w.events += r.Events
	w.bar.add(1)
	if seconds := time.Since(w.start).Seconds(); seconds > 0 && w.done%8 == 0 {
		w.bar.describe(fmt.Sprintf("sweep: %d failing, %.0f seeds/s, %.1f million events/s", len(w.failed), float64(w.done)/seconds, float64(w.events)/seconds/1e6))
	}
	if !r.Failure() {
		return
	}
	f := sweepFailure{Seed: r.Seed, Outcome: r.Word(), Reason: r.Summary, Replay: fmt.Sprintf("%s --seeds %d", w.again, r.Seed)} // until it is stored
	if (r.Err == nil && !r.GivenUp || r.Disagrees) && w.broken == nil {
		if err := w.storeFailure(ctx, &f, r.Run); err != nil {
			w.broken = err
		}
	}
	f.Cause = r.Number
	w.failed = append(w.failed, f)
	w.printFailure(&f)
}

// printFailure prints a failing seed as soon as it is known, for people.
func (w *sweeping) printFailure(f *sweepFailure) {
	if w.out.format != "text" {
		return
	}
	w.bar.wipe()
	where := f.Folder
	if where == "" {
		where = "not stored"
	}
	fmt.Fprintf(w.stdout, "seed %d  %s  %s\n  %s\n", f.Seed, f.Outcome, where, printable(f.Reason))
}

// keepOrForget writes down how far the sweep is, if it is not over.
func (w *sweeping) keepOrForget(over bool) error {
	switch {
	case w.unkept != nil:
		return w.unkept
	case over:
		return w.keeper.forget()
	}
	return w.keeper.keep(w, true)
}

// storeFailure runs a failing seed again with a trace, and stores it. A run in real time is given, and is not run again.
func (w *sweeping) storeFailure(ctx context.Context, f *sweepFailure, t *trial.Run) (err error) {
	if t == nil {
		if t, err = w.sweep.Run(f.Seed, true); err != nil {
			return err
		}
	}
	if t.Outcome != check.Violation && t.Disagreement == nil {
		return &trial.InternalError{Err: fmt.Errorf("seed %d failed in the sweep, but not when it ran again with a trace: %s", f.Seed, f.Reason)}
	}
	if f.Folder, err = w.save(ctx, w.out.out, t); err != nil {
		return err
	}
	res, err := t.Results()
	f.results, f.Replay = &res, w.program+" replay "+quote(f.Folder)
	return err
}

// print prints what came out of the sweep to stdout.
func (w *sweeping) print(sum *sweep.Summary, tally *trial.Tally) error {
	switch w.out.format {
	case "json":
		return encodeJSON(w.stdout, w.results(sum, tally))
	case "junit":
		return printJUnit(w.stdout, w.shown(sum, tally))
	case "github":
		for _, s := range w.shown(sum, tally) {
			if err := printGitHub(w.stdout, s); err != nil {
				return err
			}
		}
		return nil
	}
	w.printCauses()
	w.printMarks(tally)
	w.printExercise(tally)
	fmt.Fprintln(w.stdout, painter(w.color()).verdict(w.outcome(tally), w.summary(sum, tally)))
	return nil
}

// printMarks says how often each state worth reaching was reached.
func (w *sweeping) printMarks(tally *trial.Tally) {
	if len(tally.Marks) == 0 {
		return
	}
	rows := [][]string{{"sometimes", "seeds", "times"}}
	for _, m := range tally.Marks {
		rows = append(rows, []string{m.Name, count.Grouped(m.Seeds), count.Grouped(m.Count)})
	}
	printTable(w.stdout, "  ", rows)
	if names := tally.Unreached(); len(names) > 0 {
		fmt.Fprintf(w.stdout, "\n  never reached: %s\n", joinStrings(names))
	}
	fmt.Fprintln(w.stdout)
}

// printExercise says how much the seeds exercised.
func (w *sweeping) printExercise(tally *trial.Tally) {
	e := &tally.Exercise
	rows := [][]string{{"exercised", "least", "median", "most"}}
	for _, r := range []struct {
		what string
		s    *trial.Spread
	}{{"operations that changed the state", &e.Changes}, {"leaders", &e.Leaders}, {"restarts", &e.Restarts}} {
		if r.s.Most() > 0 {
			rows = append(rows, []string{r.what, count.Grouped(r.s.Least()), count.Grouped(r.s.Median()), count.Grouped(r.s.Most())})
		}
	}
	if len(rows) > 1 {
		printTable(w.stdout, "  ", rows)
	}
	if e.Faults > 0 {
		fmt.Fprintf(w.stdout, "  %s of %s fired (%s)\n", count.Grouped(e.Fired), count.Of(e.Faults, "fault"), count.Share(e.Fired, e.Faults))
	}
	if tally.Little > 0 {
		fmt.Fprintf(w.stdout, "  the verdict of %s means little: %s\n", count.Of(tally.Little, "valid seed"), trial.WhyLittle)
	}
	fmt.Fprintln(w.stdout)
}

// outcome is that of the sweep. An internal error is not a verdict.
func (w *sweeping) outcome(tally *trial.Tally) check.Outcome {
	if _, err := tally.Err(); err != nil {
		return check.Unknown
	}
	return tally.Outcome()
}

// summary is the sweep in one sentence.
func (w *sweeping) summary(sum *sweep.Summary, tally *trial.Tally) string {
	var parts []string
	for _, word := range trial.Words() {
		if n := tally.Counts[word]; n > 0 {
			parts = append(parts, tallied(n, word))
		}
	}
	s := count.Of(sum.Done, "seed")
	if len(parts) > 0 {
		s += ": " + joinStrings(parts)
	}
	same := count.Grouped(tally.Verified) + " run twice and equal"
	if w.sweep.Live() {
		same = "in real time, not deterministic"
	}
	return fmt.Sprintf("%s; %s; %s events", s, same, count.Grouped(tally.Events))
}

// tallied says how many seeds had an outcome: "3 violations", "997 valid".
func tallied(n uint64, word string) string {
	switch word {
	case check.Valid.String(), check.Unknown.String(), "given up":
		return count.Grouped(n) + " " + word
	}
	return count.Of(n, word)
}

// figures prints to stderr how fast it went, which differs from time to time.
func (w *sweeping) figures(sum *sweep.Summary, tally *trial.Tally) {
	seconds := time.Since(w.start).Seconds()
	fmt.Fprintf(w.stderr, "%.1f s, %.0f seeds/s, %.2f million events/s on %s, %.0f virtual seconds per second\n",
		seconds, float64(sum.Done)/seconds, float64(tally.Events)/seconds/1e6, count.Of(w.sweep.Workers, "worker"), float64(tally.Simulated)/1e9/seconds)
}

func (w *sweeping) results(sum *sweep.Summary, tally *trial.Tally) sweepResults {
	r := sweepResults{
		Outcome: w.outcome(tally), Seeds: w.flags.seeds, Complete: sum.Complete, Done: sum.Done, Outcomes: map[string]uint64{}, Verified: tally.Verified,
		Events: tally.Events, Simulated: tally.Simulated, Failures: append([]sweepFailure{}, w.failed...), Causes: append([]sweepCause{}, w.causes...), Exercise: tally.Exercise, Little: tally.Little,
		Sometimes: append([]trial.MarkCount{}, tally.Marks...), Version: trial.Version,
	}
	for _, word := range trial.Words() {
		r.Outcomes[word] = tally.Counts[word]
	}
	if !sum.Complete {
		r.Next = &sum.Next
	}
	if w.sweep.Live() {
		r.Live = "real time, not deterministic: " + notRepeatable
	}
	return r
}

// shown are the causes as the formats for CI print them, or the sweep as one if no seed failed.
func (w *sweeping) shown(sum *sweep.Summary, tally *trial.Tally) []shown {
	title := w.sweep.Base.Model + "-" + w.sweep.Base.Workload.Name
	if len(w.failed) == 0 {
		o, s := w.outcome(tally), w.summary(sum, tally)
		return []shown{{title: title + " seeds " + w.flags.seeds, summary: s, results: trial.Results{Outcome: o, Checks: []trial.Check{{Name: "seeds " + w.flags.seeds, Outcome: o, Reason: s}}}}}
	}
	var list []shown
	for i := range w.causes {
		list = append(list, w.shownCause(title, i))
	}
	return list
}
