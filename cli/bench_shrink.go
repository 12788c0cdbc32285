package cli

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"simrun/internal/count"
	"simrun/models"
	"simrun/sim"
	"simrun/sim/nemesis"
	"simrun/sim/shrink"
	"simrun/trial"
)

func newBenchShrink(a *app) *cobra.Command {
	var model, format string
	var sf shrinkFlags
	cmd := &cobra.Command{
		Use:   "shrink [BUG...]",
		Short: "make the first failing run of every known bug small, and say how small and how soon",
		Long: `bench shrink looks for the first seed that shows each known bug of tiers E and M, or each that is named, and makes
its case small as shrink does. It prints the faults, operations and delivered messages before and after,
the simulations that it took, and the time. A case that does not fail, or that fails without the bug too, is
exit code 1.`,
		Example: "  simrun bench shrink\n  simrun bench shrink B02 stale-local-read --format json",
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return everyBug(a.models), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := oneOf("format of results", format, []string{"text", "json"}); err != nil {
				return err
			}
			if err := sf.check(); err != nil {
				return err
			}
			subjects, err := benchSubjects(a.models, model, args)
			if err != nil {
				return err
			}
			if len(args) == 0 {
				subjects = slices.DeleteFunc(subjects, func(s subject) bool { return s.bug.Tier != models.Easy && s.bug.Tier != models.Medium })
			}
			return a.benchShrink(cmd.Context(), subjects, sf.options(), format)
		},
	}
	fs := cmd.Flags()
	fs.SortFlags = false
	fs.StringVar(&model, "model", "", "only the bugs of this system: see simrun list models")
	sf.add(cmd)
	fs.StringVar(&format, "format", "text", "text or json")
	complete(cmd, "format", func() []string { return []string{"text", "json"} })
	return cmd
}

// shrinkRow is what became of the case of one bug.
type shrinkRow struct {
	item
	trial.Shrunk
	Reproduces bool    `json:"reproduces"` // it fails, and does not without the bug
	Seconds    float64 `json:"seconds"`    // that shrinking took, by the clock of the machine
}

// benchShrink makes the first failing run of each bug small, and prints how small it became.
func (a *app) benchShrink(ctx context.Context, subjects []subject, o shrink.Options, format string) error {
	collectLess()
	rows := []shrinkRow{}
	for i, s := range subjects {
		row, err := a.shrinkFirst(ctx, s, o, fmt.Sprintf("bench %d/%d: %s", i+1, len(subjects), s.bug.Name))
		if err != nil {
			if ctx.Err() != nil {
				err = fmt.Errorf("%w: %w", errInterrupted, err)
			}
			return err
		}
		if !row.Reproduces {
			a.code = exitViolation
		}
		rows = append(rows, row)
	}
	if format == "json" {
		return encodeJSON(a.stdout, rows)
	}
	a.printShrunk(rows)
	return nil
}

// shrinkFirst makes the first failing run of a bug small.
func (a *app) shrinkFirst(ctx context.Context, sub subject, o shrink.Options, title string) (shrinkRow, error) {
	row := shrinkRow{item: bugItem(sub.model.Name, sub.bug)}
	s := &trial.Setup{Model: sub.model, Base: sim.Case{Bugs: []sim.BugName{sub.bug.Name}}, Nemesis: nemesis.Swarm}
	if err := s.Check(); err != nil {
		return row, err
	}
	bar := a.progress(title, int64(o.Runs))
	start := time.Time{}
	o.Each = func(shrink.Report) {
		if start.IsZero() {
			start = time.Now()
		}
		bar.add(1)
	}
	b := trial.Bench{Workers: o.Workers}
	var err error
	row.Shrunk, err = b.ShrinkFirst(ctx, s, sub.bug, true, o)
	bar.end()
	if err != nil || row.Seed == 0 {
		return row, err
	}
	row.Seconds = time.Since(start).Seconds()
	row.Reproduces, err = trial.Reproduces(sub.model, row.Case)
	return row, err
}

// printShrunk prints a row for each bug, then the medians.
func (a *app) printShrunk(rows []shrinkRow) {
	table := [][]string{{"bug", "id", "tier", "search", "seed", "faults", "operations", "messages", "runs", "seconds", "", "seen by"}}
	var faults, ops, messages []int
	var seconds []float64
	wrong := 0
	for _, r := range rows {
		if r.Seed == 0 {
			table = append(table, []string{r.Name, r.ID, r.Tier, r.Search, "none", "", "", "", "", "", "not found", ""})
			wrong++
			continue
		}
		how := "smallest found"
		if r.Minimal {
			how = "minimal"
		}
		if !r.Reproduces {
			how = "does not reproduce"
			wrong++
		}
		step := func(from, to int) string { return fmt.Sprintf("%s → %s", count.Grouped(from), count.Grouped(to)) }
		table = append(table, []string{r.Name, r.ID, r.Tier, r.Search, fmt.Sprint(r.Seed), step(r.From.Faults, r.To.Faults), step(r.From.Operations, r.To.Operations),
			step(r.From.Messages, r.To.Messages), count.Grouped(r.Runs), fmt.Sprintf("%.1f", r.Seconds), how, r.Check})
		faults, ops, messages, seconds = append(faults, r.To.Faults), append(ops, r.To.Operations), append(messages, r.To.Messages), append(seconds, r.Seconds)
	}
	printTable(a.stdout, "", table)
	if len(faults) > 0 {
		fmt.Fprintf(a.stdout, "\nmedian of %s: %s, %s, %s, %.1f s; %d not found or not reproduced\n", count.Of(len(faults), "bug"),
			count.Of(median(faults), "fault"), count.Of(median(ops), "operation"), count.Of(median(messages), "message"), median(seconds), wrong)
	}
}

// median is the value in the middle, the greater of two.
func median[T int | float64](values []T) T {
	values = slices.Sorted(slices.Values(values))
	return values[len(values)/2]
}
