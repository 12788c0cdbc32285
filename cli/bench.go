package cli

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"simrun/history/nearest"
	"simrun/models"
	"simrun/trial"
)

// benchFlags are the flags that only bench bugs has.
type benchFlags struct {
	bench                    trial.Bench
	markdown, resume, format string
}

// newBench is the command for known bugs, with the other benches below it.
func newBench(a *app) *cobra.Command {
	cmd := newBenchBugs(a)
	cmd.Use = "bench [BUG...]"
	cmd.Short = "look for every known bug, and say how soon, how often and by which checks it is found"
	cmd.AddCommand(newBenchBugs(a), newRecovery(a), newStaleness(a), newBenchShrink(a), newBenchSearch(a), newElection(a))
	return cmd
}

func newBenchBugs(a *app) *cobra.Command {
	var cf caseFlags
	var bf benchFlags
	cmd := &cobra.Command{
		Use:   "bugs [BUG...]",
		Short: "look for every known bug: what bench does by itself",
		Long: `bench bugs, or bench alone, switches on each known bug of each model, or those that are named, and looks
for it with the default search, without any hint. Its starts take the seeds in order, from 1: a start
ends with the first seed that shows the bug, or at the limit of the bug's tier (E 100, M 2,000, H 50,000
seeds), and the next begins after it. So the starts are independent, and have no seed in common.

The median of the starts comes with an interval of 95 %. Starts that ended at the limit are counted as
such (Kaplan-Meier): a median that they hide is "> 2,000". A search ends early when it has executed --events
events; its last start is then cut short, and the row says so. With the default, the whole bench takes less than an
hour on two cores.

A bug with a plan of faults of its own is looked for with that too, in starts of at most 50 seeds; one
that only its own plan meets was missed by the search. The fixed twin, the same runs without the bug, must be
silent over ten times as many seeds as the median start needed, and at least --twin. A bug that is not
met at all, or a twin that is not silent, is exit code 1.

With --nemesis or --plan the search is that one alone. The speed benches are Go benchmarks: make bench
prints them.`,
		Example: "  simrun bench\n  simrun bench B02 stale-local-read --format json\n  simrun bench bugs --model raft --resume raft.jsonl --markdown raft.md",
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return everyBug(a.models), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			subjects, err := bf.check(a, &cf, args)
			if err != nil {
				return err
			}
			return (&benching{app: a, cmd: cmd, cf: cf, benchFlags: bf}).run(subjects)
		},
	}
	bf.add(cmd)
	cf.add(a, cmd)
	cf.model = ""
	fs := cmd.Flags()
	fs.Lookup("model").DefValue, fs.Lookup("model").Usage = "", "only the bugs of this system: see simrun list models"
	fs.Lookup("bug").Usage = "only this bug, by name or ID: see simrun list bugs (may be repeated)"
	fs.StringVar(&bf.format, "format", "text", "text or json")
	complete(cmd, "format", func() []string { return []string{"text", "json"} })
	return cmd
}

func (f *benchFlags) add(cmd *cobra.Command) {
	fs := cmd.Flags()
	fs.SortFlags = false
	fs.IntVar(&f.bench.Starts, "starts", 20, fmt.Sprintf("`NUMBER` of independent starts of each search; %d at most for bugs of tier H", trial.HardStarts))
	fs.Uint64Var(&f.bench.Events, "events", 60_000_000, "`NUMBER` of events that a search executes at most, and its fixed twin; 0: without bound")
	fs.Uint64Var(&f.bench.Twin, "twin", 500, "`NUMBER` of seeds over which the fixed twin must be silent at least")
	fs.IntVar(&f.bench.Workers, "workers", 0, "`NUMBER` of seeds that are simulated at a time; 0: as many as there are cores")
	fs.StringVar(&f.resume, "resume", "", "`FILE` that keeps each row as soon as it is measured; rows that it has already are not measured again")
	fs.StringVar(&f.markdown, "markdown", "", "`FILE` to write the table to, as a page of Markdown")
}

// check refuses what is wrong before anything runs, and returns the bugs that were asked for.
func (f *benchFlags) check(a *app, cf *caseFlags, args []string) ([]subject, error) {
	if err := oneOf("format of results", f.format, []string{"text", "json"}); err != nil {
		return nil, err
	}
	if f.bench.Starts < 1 || f.bench.Twin < 1 {
		return nil, errors.New("--starts and --twin: expected a number from 1")
	}
	if err := hasFolder("markdown", f.markdown); err != nil {
		return nil, err
	}
	if err := hasFolder("resume", f.resume); err != nil {
		return nil, err
	}
	if f.bench.Workers <= 0 {
		f.bench.Workers = runtime.GOMAXPROCS(0)
	}
	subjects, err := benchSubjects(a.models, cf.model, append(args, cf.bugs...))
	if err != nil {
		return nil, err
	}
	for _, s := range subjects {
		if _, err := prepareBug(*cf, s); err != nil {
			return nil, err
		}
	}
	return subjects, nil
}

// subject is one bug to look for.
type subject struct {
	model models.Model
	bug   models.Bug
}

// benchSubjects are the bugs that were named, by name or ID, of one model or of all; without
// names every one. They come in order of model and ID.
func benchSubjects(known modelList, model string, names []string) ([]subject, error) {
	if model != "" {
		if _, err := known.named(model); err != nil {
			return nil, err
		}
	}
	var all, chosen []subject
	for _, m := range known {
		if model != "" && m.Name != model {
			continue
		}
		bugs := slices.SortedFunc(slices.Values(m.Bugs), func(a, b models.Bug) int { return strings.Compare(a.ID, b.ID) })
		for _, b := range bugs {
			all = append(all, subject{m, b})
		}
	}
	if len(names) == 0 {
		return all, nil
	}
	for _, name := range names {
		if !slices.ContainsFunc(all, func(s subject) bool { return s.named(name) }) {
			return nil, nearest.Unknown("bug", name, namesOf(all))
		}
	}
	for _, s := range all {
		if slices.ContainsFunc(names, s.named) {
			chosen = append(chosen, s)
		}
	}
	return chosen, nil
}

func (s subject) named(name string) bool {
	return string(s.bug.Name) == name || strings.EqualFold(s.bug.ID, name)
}

func namesOf(list []subject) []string {
	var names []string
	for _, s := range list {
		if name := string(s.bug.Name); !slices.Contains(names, name) { // models share some
			names = append(names, name)
		}
	}
	return names
}

// everyBug are the names of the bugs of all models.
func everyBug(known modelList) []string {
	all, _ := benchSubjects(known, "", nil)
	return namesOf(all)
}

// prepareBug is the setup of the search for one bug.
func prepareBug(cf caseFlags, sub subject) (*trial.Setup, error) {
	cf.model, cf.bugs = sub.model.Name, []string{string(sub.bug.Name)}
	return prepare(&cf, &checkFlags{engine: "auto"})
}
