package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"simrun/check"
	"simrun/internal/count"
	"simrun/simtest"
	"simrun/trial"
	"simrun/visual/store"
)

// corpusFlags say where the cases are.
type corpusFlags struct {
	dir, expect, format string
	update              bool
	program             programFlags
}

func newCorpus(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "corpus",
		Short: "failing cases kept as files, replayed in CI",
		Long: `A corpus is a folder of cases that are kept with the sources of a system. Each has the verdict that is
expected of it: a case of a bug that is not mended yet is expected to fail, and one of a bug that was mended
to be valid for ever. simrun corpus run says which still fail, which now pass, and which fail though they
should not; in a test of Go, simtest.Corpus does the same.`,
		Example: "  simrun corpus add\n  simrun corpus run\n  simrun corpus run --update",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return oneOf("command of corpus", args[0], []string{"add", "run"})
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newCorpusAdd(a), newCorpusRun(a))
	return cmd
}

func (f *corpusFlags) add(cmd *cobra.Command) {
	cmd.Flags().SortFlags = false
	cmd.Flags().StringVar(&f.dir, "dir", simtest.Dir, "`FOLDER` of the corpus")
	f.program.addPath(cmd)
}

func newCorpusAdd(a *app) *cobra.Command {
	var f corpusFlags
	cmd := &cobra.Command{
		Use:   "add [CASE...]",
		Short: "keep cases in the corpus",
		Long: `add keeps cases in the corpus, each with the verdict that it has now. CASE is a case file or the folder of
a run, of which the small case is kept if there is one; left out, it is the latest run of the store. With
--expect valid, a case may be added before its bug is mended: it then fails until that is done.`,
		Example: "  simrun corpus add\n  simrun corpus add store/latest --expect valid\n  simrun corpus add case.min.json",
		RunE: func(cmd *cobra.Command, args []string) error {
			if f.expect != "" {
				if err := oneOf("verdict", f.expect, []string{"valid", "violation"}); err != nil {
					return err
				}
			}
			if len(args) == 0 {
				args = []string{filepath.Join("store", store.Latest)}
			}
			return a.work(cmd.Context(), func() error {
				for _, path := range args {
					if err := a.addToCorpus(cmd.Context(), path, &f); err != nil {
						return err
					}
				}
				return nil
			})
		},
	}
	f.add(cmd)
	cmd.Flags().StringVar(&f.expect, "expect", "", "`VERDICT` that is expected from now on: valid or violation (default: the one that the case has now)")
	return cmd
}

// addToCorpus keeps one case.
func (a *app) addToCorpus(ctx context.Context, path string, f *corpusFlags) error {
	dir, file, err := locate(path)
	if err != nil {
		return err
	}
	if small := filepath.Join(dir, smallCaseFile); dir != "" {
		if _, err := os.Stat(small); err == nil {
			file = small
		}
	}
	c, m, err := a.readCase(ctx, file, &f.program)
	if err != nil {
		return err
	}
	if c.Live() {
		return fmt.Errorf("%s: %s runs natively, in real time, where no two runs are the same: such a case can't be kept", file, c.Program.Path)
	}
	c = anyBuild(c)
	if c.Model == "" {
		c.Model = m.Name
	}
	run, err := trial.Simulate(m, c, false, nil, check.Options{})
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	e := trial.ExpectedOf(run)
	switch {
	case f.expect == "valid":
		e = trial.Expected{Outcome: check.Valid}
	case f.expect == "violation" && e.Outcome != check.Violation:
		return fmt.Errorf("--expect violation: %s is %v (%s)", file, run.Outcome, run.Summary)
	}
	name, added, err := store.Corpus(f.dir).Add(&run.Case, e)
	if err != nil {
		return err
	}
	what := "kept"
	if !added {
		what = "there already"
	}
	fmt.Fprintf(a.stdout, "%s  %s; expected to be %v\n", filepath.Join(f.dir, name), what, wordOf(e.Outcome))
	return nil
}

// wordOf is an outcome as an adjective: "valid", "a violation".
func wordOf(o check.Outcome) string {
	if o == check.Violation {
		return "a violation"
	}
	return o.String()
}

func newCorpusRun(a *app) *cobra.Command {
	var f corpusFlags
	cmd := &cobra.Command{
		Use:   "run [NAME...]",
		Short: "run the cases of the corpus again",
		Long: `run runs all cases of the corpus again, or those that are named. It exits with 1 if one fails that was
expected to be valid, or fails for another cause than the one that is expected. A case that was expected to fail
and now passes is said; with --update it is expected to be valid from then on.`,
		Example: "  simrun corpus run\n  simrun corpus run --update\n  simrun corpus run --format junit",
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := oneOf("format of results", f.format, resultFormats); err != nil {
				return err
			}
			list, err := f.cases(args)
			if err != nil {
				return err
			}
			return a.work(cmd.Context(), func() error { return a.runCorpus(cmd.Context(), list, &f) })
		},
	}
	f.add(cmd)
	cmd.Flags().BoolVar(&f.update, "update", false, "expect from now on what the cases that now pass show")
	cmd.Flags().StringVar(&f.format, "format", "text", "`NAME` of the format of the results: "+joinStrings(resultFormats))
	complete(cmd, "format", func() []string { return resultFormats })
	return cmd
}

// cases are the cases with these names, or all.
func (f *corpusFlags) cases(names []string) ([]store.Kept, error) {
	all, err := store.Corpus(f.dir).All()
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("%s holds no case; simrun corpus add keeps one", f.dir)
	}
	if len(names) == 0 {
		return all, nil
	}
	var there []string
	for _, k := range all {
		there = append(there, k.Name)
	}
	for _, name := range names {
		if err := oneOf("case of the corpus", name, there); err != nil {
			return nil, err
		}
	}
	return slices.DeleteFunc(all, func(k store.Kept) bool { return !slices.Contains(names, k.Name) }), nil
}

// corpusRow is a case of the corpus as --format json lists it.
type corpusRow struct {
	Name     string         `json:"name"`
	File     string         `json:"file"`
	Expected trial.Expected `json:"expected"`
	Outcome  check.Outcome  `json:"valid"`
	Summary  string         `json:"summary"` // of the run; or why it can't run
	Word     string         `json:"now"`     // "still fails", "now passes", …
	Worse    bool           `json:"worse"`   // than expected
	err      error
}

// cantRun is said of a case that this program can't run.
const cantRun = "can't run"

// runCorpus runs cases, and says what is new.
func (a *app) runCorpus(ctx context.Context, list []store.Kept, f *corpusFlags) error {
	var rows []corpusRow
	counts := map[string]int{}
	var words []string
	for _, k := range list {
		row, run := a.runKept(ctx, &k, f)
		if run != nil && f.update && row.Outcome == check.Valid && k.Expected.Outcome != check.Valid {
			if err := store.Corpus(f.dir).Expect(k.Name, trial.ExpectedOf(run)); err != nil {
				return err
			}
		}
		rows = append(rows, row)
		short := row.Word
		if row.Worse && row.Outcome == check.Violation {
			short = "fails unexpectedly"
		}
		if counts[short]++; counts[short] == 1 {
			words = append(words, short)
		}
		a.code = worseCode(a.code, codeOfRow(&row))
	}
	summary := count.Of(len(rows), "case") + ": "
	for i, w := range words {
		if i > 0 {
			summary += ", "
		}
		summary += fmt.Sprintf("%d %s", counts[w], w)
	}
	if n := counts[cantRun]; n > 0 {
		fmt.Fprintf(a.stderr, "simrun: %s of the corpus can't run\n", count.Of(n, "case"))
	}
	return a.printCorpus(rows, summary, f.format)
}

// runKept runs one case.
func (a *app) runKept(ctx context.Context, k *store.Kept, f *corpusFlags) (corpusRow, *trial.Run) {
	row := corpusRow{Name: k.Name, File: k.File, Expected: k.Expected, Outcome: check.Unknown, Worse: true, Word: cantRun}
	c, m, err := a.readCase(ctx, k.File, &f.program)
	var run *trial.Run
	if err == nil {
		run, err = trial.Simulate(m, c, false, nil, check.Options{})
	}
	if err != nil {
		row.Summary, row.err = err.Error(), err
		return row, nil
	}
	row.Outcome, row.Summary = run.Outcome, run.Summary
	row.Word, row.Worse = k.Expected.Compare(run)
	return row, run
}

// codeOfRow is the exit code of a case.
func codeOfRow(row *corpusRow) int {
	var internal *trial.InternalError
	switch {
	case errors.As(row.err, &internal):
		return exitInternal
	case row.err != nil:
		return exitUsage
	case !row.Worse:
		return exitValid
	}
	return exitOf(row.Outcome)
}

// worseCode is the worse of two exit codes: an internal error outranks a case that can't run, which outranks a violation.
func worseCode(a, b int) int {
	order := []int{exitValid, exitUnknown, exitViolation, exitUsage, exitInternal}
	if slices.Index(order, b) > slices.Index(order, a) {
		return b
	}
	return a
}

// printCorpus prints what cases show.
func (a *app) printCorpus(rows []corpusRow, summary, format string) error {
	var list []shown
	for _, r := range rows {
		o := check.Valid
		if r.Worse {
			o = check.Violation
		}
		reason := r.Word
		if r.Worse {
			reason += ": " + r.Summary
		}
		list = append(list, shown{title: r.Name, summary: r.Word, replay: a.program + " replay " + quote(r.File),
			results: trial.Results{Outcome: o, Checks: []trial.Check{{Name: "expected verdict", Outcome: o, Reason: reason}}}})
	}
	switch format {
	case "json":
		return encodeJSON(a.stdout, struct {
			Worse   bool        `json:"worse"`
			Summary string      `json:"summary"`
			Cases   []corpusRow `json:"cases"`
		}{slices.ContainsFunc(rows, func(r corpusRow) bool { return r.Worse }), summary, rows})
	case "junit":
		return printJUnit(a.stdout, list)
	case "github":
		for _, s := range list {
			if err := printGitHub(a.stdout, s); err != nil {
				return err
			}
		}
		return nil
	}
	var table [][]string
	for _, r := range rows {
		table = append(table, []string{r.Name, r.Word, printable(r.Summary)})
	}
	printTable(a.stdout, "", table)
	fmt.Fprintf(a.stdout, "\n%s\n", summary)
	for i, r := range rows {
		if r.Worse {
			fmt.Fprintf(a.stdout, "  replay  %s\n", list[i].replay)
		}
	}
	return nil
}
