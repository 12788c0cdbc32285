package cli

import (
	"context"
	"errors"
	"fmt"
	"runtime"

	"github.com/spf13/cobra"

	"simrun/internal/count"
	"simrun/trial/search"
)

// benchSearchFlags are the flags of bench search.
type benchSearchFlags struct {
	model, format string
	workers       int
	bench         search.Bench
}

func newBenchSearch(a *app) *cobra.Command {
	var f benchSearchFlags
	cmd := &cobra.Command{
		Use:   "search [BUG...]",
		Short: "compare search with the swarm of sweep on known bugs: runs and events until each is found",
		Long: `bench search looks for each known bug, or those that are named, from several independent starts: by a
sweep of the default nemesis, and by search, with the same number of runs at most. It prints how many runs each takes
in the mean, the geometric mean of the ratio over all bugs that both find, with a 95 % interval (by a
bootstrap over bugs and starts), the same for events, and which bugs only one of them finds. A bug that the swarm finds
and search does not is exit code 1.`,
		Example: "  simrun bench search --model raft --starts 5 --runs 300\n  simrun bench search B02 B26 --format json",
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return everyBug(a.models), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := oneOf("format of results", f.format, []string{"text", "json"}); err != nil {
				return err
			}
			if f.bench.Starts < 1 || f.bench.Runs < 1 {
				return errors.New("--starts and --runs: expected a number from 1")
			}
			if f.workers < 0 {
				return fmt.Errorf("--workers %d: expected a number from 1, or 0 for all cores", f.workers)
			}
			if f.bench.Workers = f.workers; f.workers == 0 {
				f.bench.Workers = runtime.GOMAXPROCS(0)
			}
			subjects, err := benchSubjects(a.models, f.model, args)
			if err != nil {
				return err
			}
			return a.benchSearch(cmd.Context(), subjects, &f)
		},
	}
	fs := cmd.Flags()
	fs.SortFlags = false
	fs.StringVar(&f.model, "model", "", "only the bugs of this system: see simrun list models")
	fs.IntVar(&f.bench.Starts, "starts", 10, "`NUMBER` of independent starts of each")
	fs.Uint64Var(&f.bench.Runs, "runs", 300, "`NUMBER` of runs from each start at most")
	fs.Uint64Var(&f.bench.Seed, "seed", 1, "`SEED` of the first start; the others follow")
	fs.IntVar(&f.workers, "workers", 0, "`NUMBER` of runs that are simulated at a time; 0: as many as there are cores")
	fs.BoolVar(&f.bench.Blind, "blind", false, "compare with a search that learns nothing")
	fs.StringVar(&f.format, "format", "text", "text or json")
	complete(cmd, "format", func() []string { return []string{"text", "json"} })
	return cmd
}

// searchRow is what became of one bug.
type searchRow struct {
	item
	search.Pair
	Ratio search.Ratio `json:"ratio"` // of runs, in thousandths; 0: one of them never found it
}

// searchBench is what bench search prints as JSON. Ratios are in thousandths.
type searchBench struct {
	Starts int             `json:"starts"`
	Budget uint64          `json:"budget"`
	Bugs   []searchRow     `json:"bugs"`
	Runs   search.Interval `json:"runs"`
	Events search.Interval `json:"events"`
	Lost   []string        `json:"lost"`   // that the swarm alone found
	Gained []string        `json:"gained"` // that the search alone found
	Missed []string        `json:"missed"` // that neither found
}

func (a *app) benchSearch(ctx context.Context, subjects []subject, f *benchSearchFlags) error {
	collectLess()
	out := searchBench{Starts: f.bench.Starts, Budget: f.bench.Runs, Bugs: []searchRow{}, Lost: []string{}, Gained: []string{}, Missed: []string{}}
	var pairs []search.Pair
	for i, s := range subjects {
		bar := a.progress(fmt.Sprintf("bench %d/%d: %s", i+1, len(subjects), s.bug.Name), int64(f.bench.Starts))
		p, err := f.bench.Compare(ctx, s.model, s.bug, func() { bar.add(1) })
		bar.end()
		if err != nil {
			if ctx.Err() != nil {
				err = fmt.Errorf("%w: %w", errInterrupted, err)
			}
			return err
		}
		pairs = append(pairs, p)
		out.Bugs = append(out.Bugs, searchRow{bugItem(s.model.Name, s.bug), p, p.Ratio()})
		name := s.model.Name + " " + string(s.bug.Name)
		switch swarm, found := p.Swarm.Hits() > 0, p.Search.Hits() > 0; {
		case swarm && !found:
			out.Lost = append(out.Lost, name)
			a.code = exitViolation
		case !swarm && found:
			out.Gained = append(out.Gained, name)
		case !swarm:
			out.Missed = append(out.Missed, name)
		}
	}
	out.Runs, out.Events = search.MeanOfRuns(pairs), search.MeanOfEvents(pairs)
	if f.format == "json" {
		return encodeJSON(a.stdout, out)
	}
	a.printSearchBench(&out)
	return nil
}

// printSearchBench prints a row for each bug, then the means.
func (a *app) printSearchBench(out *searchBench) {
	table := [][]string{{"model", "bug", "id", "tier", "swarm", "runs", "search", "runs", "ratio"}}
	for _, r := range out.Bugs {
		row := []string{r.Model, r.Name, r.ID, r.Tier}
		for _, s := range []*search.Spent{&r.Swarm, &r.Search} {
			runs := "-"
			if s.Hits() > 0 {
				runs = count.Grouped(s.MeanRuns())
			}
			row = append(row, fmt.Sprintf("%d of %d", s.Hits(), len(s.Found)), runs)
		}
		ratio := "-"
		if r.Ratio > 0 {
			ratio = ratioText(r.Ratio)
		}
		table = append(table, append(row, ratio))
	}
	printTable(a.stdout, "", table)
	fmt.Fprintln(a.stdout)
	both := len(out.Bugs) - len(out.Lost) - len(out.Gained) - len(out.Missed)
	fmt.Fprintf(a.stdout, "%s that both find, within %s from each of %s: search takes %s times fewer runs (geometric mean), and %s times fewer events\n",
		count.Of(both, "bug"), count.Of(out.Budget, "run"), count.Of(out.Starts, "start"), intervalText(out.Runs), intervalText(out.Events))
	for _, l := range []struct {
		what  string
		names []string
	}{{"found by the swarm alone", out.Lost}, {"found by search alone", out.Gained}, {"found by neither", out.Missed}} {
		if len(l.names) > 0 {
			fmt.Fprintf(a.stdout, "%s: %s\n", l.what, joinStrings(l.names))
		}
	}
}

// ratioText is a ratio for people: "1.52".
func ratioText(r search.Ratio) string { return fmt.Sprintf("%d.%02d", r/1000, r%1000/10) }

func intervalText(i search.Interval) string {
	return fmt.Sprintf("%s (95 %%: %s to %s)", ratioText(i.Mean), ratioText(i.Low), ratioText(i.High))
}
