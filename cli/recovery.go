package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"simrun/sim/nemesis"
	"simrun/trial/recovery"
	page "simrun/visual/recovery"
)

// recoveryFlags are the flags that only bench recovery has.
type recoveryFlags struct {
	seeds                         uint64
	faults, compare               []string
	plan                          string
	format, page, markdown, chart string
}

func newRecovery(a *app) *cobra.Command {
	r := &recovering{app: a}
	cmd := &cobra.Command{
		Use:   "recovery [MODEL...]",
		Short: "measure how long systems take to come back from each kind of fault",
		Long: `recovery hits models, all or those that are named, with one kind of fault at a time, over many
seeds. It says how long they took until the first answer to an operation that was invoked after the
fault began; until the goodput was back, so that each second has at least 95 % of the answers of the
worst second before the fault; how many operations got no answer; and how many answers were missed, at
the goodput before. The fault begins after 4 virtual seconds and is watched for 6.

Figures are medians over the seeds, with the 95th percentile behind them. A model is spared the
faults that it does not claim to survive. Each run is checked too: one that is not valid is exit code
1, or 2 if it can't be decided.`,
		Example: "  simrun bench recovery raft\n  simrun bench recovery raft quorum --fault partition --page recovery.html\n  simrun bench recovery resilience --plan hang.txt --compare retry-without-budget --chart curves.svg\n  simrun bench recovery --seeds 50 --format json",
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return a.models.names(), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			r.cmd = cmd
			return r.run(args)
		},
	}
	fs := cmd.Flags()
	fs.SortFlags = false
	fs.Uint64Var(&r.flags.seeds, "seeds", 200, "`NUMBER` of seeds, from 1 on")
	fs.StringArrayVar(&r.flags.faults, "fault", nil, "only this `KIND`: "+joinStrings(scenarioNames())+" (may be repeated)")
	r.base.addSystem(a, cmd)
	r.base.addNetwork(cmd)
	r.base.clients = 10
	fs.Lookup("clients").DefValue = "10"
	fs.StringVar(&r.flags.plan, "plan", "", "`FILE` with faults from 4s on, a line for each, instead of the kinds above")
	fs.StringArrayVar(&r.flags.compare, "compare", nil, "`BUG` or NAME=VALUE of an option with which it is measured too, as one more curve (may be repeated)")
	fs.StringVar(&r.flags.chart, "chart", "", "`FILE` to write the curves alone to, as SVG")
	fs.StringVar(&r.flags.page, "page", "", "`FILE` to write a page with the curves of the goodput to")
	fs.StringVar(&r.flags.markdown, "markdown", "", "`FILE` to write the tables to, as a page of Markdown, with the curves in a folder next to it")
	fs.StringVar(&r.flags.format, "format", "text", "text or json")
	complete(cmd, "format", func() []string { return []string{"text", "json"} })
	complete(cmd, "fault", scenarioNames)
	return cmd
}

func scenarioNames() []string {
	var names []string
	for _, s := range recovery.Scenarios() {
		names = append(names, s.Name)
	}
	return names
}

// recovering is a bench of recovery under way.
type recovering struct {
	*app
	cmd   *cobra.Command
	base  caseFlags
	flags recoveryFlags
	rows  []recovery.Row
}

// run measures the models that are named, or all.
func (r *recovering) run(names []string) error {
	scenarios, err := r.check(names)
	if err != nil {
		return err
	}
	if len(names) == 0 {
		names = r.models.names()
	}
	collectLess()
	for _, name := range names {
		from := len(r.rows)
		for i, s := range scenarios {
			for _, variant := range append([]string{""}, r.flags.compare...) {
				if err := r.measure(name, variant, s, fmt.Sprintf("%s: %s %d/%d", name, page.Titled(s.Name, variant), i+1, len(scenarios))); err != nil {
					return err
				}
			}
		}
		if r.flags.format == "text" {
			r.print(r.rows[from:])
		}
	}
	if err := r.write(); err != nil {
		return err
	}
	if r.flags.format == "json" {
		return encodeJSON(r.stdout, r.rows)
	}
	return nil
}

// check refuses what can't be measured before anything runs, and returns the scenarios that were asked for.
func (r *recovering) check(names []string) ([]recovery.Scenario, error) {
	if err := oneOf("format of results", r.flags.format, []string{"text", "json"}); err != nil {
		return nil, err
	}
	if err := r.files(); err != nil {
		return nil, err
	}
	if r.flags.seeds == 0 {
		return nil, errors.New("--seeds 0: expected a number of seeds from 1")
	}
	for _, name := range names {
		if _, err := r.models.named(name); err != nil {
			return nil, err
		}
	}
	if one := r.base.workload != "" || len(r.base.bugs) > 0 || len(r.base.options) > 0 || r.flags.plan != "" || len(r.flags.compare) > 0; one && len(names) != 1 {
		return nil, errors.New("--workload, --bug, --option, --plan and --compare are those of one model: name it")
	}
	if r.flags.plan != "" {
		return r.planned(names[0])
	}
	scenarios := recovery.Scenarios()
	for _, name := range r.flags.faults {
		if err := oneOf("kind of fault", name, scenarioNames()); err != nil {
			return nil, err
		}
	}
	if len(r.flags.faults) > 0 {
		scenarios = slices.DeleteFunc(scenarios, func(s recovery.Scenario) bool { return !slices.Contains(r.flags.faults, s.Name) })
	}
	return scenarios, nil
}

// planned returns the scenario of the plan that was asked for.
func (r *recovering) planned(model string) ([]recovery.Scenario, error) {
	if len(r.flags.faults) > 0 {
		return nil, errors.New("--plan and --fault: expected one of them")
	}
	m, err := r.models.named(model)
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(r.flags.plan)
	if err != nil {
		return nil, fmt.Errorf("--plan %w", inFile(r.flags.plan, err))
	}
	s, err := recovery.Planned(&m, filepath.Base(r.flags.plan), string(text))
	return []recovery.Scenario{s}, err
}

// files refuses files that can't be written at the end.
func (r *recovering) files() error {
	if f := r.flags.markdown; f != "" && filepath.Ext(f) == "" {
		return fmt.Errorf("--markdown %s: expected a name that ends in .md", f)
	}
	if err := hasFolder("page", r.flags.page); err != nil {
		return err
	}
	if err := hasFolder("chart", r.flags.chart); err != nil {
		return err
	}
	return hasFolder("markdown", r.flags.markdown)
}

// measure measures one model, or a variant of it, under one scenario.
func (r *recovering) measure(model, variant string, s recovery.Scenario, title string) error {
	cf := r.base
	switch {
	case strings.Contains(variant, "="):
		cf = cf.withOptions(variant)
	case variant != "":
		cf.bugs = append(slices.Clone(cf.bugs), variant)
	}
	cf.model, cf.nemesis, cf.duration, cf.recovery = model, nemesis.Swarm, "10s", "10s"
	setup, err := prepare(&cf, &checkFlags{engine: "auto"})
	if err != nil {
		return err
	}
	bar := r.progress(title, int64(r.flags.seeds))
	row, err := recovery.Measure(r.cmd.Context(), *setup, s, r.flags.seeds, runtime.GOMAXPROCS(0), func() { bar.add(1) })
	bar.end()
	switch {
	case r.cmd.Context().Err() != nil:
		return fmt.Errorf("%w: %w at %s", errInterrupted, r.cmd.Context().Err(), title)
	case err != nil:
		return fmt.Errorf("%s: %w", title, err)
	case row.Violations > 0:
		r.code = exitViolation
	case row.Unknown > 0 && r.code == exitValid:
		r.code = exitUnknown
	}
	row.Variant = variant
	r.rows = append(r.rows, row)
	return nil
}

// print prints a table for each model of these rows, and what is to be said of it.
func (r *recovering) print(rows []recovery.Row) {
	for _, s := range page.Sections(rows) {
		fmt.Fprintf(r.stdout, "%s: %s\n\n", s.Model, s.Title())
		printTable(r.stdout, "  ", s.Table())
		fmt.Fprintln(r.stdout)
		notes := s.Notes()
		for _, n := range notes {
			fmt.Fprintln(r.stdout, "  "+n)
		}
		if len(notes) > 0 {
			fmt.Fprintln(r.stdout)
		}
	}
}

// write writes the page of HTML, the curves alone, and the page of Markdown, if they were asked for.
func (r *recovering) write() error {
	for _, f := range []struct {
		flag, file string
		write      func(io.Writer, []recovery.Row) error
	}{{"page", r.flags.page, page.Write}, {"chart", r.flags.chart, page.Chart}} {
		if f.file == "" {
			continue
		}
		var b bytes.Buffer
		if err := f.write(&b, r.rows); err != nil {
			return err
		}
		if err := os.WriteFile(f.file, b.Bytes(), 0o666); err != nil {
			return fmt.Errorf("--%s: %w", f.flag, err)
		}
	}
	if r.flags.markdown != "" {
		if err := r.writeMarkdown(r.flags.markdown); err != nil {
			return fmt.Errorf("--markdown: %w", err)
		}
	}
	return nil
}

// writeMarkdown writes a page of Markdown, and its pictures into a folder of the same name, without its ending, next to it.
func (r *recovering) writeMarkdown(file string) error {
	folder := strings.TrimSuffix(file, filepath.Ext(file))
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return err
	}
	picture := func(model string) string { return filepath.Join(folder, model+".svg") }
	for _, s := range page.Sections(r.rows) {
		var b bytes.Buffer
		if err := page.Chart(&b, s.Rows); err != nil {
			return err
		}
		if err := os.WriteFile(picture(s.Model), b.Bytes(), 0o666); err != nil {
			return err
		}
	}
	var b bytes.Buffer
	err := page.Markdown(&b, r.rows, func(model string) string { return path.Join(filepath.Base(folder), model+".svg") })
	if err != nil {
		return err
	}
	return os.WriteFile(file, b.Bytes(), 0o666)
}
