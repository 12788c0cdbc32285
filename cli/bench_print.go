package cli

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"simrun/internal/count"
	"simrun/trial"
)

// print prints what was measured, and sets the exit code.
func (b *benching) print() error {
	for _, r := range b.rows {
		b.code = max(b.code, r.code())
	}
	if b.format == "json" {
		return encodeJSON(b.stdout, b.rows)
	}
	table := [][]string{{"bug", "id", "tier", "search", "first", "median (95 %)", "found", "share", "twin", "events", "seen by"}}
	missed := 0
	for _, r := range b.rows {
		table = append(table, append([]string{r.Name, r.ID, r.Tier}, r.cells(&r.Search)...))
		if r.ByPlan != nil {
			table = append(table, append([]string{"", "", ""}, r.cells(r.ByPlan)...))
		}
		if r.Missed {
			missed++
		}
	}
	printTable(b.stdout, "", table)
	fmt.Fprintln(b.stdout)
	wrong := false
	for _, r := range b.rows {
		for _, line := range r.remarks() {
			fmt.Fprintln(b.stdout, line)
		}
		wrong = wrong || r.code() != exitValid
	}
	if !wrong {
		fmt.Fprintf(b.stdout, "%s: %d found by the search, %d by their own plans alone; every fixed twin is silent\n", count.Of(len(b.rows), "bug"), len(b.rows)-missed, missed)
	}
	return nil
}

// code is the exit code of a row alone.
func (r *benchRow) code() int {
	code := exitValid
	for _, t := range r.Twins() {
		if t.Loud > 0 {
			return exitViolation
		}
		if t.Unknown > 0 {
			code = exitUnknown
		}
	}
	if !r.Met() || r.ByPlan != nil && r.ByPlan.Shown == 0 {
		return exitViolation
	}
	return code
}

// cells say of one search: how soon, how often, whether the twin is silent, how many events it took, and which checks saw it.
func (r *benchRow) cells(s *trial.Search) []string {
	first, found := "none", fmt.Sprintf("%d of %d", s.Shown, len(s.Starts))
	if s.Shown > 0 {
		first = count.Grouped(uint64(s.First))
	}
	if s.Cut {
		found += ", cut"
	}
	quiet := "silent in " + count.Grouped(s.Twin.Seeds)
	if !s.Twin.Silent {
		quiet = fmt.Sprintf("%d of %s fail", s.Twin.Loud+s.Twin.Unknown, count.Grouped(s.Twin.Seeds))
	}
	return []string{s.By, first, s.Estimate.String(), found, count.Share(s.Shown, s.Seeds), quiet, fmt.Sprintf("%.1f M", float64(s.Events)/1e6), r.seenBy(s)}
}

// sentence says of a row what a person wants to know at once.
func (r *benchRow) sentence() string {
	say := func(s *trial.Search) string {
		return fmt.Sprintf("%s, median %s, %d of %s, %.1f s, %.1f s of cores", s.By, s.Estimate, s.Shown, count.Of(len(s.Starts), "start"), s.Wall.Seconds(), s.CPU.Seconds())
	}
	if r.ByPlan == nil {
		return say(&r.Search)
	}
	return say(&r.Search) + "; " + say(r.ByPlan)
}

// remarks are what is wrong with a row, or worth a sentence.
func (r *benchRow) remarks() (lines []string) {
	s := &r.Search
	switch {
	case r.Missed && r.Met():
		lines = append(lines, fmt.Sprintf("%s was missed by the search, in %s: its own plan meets it, at seed %d", r.Name, count.Of(s.Seeds, "seed"), r.ByPlan.First))
	case r.Missed:
		lines = append(lines, fmt.Sprintf("%s was not found, in %s", r.Name, count.Of(s.Seeds, "seed")))
	case !r.TierHolds():
		lines = append(lines, fmt.Sprintf("%s was found by %d of %s, fewer than half, within %s", r.Name, s.Shown, count.Of(len(s.Starts), "start"), count.Of(s.Beyond, "seed")))
	}
	if r.ByPlan != nil && r.ByPlan.Shown == 0 {
		lines = append(lines, fmt.Sprintf("%s was not met by its own plan, in %s", r.Name, count.Of(r.ByPlan.Seeds, "seed")))
	}
	for _, t := range r.Twins() {
		switch {
		case t.Loud > 0:
			lines = append(lines, fmt.Sprintf("without %s, seed %d fails too: %s", r.Name, t.First, t.Reason))
		case t.Unknown > 0:
			lines = append(lines, fmt.Sprintf("without %s, %s cannot be decided", r.Name, count.Of(t.Unknown, "seed")))
		}
	}
	return lines
}

// mostSets is how many sets of checks are named.
const mostSets = 3

// seenBy names the sets of checks that saw the bug together, the most frequent first, with the number of failing runs, and the declared oracles
// that saw nothing.
func (r *benchRow) seenBy(s *trial.Search) string {
	var seen, blind []string
	rest := uint64(0)
	for i, t := range s.Together {
		if i >= mostSets {
			rest += t.Seeds
			continue
		}
		seen = append(seen, fmt.Sprintf("%s %d", strings.Join(t.Checks, " + "), t.Seeds))
	}
	if rest > 0 {
		seen = append(seen, fmt.Sprintf("%s %d", count.Of(len(s.Together)-mostSets, "other set"), rest))
	}
	for _, c := range s.Checks {
		if c.Seeds == 0 && slices.Contains(r.Oracles, c.Name) {
			blind = append(blind, c.Name)
		}
	}
	say := strings.Join(seen, ", ")
	if len(blind) > 0 {
		say += "; not by " + joinStrings(blind)
	}
	return say
}

// page is what became of the bugs as a page of Markdown, with a table for each model. What is in bold failed.
func (b *benching) page() []byte {
	var p bytes.Buffer
	var spent trial.Spent
	for _, r := range b.rows {
		spent.Wall, spent.CPU = spent.Wall+r.Search.Wall, spent.CPU+r.Search.CPU
	}
	fmt.Fprintf(&p, `# The bug bench

<!-- Made by "simrun bench bugs --markdown FILE". -->

Made by `+"`simrun bench bugs%s --markdown docs/bug-bench.md`"+`, simrun %s. The searches took %.0f minutes of a core, apart from the fixed twins.

Each known bug is looked for by the default search, without any hint, in %s (%d at most for tier H). They take the seeds in order, from 1: a start ends with the first seed that shows the bug, or at the limit of
its tier (E 100, M 2,000, H 50,000 seeds), and the next begins after it. **first** is where the first start found it. The median is that of Kaplan and Meier, with an interval of 95 %% from order statistics; "> 2,000" means that more than half of the starts had not found it
when they were given up. **found** counts the starts that did; "cut" means that the search had executed %s events, and ended.

A bug with a plan of faults of its own has a second line: that plan, in starts of at most 50 seeds. A bug of which the first line says "none" was missed by the search: only its own plan meets it.

The fixed twin, the same runs without the bug, must be silent over ten times as many seeds as the median start needed, and at least %s, as far as %s events go. **seen by** counts the failing runs by the set of checks that saw them, then names the checks that
should have seen the bug and did not. [bugs.md](bugs.md) says what the bugs are, and where they were published.
`, flagsOf(b.cmd, "workers", "resume", "markdown", "format"), trial.Version, spent.CPU.Minutes(), count.Of(b.bench.Starts, "start"), trial.HardStarts, count.Grouped(b.bench.Events), count.Of(b.bench.Twin, "seed"), count.Grouped(b.bench.Events))
	model := ""
	for _, r := range b.rows {
		if r.Model != model {
			model = r.Model
			fmt.Fprintf(&p, "\n## %s\n\n| bug | | tier | search | first | median (95 %%) | found | share | without the bug | events | core | seen by |\n|---|---|---|---|---|---|---|---|---|---|---|---|\n", model)
		}
		fmt.Fprintf(&p, "| `%s` | %s | %s | %s |\n", r.Name, r.ID, r.Tier, strings.Join(r.markdown(&r.Search), " | "))
		if r.ByPlan != nil {
			fmt.Fprintf(&p, "| | | | %s |\n", strings.Join(r.markdown(r.ByPlan), " | "))
		}
	}
	return p.Bytes()
}

// markdown is [benchRow.cells] with what failed in bold, and the time.
func (r *benchRow) markdown(s *trial.Search) []string {
	cells := r.cells(s)
	if s.Shown == 0 && (s == r.ByPlan || r.ByPlan == nil) {
		cells[1] = "**none**"
	}
	if !s.Twin.Silent {
		cells[5] = "**" + cells[5] + "**"
	}
	return slices.Insert(cells, len(cells)-1, fmt.Sprintf("%.1f s", s.CPU.Seconds()))
}
