package cli

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"simrun/history/nearest"
	"simrun/internal/count"
	"simrun/models"
	"simrun/trial"
)

// benchFlags are the flags that only bench has.
type benchFlags struct {
	seeds, twin uint64
	markdown    string
}

func newBench(a *app) *cobra.Command {
	var cf caseFlags
	var bf benchFlags
	var format string
	cmd := &cobra.Command{
		Use:   "bench [BUG...]",
		Short: "look for every known bug, and say how soon, how often and by which checks it is found",
		Long: `bench switches on each known bug of each model, or those that are named, and simulates seeds
from 1. It says which seed was the first to show the bug, how many of the first --seeds did, which checks
saw it, and whether the fixed twin, the same runs without the bug, is silent.

Where a bug brings a plan of faults of its own, that is used unless --nemesis or --plan is given; it
must lead to the bug within 50 seeds. Else the bug's tier bounds the search: E 100, M 2,000, H 50,000.
A bug that is not found within its bound, or a twin that is not silent, is exit code 1.

The speed benches are Go benchmarks: make bench prints them.`,
		Example: "  simrun bench\n  simrun bench B02 stale-local-read --format json\n  simrun bench B13 --nemesis swarm",
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return everyBug(a.models), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := oneOf("format of results", format, []string{"text", "json"}); err != nil {
				return err
			}
			if bf.seeds == 0 || bf.twin == 0 {
				return errors.New("--seeds and --twin: expected a number of seeds from 1")
			}
			if err := hasFolder("markdown", bf.markdown); err != nil {
				return err
			}
			subjects, err := benchSubjects(a.models, cf.model, append(args, cf.bugs...))
			if err != nil {
				return err
			}
			b := &benching{app: a, cmd: cmd, bench: trial.Bench{Seeds: bf.seeds, Twin: bf.twin, Workers: runtime.GOMAXPROCS(0)}}
			return b.run(&cf, subjects, format, bf.markdown)
		},
	}
	fs := cmd.Flags()
	fs.SortFlags = false
	fs.Uint64Var(&bf.seeds, "seeds", 100, "seeds of which it is said how many show the bug")
	fs.Uint64Var(&bf.twin, "twin", 500, "seeds over which the fixed twin must be silent")
	fs.StringVar(&bf.markdown, "markdown", "", "`FILE` to write the table to, as a page of Markdown")
	cf.add(a, cmd)
	cf.model = ""
	fs.Lookup("model").DefValue, fs.Lookup("model").Usage = "", "only the bugs of this system: see simrun list models"
	fs.Lookup("bug").Usage = "only this bug, by name or ID: see simrun list bugs (may be repeated)"
	fs.StringVar(&format, "format", "text", "text or json")
	complete(cmd, "format", func() []string { return []string{"text", "json"} })
	cmd.AddCommand(newRecovery(a), newStaleness(a), newBenchShrink(a), newBenchSearch(a))
	return cmd
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

// benching is a bench under way.
type benching struct {
	*app
	cmd   *cobra.Command
	bench trial.Bench
}

// benchRow is what became of one bug.
type benchRow struct {
	item
	trial.Found
	Replay string `json:"replay,omitempty"` // the command that shows First again
}

// run looks for bugs, and prints what became of each.
func (b *benching) run(cf *caseFlags, subjects []subject, format, markdown string) error {
	collectLess()
	for _, s := range subjects { // what is wrong is said before anything runs
		if _, err := prepareBug(*cf, s); err != nil {
			return err
		}
	}
	rows := []benchRow{}
	for i, s := range subjects {
		row, err := b.lookFor(*cf, s, fmt.Sprintf("bench %d/%d", i+1, len(subjects)))
		if err != nil {
			return err
		}
		switch {
		case !row.Found.Found || row.Twin.Loud > 0:
			b.code = exitViolation
		case row.Twin.Unknown > 0 && b.code == exitValid:
			b.code = exitUnknown
		}
		rows = append(rows, row)
	}
	if markdown != "" {
		if err := os.WriteFile(markdown, benchPage(rows, b.bench.Seeds, b.bench.Twin), 0o666); err != nil {
			return fmt.Errorf("--markdown: %w", err)
		}
	}
	if format == "json" {
		return encodeJSON(b.stdout, rows)
	}
	b.print(rows)
	return nil
}

// benchPage is what became of bugs as a page, with a table for each model.
func benchPage(rows []benchRow, seeds, twin uint64) []byte {
	var p bytes.Buffer
	fmt.Fprintf(&p, `# The bug bench

<!-- Made by "simrun bench --markdown FILE". -->

Each known bug, looked for by the default search or, where that seldom meets it, under its own plan of faults: the first seed that shows it, the share of the first %s that do, and the checks that saw it, with their share of
those. The same runs without the bug, %s of them, must be silent. [bugs.md](bugs.md) says what the bugs are, and where they were published.
`, count.Of(seeds, "seed"), count.Grouped(twin))
	model := ""
	for _, r := range rows {
		if r.Model != model {
			model = r.Model
			fmt.Fprintf(&p, "\n## %s\n\n| bug | | tier | search | first seed | share | seen by | without the bug |\n|---|---|---|---|---|---|---|---|\n", model)
		}
		first, quiet := "**not found**", "silent"
		if r.Found.Found {
			first = count.Grouped(uint64(r.First))
		}
		if !r.Twin.Silent {
			quiet = fmt.Sprintf("**%d fail**", r.Twin.Loud+r.Twin.Unknown)
		}
		fmt.Fprintf(&p, "| `%s` | %s | %s | %s | %s | %s | %s | %s |\n", r.Name, r.ID, r.Tier, r.Search, first, count.Share(r.Shown, r.Seeds), r.seenBy(), quiet)
	}
	return p.Bytes()
}

// prepareBug is the setup of the search for one bug.
func prepareBug(cf caseFlags, sub subject) (*trial.Setup, error) {
	cf.model, cf.bugs = sub.model.Name, []string{string(sub.bug.Name)}
	return prepare(&cf, &checkFlags{engine: "auto"})
}

// lookFor goes through the seeds of one bug, and those of its twin.
func (b *benching) lookFor(cf caseFlags, sub subject, title string) (benchRow, error) {
	row := benchRow{item: bugItem(sub.model.Name, sub.bug)}
	s, err := prepareBug(cf, sub)
	if err != nil {
		return row, err
	}
	b.bench.Progress = func(part string, seeds uint64) (each, end func()) {
		bar := b.progress(title+": "+part, int64(seeds))
		return func() { bar.add(1) }, bar.end
	}
	row.Found, err = b.bench.LookFor(b.cmd.Context(), s, sub.bug, !b.cmd.Flags().Changed("nemesis"))
	if err != nil {
		if b.cmd.Context().Err() != nil {
			err = fmt.Errorf("%w: %w", errInterrupted, err)
		}
		return row, err
	}
	if row.Found.Found {
		row.Replay = fmt.Sprintf("%s --model %s --bug %s --seed %d",
			strings.Replace(b.again(b.cmd, "seeds", "twin", "model", "bug", "format"), " bench", " run", 1), sub.model.Name, sub.bug.Name, row.First)
	}
	return row, nil
}

// print prints a table, and what is wrong below it.
func (b *benching) print(rows []benchRow) {
	table := [][]string{{"bug", "id", "tier", "search", "first", "within", "share", "twin", "seen by"}}
	var wrong []string
	for _, r := range rows {
		first := "none"
		if r.First > 0 {
			first = count.Grouped(uint64(r.First))
		}
		quiet := "silent in " + count.Grouped(r.Twin.Seeds)
		if !r.Twin.Silent {
			quiet = fmt.Sprintf("%d of %s fail", r.Twin.Loud+r.Twin.Unknown, count.Grouped(r.Twin.Seeds))
		}
		table = append(table, []string{r.Name, r.ID, r.Tier, r.Search, first, count.Grouped(r.Limit), count.Share(r.Shown, r.Seeds), quiet, r.seenBy()})
		if !r.Found.Found {
			wrong = append(wrong, fmt.Sprintf("%s was not found within %s", r.Name, count.Of(r.Limit, "seed")))
		}
		switch {
		case r.Twin.Loud > 0:
			wrong = append(wrong, fmt.Sprintf("without %s, seed %d fails too: %s", r.Name, r.Twin.First, r.Twin.Reason))
		case r.Twin.Unknown > 0:
			wrong = append(wrong, fmt.Sprintf("without %s, %s cannot be decided", r.Name, count.Of(r.Twin.Unknown, "seed")))
		}
	}
	printTable(b.stdout, "", table)
	fmt.Fprintln(b.stdout)
	for _, line := range wrong {
		fmt.Fprintln(b.stdout, line)
	}
	if len(wrong) == 0 {
		fmt.Fprintf(b.stdout, "all %s found, and every fixed twin silent\n", count.Of(len(rows), "bug"))
	}
}

// seenBy names the checks that saw the bug, with their share of the failing runs, and the
// declared oracles that saw nothing.
func (r *benchRow) seenBy() string {
	runs := max(r.Shown, 1)
	var seen, blind []string
	for _, c := range r.Checks {
		switch {
		case c.Seeds > 0:
			seen = append(seen, c.Name+" "+count.Share(c.Seeds, runs))
		case slices.Contains(r.Oracles, c.Name):
			blind = append(blind, c.Name)
		}
	}
	s := strings.Join(seen, ", ")
	if len(blind) > 0 {
		s += "; not by " + joinStrings(blind)
	}
	return s
}
