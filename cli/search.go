package cli

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"simrun/check"
	"simrun/internal/count"
	"simrun/models"
	"simrun/sim"
	"simrun/trial"
	"simrun/trial/search"
)

// searchFlags are the flags that only search has.
type searchFlags struct {
	runs                 uint64
	seed                 string
	workers, maxFailures int
	blind                bool
}

func newSearch(a *app) *cobra.Command {
	var cf caseFlags
	var kf checkFlags
	var of outFlags
	var sf searchFlags
	cmd := &cobra.Command{
		Use:   "search",
		Short: "look for failing runs with a search that learns from what runs reach, and store the failing ones",
		Long: `search draws more of each case than a sweep does: plans in which what happens belongs together, the
options of the model, the number of nodes and clients, the workload, a mix of operations that changes
over time, late and repeated requests, and sites of the model's own code. What a flag names stays as it
is. It watches which states each run reaches, draws more of what reached something new, and changes the
cases that did.

The seed of the search decides it, whatever the number of workers. A failing run is stored with its case,
which replays and shrinks alone. Runs of one case that differ are looked for all along, most of all in
the first runs. It exits as sweep does.`,
		Example: `  simrun search --runs 2000
  simrun search --bug vote-not-persisted --seed 1 --max-failures 1
  simrun search --model vr --nodes 5 --runs 500 --format json`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := of.check(); err != nil {
				return err
			}
			s, err := prepare(&cf, &kf)
			if err != nil {
				return err
			}
			if s.Live() {
				return fmt.Errorf("search: the program runs natively, in real time, where nothing can be learnt from what runs reach; use sweep")
			}
			w := &searching{app: a, out: &of, again: a.again(cmd, "seed")}
			if w.search, err = sf.search(s, freeOf(cmd, s)); err != nil {
				return err
			}
			return w.run(cmd.Context())
		},
	}
	fs := cmd.Flags()
	fs.SortFlags = false
	fs.Uint64Var(&sf.runs, "runs", 1000, "`NUMBER` of runs at most")
	fs.StringVar(&sf.seed, "seed", "", "`SEED` of the search (default: a fresh one, printed)")
	fs.IntVar(&sf.workers, "workers", 0, "`NUMBER` of runs that are simulated at a time; 0: as many as there are cores")
	fs.IntVar(&sf.maxFailures, "max-failures", 10, "`NUMBER` of failing runs after which to stop; 0: never")
	fs.BoolVar(&sf.blind, "blind", false, "learn nothing, for comparison: draw each run alike")
	cf.add(a, cmd)
	kf.add(cmd, "that of the workload")
	of.add(cmd)
	return cmd
}

// search is the search that the flags describe.
func (f *searchFlags) search(s *trial.Setup, free search.Free) (search.Search, error) {
	p := search.Search{Setup: *s, Free: free, Runs: f.runs, Workers: f.workers, MaxFailures: f.maxFailures, Verify: true, Blind: f.blind}
	switch {
	case f.runs == 0:
		return p, fmt.Errorf("--runs 0: expected a number from 1")
	case f.workers < 0:
		return p, fmt.Errorf("--workers %d: expected a number from 1, or 0 for all cores", f.workers)
	case f.maxFailures < 0:
		return p, fmt.Errorf("--max-failures %d: expected a number from 0, which means never", f.maxFailures)
	}
	if p.Workers == 0 {
		p.Workers = runtime.GOMAXPROCS(0)
	}
	p.Seed = freshSeed()
	var err error
	if f.seed != "" {
		if p.Seed, err = sim.ParseSeed(f.seed); err != nil {
			return p, fmt.Errorf("--%w", err)
		}
	}
	return p, nil
}

// freeOf says what a search may draw: what no flag names, and no bug needs.
func freeOf(cmd *cobra.Command, s *trial.Setup) search.Free {
	free := search.FreeFor(models.Bug{})
	for _, name := range s.Base.Bugs {
		if b, err := s.Model.Bug(string(name)); err == nil && b.Workload != "" {
			free.Workload, free.Keys = false, false
		}
	}
	for flag, part := range map[string]*bool{
		"nodes": &free.Nodes, "clients": &free.Clients, "workload": &free.Workload, "mix": &free.Mix, "keys": &free.Keys, "rate": &free.Rate,
		"buggify": &free.Sites, "nemesis": &free.Plan,
	} {
		*part = *part && !cmd.Flags().Changed(flag)
	}
	free.Size = free.Size && !cmd.Flags().Changed("ops") && !cmd.Flags().Changed("duration")
	if cmd.Flags().Changed("program") { // its workload decides what it is
		free.Workload = false
	}
	return free
}

// searching is a search under way.
type searching struct {
	*app
	out    *outFlags
	search search.Search
	again  string // the command line but for --seed
	bar    bar
	failed []searchFailure
	broken error // why failing runs are no longer stored
}

// searchFailure is a failing run as --format json lists it.
type searchFailure struct {
	Run     uint64          `json:"run"`
	Seed    sim.Seed        `json:"seed"` // of the case
	Outcome string          `json:"outcome"`
	Reason  string          `json:"reason"`
	Drawn   []search.Choice `json:"drawn"`
	Folder  string          `json:"folder,omitempty"`
	Replay  string          `json:"replay,omitempty"`
	results *trial.Results
}

// searchResults is a search as --format json prints it.
type searchResults struct {
	Outcome   check.Outcome      `json:"valid"`
	Seed      sim.Seed           `json:"seed"`
	Complete  bool               `json:"complete"`
	Runs      uint64             `json:"runs"`
	Verified  uint64             `json:"verified"`
	Unknown   uint64             `json:"unknown"`
	Events    uint64             `json:"events"`
	Features  uint64             `json:"features"` // that were reached
	Failures  []searchFailure    `json:"failures"`
	Arms      []search.ArmReport `json:"arms"`
	Sometimes []trial.MarkCount  `json:"sometimes"`
	Sites     []sim.SiteUse      `json:"buggify"`
	Version   string             `json:"version"`
}

func (w *searching) run(ctx context.Context) error {
	collectLess()
	start := time.Now()
	if w.out.format == "text" {
		fmt.Fprintf(w.stdout, "search %d\n", w.search.Seed)
	}
	w.bar = w.progress("search", int64(w.search.Runs))
	w.search.Each = func(r *search.Report) { w.each(ctx, r) }
	sum, err := w.search.Do(ctx)
	w.bar.end()
	if err != nil {
		return err
	}
	if err := w.print(&sum); err != nil {
		return err
	}
	seconds := time.Since(start).Seconds()
	fmt.Fprintf(w.stderr, "%.1f s, %.0f runs/s on %s\n", seconds, float64(sum.Runs)/seconds, count.Of(w.search.Workers, "worker"))
	if w.broken != nil && ctx.Err() == nil {
		fmt.Fprintf(w.stderr, "simrun: %v\n", w.broken)
	}
	w.code = exitOf(outcomeOf(&sum))
	if slices.ContainsFunc(sum.Failures, func(r *search.Report) bool { return r.Err != nil }) {
		w.code = exitInternal
	}
	if ctx.Err() != nil && w.code != exitViolation && w.code != exitInternal {
		w.code = w.interrupted()
	}
	if !sum.Complete {
		fmt.Fprintf(w.stderr, "stopped after %s; the same search again:\n  %s --seed %d\n", count.Of(sum.Runs, "run"), w.again, w.search.Seed)
	}
	return nil
}

// outcomeOf is the worst that a run showed. An internal error is not an outcome.
func outcomeOf(sum *search.Summary) check.Outcome {
	o := check.Valid
	if sum.Unknown > 0 {
		o = check.Unknown
	}
	for _, r := range sum.Failures {
		if r.Err == nil {
			o = check.Violation
		}
	}
	return o
}

// each takes the report of one run, in order.
func (w *searching) each(ctx context.Context, r *search.Report) {
	w.bar.add(1)
	if !r.Failure() {
		return
	}
	f := searchFailure{Run: r.Run, Seed: r.Case.Seed, Outcome: r.Outcome.String(), Reason: r.Summary, Drawn: append([]search.Choice{}, r.Drawn...)}
	if r.Err != nil {
		f.Outcome = "internal error"
	}
	if r.Err == nil && w.broken == nil {
		w.broken = w.storeFailure(ctx, &f, r)
	}
	w.failed = append(w.failed, f)
	if w.out.format != "text" {
		return
	}
	w.bar.wipe()
	where := f.Folder
	if where == "" {
		where = "not stored"
	}
	fmt.Fprintf(w.stdout, "run %d  %s  %s\n  %s\n  drawn: %s\n", f.Run, f.Outcome, where, printable(f.Reason), drawnText(f.Drawn))
}

// drawnText says what was drawn for a run.
func drawnText(list []search.Choice) string {
	parts := make([]string, len(list))
	for i, c := range list {
		parts[i] = c.Axis + " " + c.Value
	}
	if len(parts) == 0 {
		return "all as usual"
	}
	return strings.Join(parts, ", ")
}

// storeFailure runs a failing case again with a trace, and stores it.
func (w *searching) storeFailure(ctx context.Context, f *searchFailure, r *search.Report) error {
	t, err := trial.Simulate(w.search.Model, r.Case, true, w.search.Spec, w.search.Options)
	if err != nil {
		return err
	}
	if t.Outcome != check.Violation {
		return &trial.InternalError{Err: fmt.Errorf("run %d failed in the search, but its case did not when it ran again with a trace: %s", r.Run, r.Summary)}
	}
	if f.Folder, err = w.save(ctx, w.out.out, t); err != nil {
		return err
	}
	res, err := t.Results()
	f.results, f.Replay = &res, w.program+" replay "+quote(f.Folder)
	return err
}

// print prints what came out of the search to stdout.
func (w *searching) print(sum *search.Summary) error {
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
	w.printArms(sum)
	w.printReached(sum)
	fmt.Fprintln(w.stdout, painter(w.color()).verdict(outcomeOf(sum), searchText(sum)))
	return nil
}

// printArms says what was drawn how often, and what came of it.
func (w *searching) printArms(sum *search.Summary) {
	rows := [][]string{{"drawn", "", "runs", "new", "failing"}}
	last := ""
	for _, a := range sum.Arms {
		axis := a.Axis
		if axis == last {
			axis = ""
		}
		last = a.Axis
		rows = append(rows, []string{axis, a.Value, count.Grouped(a.Runs), count.Grouped(a.Novel), count.Grouped(a.Failures)})
	}
	fmt.Fprintln(w.stdout)
	printTable(w.stdout, "  ", rows)
	fmt.Fprintln(w.stdout)
}

// printReached says which states worth reaching no run reached, and which sites never fired.
func (w *searching) printReached(sum *search.Summary) {
	var marks, sites []string
	for _, m := range sum.Marks {
		if m.Count == 0 {
			marks = append(marks, m.Name)
		}
	}
	for _, s := range sum.Sites {
		if s.Fired == 0 {
			sites = append(sites, string(s.Site))
		}
	}
	if len(marks) > 0 {
		fmt.Fprintf(w.stdout, "  never reached: %s\n", joinStrings(marks))
	}
	if len(sites) > 0 {
		fmt.Fprintf(w.stdout, "  sites that never fired: %s\n", joinStrings(sites))
	}
	if len(marks)+len(sites) > 0 {
		fmt.Fprintln(w.stdout)
	}
}

// searchText is the search in one sentence.
func searchText(sum *search.Summary) string {
	s := fmt.Sprintf("%s, %s failing", count.Of(sum.Runs, "run"), count.Grouped(len(sum.Failures)))
	if sum.Unknown > 0 {
		s += fmt.Sprintf(", %s unknown", count.Grouped(sum.Unknown))
	}
	return s + fmt.Sprintf("; %s run twice and compared; %s reached; %s events", count.Grouped(sum.Verified), count.Of(sum.Features, "feature"), count.Grouped(sum.Events))
}

func (w *searching) results(sum *search.Summary) searchResults {
	return searchResults{
		Outcome: outcomeOf(sum), Seed: w.search.Seed, Complete: sum.Complete, Runs: sum.Runs, Verified: sum.Verified, Unknown: sum.Unknown, Events: sum.Events,
		Features: sum.Features, Failures: append([]searchFailure{}, w.failed...), Arms: sum.Arms, Sometimes: append([]trial.MarkCount{}, sum.Marks...),
		Sites: append([]sim.SiteUse{}, sum.Sites...), Version: trial.Version,
	}
}

// shown are the failing runs as the formats for CI print them, or the search as one if none failed.
func (w *searching) shown(sum *search.Summary) []shown {
	title := fmt.Sprintf("%s search %d", w.search.Model.Name, w.search.Seed)
	if len(w.failed) == 0 {
		o, s := outcomeOf(sum), searchText(sum)
		return []shown{{title: title, summary: s, results: trial.Results{Outcome: o, Checks: []trial.Check{{Name: title, Outcome: o, Reason: s}}}}}
	}
	var list []shown
	for _, f := range w.failed {
		s := shown{title: fmt.Sprintf("%s run %d", title, f.Run), replay: f.Replay, summary: f.Reason}
		if s.results = (trial.Results{Outcome: check.Violation, Checks: []trial.Check{{Name: f.Outcome, Outcome: check.Violation, Reason: f.Reason}}}); f.results != nil {
			s.results = *f.results
		}
		list = append(list, s)
	}
	return list
}
