package cli

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"simrun/internal/count"
	"simrun/trial"
	"simrun/trial/staleness"
)

// stalenessFlags are the flags that only bench staleness has.
type stalenessFlags struct {
	seeds            uint64
	settings         []string
	format, markdown string
}

func newStaleness(a *app) *cobra.Command {
	s := &aging{app: a}
	cmd := &cobra.Command{
		Use:   "staleness MODEL",
		Short: "measure how stale reads are, and how many operations get no answer, under settings of a model",
		Long: `staleness runs a model under each setting of its options, over the same seeds and faults. It says
how many operations got no answer; how many reads were stale, since what they returned had been
replaced before they began; and of those, by how many writes they were behind, and for how long what
they returned had been replaced: medians, 99th percentiles and the greatest.

A write replaced another for certain if it was invoked when that had completed. What is not certain
does not count. Nothing is judged: simrun sweep does that.`,
		Example: "  simrun bench staleness quorum --setting consistency=lww,r=1,w=1 --setting consistency=lww,r=2,w=2\n" +
			"  simrun bench staleness quorum --option consistency=lww --setting hints=on --setting hints=off --format json",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return fmt.Errorf("which model? %s takes the name of one: see simrun list models", cmd.CommandPath())
			}
			return atMostOne(cmd, args)
		},
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return a.models.names(), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			s.cmd, s.base.model = cmd, args[0]
			return s.run()
		},
	}
	fs := cmd.Flags()
	fs.SortFlags = false
	fs.Uint64Var(&s.flags.seeds, "seeds", 100, "`NUMBER` of seeds, from 1 on")
	fs.StringArrayVar(&s.flags.settings, "setting", nil, "`NAME=VALUE,...` of options to measure, in addition to --option (may be repeated; default: those alone)")
	s.base.add(a, cmd)
	fs.Lookup("model").Hidden = true // it is the argument
	fs.StringVar(&s.flags.markdown, "markdown", "", "`FILE` to write the table to, as Markdown")
	fs.StringVar(&s.flags.format, "format", "text", "text or json")
	complete(cmd, "format", func() []string { return []string{"text", "json"} })
	return cmd
}

// aging is a bench of staleness under way.
type aging struct {
	*app
	cmd   *cobra.Command
	base  caseFlags
	flags stalenessFlags
}

// run measures each setting, and says what came out.
func (s *aging) run() error {
	setups, err := s.setups()
	if err != nil {
		return err
	}
	collectLess()
	rows := []staleness.Row{}
	for i, setup := range setups {
		title := fmt.Sprintf("%s: %s %d/%d", setup.Model.Name, s.flags.settings[i], i+1, len(setups))
		bar := s.progress(title, int64(s.flags.seeds))
		row, err := staleness.Measure(s.cmd.Context(), setup, s.flags.settings[i], s.flags.seeds, runtime.GOMAXPROCS(0), func() { bar.add(1) })
		bar.end()
		switch {
		case s.cmd.Context().Err() != nil:
			return fmt.Errorf("%w: %w at %s", errInterrupted, s.cmd.Context().Err(), title)
		case err != nil:
			return fmt.Errorf("%s: %w", title, err)
		}
		rows = append(rows, row)
	}
	table := stalenessTable(rows)
	if s.flags.markdown != "" {
		if err := os.WriteFile(s.flags.markdown, stalenessPage(setups[0].Model.Name, rows[0].Seeds, table), 0o666); err != nil {
			return fmt.Errorf("--markdown: %w", err)
		}
	}
	if s.flags.format == "json" {
		return encodeJSON(s.stdout, rows)
	}
	printTable(s.stdout, "", table)
	return nil
}

// setups refuses what can't be measured before anything runs, and returns a setup for each setting.
func (s *aging) setups() (list []*trial.Setup, err error) {
	if err := oneOf("format of results", s.flags.format, []string{"text", "json"}); err != nil {
		return nil, err
	}
	if s.flags.seeds == 0 {
		return nil, errors.New("--seeds 0: expected a number of seeds from 1")
	}
	if err := hasFolder("markdown", s.flags.markdown); err != nil {
		return nil, err
	}
	if len(s.flags.settings) == 0 {
		s.flags.settings = []string{"default"}
	}
	for _, setting := range s.flags.settings {
		cf := s.base
		if setting != "default" {
			cf = s.base.withOptions(strings.Split(setting, ",")...)
		}
		setup, err := prepare(&cf, &checkFlags{engine: "auto"})
		if err != nil {
			return nil, err
		}
		w, err := setup.Model.Workload(setup.Base.Workload.Name)
		if err != nil {
			return nil, err
		}
		if setup.Spec = w.Spec; staleness.Measurable(w.Spec) != nil {
			return nil, fmt.Errorf("workload %s of %s: %w", w.Name, setup.Model.Name, staleness.Measurable(w.Spec))
		}
		list = append(list, setup)
	}
	return list, nil
}

// stalenessTable has a line for each setting, below one with the titles of the columns.
func stalenessTable(rows []staleness.Row) [][]string {
	table := [][]string{{"setting", "no answer", "stale reads", "versions behind", "", "", "replaced for", "", ""}, {"", "", "", "p50", "p99", "max", "p50", "p99", "max"}}
	for _, r := range rows {
		line := []string{r.Setting, count.Share(r.Failed, max(r.Ops, 1)), count.Share(r.Stale, max(r.Reads, 1))}
		if r.Stale > 0 {
			for _, n := range []int64{r.Versions.P50, r.Versions.P99, r.Versions.Max} {
				line = append(line, count.Grouped(n))
			}
			for _, t := range []int64{r.Age.P50, r.Age.P99, r.Age.Max} {
				line = append(line, time.Duration(t).Round(time.Millisecond).String())
			}
		}
		table = append(table, line)
	}
	return table
}

// stalenessPage is the table as a page of Markdown.
func stalenessPage(model string, seeds uint64, table [][]string) []byte {
	var p bytes.Buffer
	fmt.Fprintf(&p, "# How stale the reads of %s are\n\n<!-- Made by \"simrun bench staleness --markdown FILE\". -->\n\nUnder each setting the same %s, with the same faults: the share of the operations that got no answer, "+
		"the share of the reads that were stale, and of those by how many writes they were behind, and for how long what they returned had been replaced before they began.\n\n", model, count.Of(seeds, "seed"))
	for i, line := range table {
		line = append(line, make([]string, len(table[0])-len(line))...)
		fmt.Fprintf(&p, "| %s |\n", strings.Join(line, " | "))
		if i == 0 {
			fmt.Fprintf(&p, "|%s\n", strings.Repeat("---|", len(line)))
		}
	}
	return p.Bytes()
}
