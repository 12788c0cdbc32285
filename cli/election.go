package cli

import (
	"errors"
	"fmt"
	"io"
	"runtime"
	"time"

	"github.com/spf13/cobra"

	"simrun/internal/count"
	"simrun/trial/election"
	chart "simrun/visual/election"
	"simrun/visual/store"
)

// electionFlags are the flags of bench election.
type electionFlags struct {
	trials        int
	broadcast     time.Duration
	format, chart string
}

func newElection(a *app) *cobra.Command {
	var f electionFlags
	cmd := &cobra.Command{
		Use:   "election",
		Short: "measure election times as figure 16 of the Raft paper does",
		Long: `election crashes the leader of a Raft cluster of five, over and over, and measures how long there is none, under
the election timeouts of section 9.3 and figure 16 of Ongaro and Ousterhout, "In Search of an Understandable
Consensus Algorithm (Extended Version)". Next to each is what the paper says of it.

The leader crashes at a random moment within its heartbeat interval, which is half of the shortest timeout; heartbeats
reach all others at about the same time; and the logs of two of them are too short for them to be elected. There is
neither pre-vote nor check of the quorum. A trial ends after 10 virtual seconds.`,
		Example: "  simrun bench election\n  simrun bench election --trials 100 --chart election.svg\n  simrun bench election --broadcast 8ms --format json",
		Args:    noArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.election(cmd, &f) },
	}
	fs := cmd.Flags()
	fs.SortFlags = false
	fs.IntVar(&f.trials, "trials", 1000, "`NUMBER` of trials for each choice of timeouts; a tenth of that without randomness, as in the paper")
	fs.DurationVar(&f.broadcast, "broadcast", election.Broadcast, "`TIME` that it takes about to ask all servers and have their answers")
	fs.StringVar(&f.chart, "chart", "", "`FILE` to draw the plots of the figure to, as SVG")
	fs.StringVar(&f.format, "format", "text", "text or json")
	complete(cmd, "format", func() []string { return []string{"text", "json"} })
	return cmd
}

// check refuses what can't be measured before anything runs.
func (f *electionFlags) check() error {
	if err := oneOf("format of results", f.format, []string{"text", "json"}); err != nil {
		return err
	}
	if f.trials < 1 {
		return fmt.Errorf("--trials %d: expected a number from 1", f.trials)
	}
	if f.broadcast < time.Millisecond || f.broadcast > time.Second {
		return fmt.Errorf("--broadcast %v: expected a time from 1ms to 1s", f.broadcast)
	}
	return hasFolder("chart", f.chart)
}

// electionRow is a row as --format json prints it.
type electionRow struct {
	election.Row
	Least  time.Duration `json:"least_ns"`
	Median time.Duration `json:"median_ns"`
	P95    time.Duration `json:"p95_ns"`
	Most   time.Duration `json:"most_ns"`
	Mean   time.Duration `json:"mean_ns"`
}

// election measures all settings, and prints them.
func (a *app) election(cmd *cobra.Command, f *electionFlags) error {
	if err := f.check(); err != nil {
		return err
	}
	m, err := a.models.named("raft")
	if err != nil {
		return errors.New("this program has no model raft, which is the one that the figure is about")
	}
	if err := election.Check(m); err != nil {
		return err
	}
	collectLess()
	var rows []election.Row
	for _, s := range election.Settings() {
		trials := max(1, f.trials*s.Trials/1000)
		bar := a.progress("election timeouts "+s.Name, int64(trials))
		row, err := election.Measure(cmd.Context(), m, s, f.broadcast, trials, runtime.GOMAXPROCS(0), func() { bar.add(1) })
		bar.end()
		if cmd.Context().Err() != nil {
			return fmt.Errorf("%w: election timeouts %s", errInterrupted, s.Name)
		} else if err != nil {
			return err
		}
		rows = append(rows, row)
	}
	if f.chart != "" {
		if err := store.WriteFile(f.chart, func(w io.Writer) error { return chart.Chart(w, rows) }); err != nil {
			return fmt.Errorf("--chart: %w", err)
		}
		fmt.Fprintf(a.stderr, "drawn to %s\n", f.chart)
	}
	return a.printElections(rows, f.format)
}

// printElections prints what was measured next to what the paper says.
func (a *app) printElections(rows []election.Row, format string) error {
	if format == "json" {
		var list []electionRow
		for _, r := range rows {
			list = append(list, electionRow{r, r.Quantile(0), r.Quantile(50), r.Quantile(95), r.Quantile(100), r.Mean()})
		}
		return encodeJSON(a.stdout, list)
	}
	table := [][]string{{"timeouts", "trials", "least", "median", "95 %", "longest", "mean", "no leader in 10s", "the paper says"}}
	for _, r := range rows {
		mean := shortTime(r.Mean())
		if r.Never > 0 {
			mean = "above " + mean
		}
		table = append(table, []string{r.Name, count.Grouped(r.Trials), shortTime(r.Quantile(0)), shortTime(r.Quantile(50)), shortTime(r.Quantile(95)), shortTime(r.Quantile(100)),
			mean, count.Grouped(r.Never), r.Paper})
	}
	printTable(a.stdout, "", table)
	return nil
}

// shortTime is a time for a table: "287 ms", or "10 s and more" at the limit.
func shortTime(d time.Duration) string {
	if d >= election.Limit {
		return "> 10 s"
	}
	return count.Grouped(d.Round(time.Millisecond).Milliseconds()) + " ms"
}
