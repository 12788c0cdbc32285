package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/template"

	"github.com/spf13/cobra"

	"simrun/check"
	"simrun/models"
	"simrun/sim"
	"simrun/sim/shrink"
	"simrun/trial"
	"simrun/visual/store"
)

func newShrink(a *app) *cobra.Command {
	var kf checkFlags
	var of outFlags
	var runs int
	cmd := &cobra.Command{
		Use:   "shrink [PATH]",
		Short: "make a failing case small",
		Long: `shrink makes a failing case small: fewer faults, fewer operations, shorter, calmer,
as long as the same promise is broken. PATH is the folder of a run, or a case file;
left out, it is the latest run of the store.

The small case is run and stored. The folder that it came from gets it too, as
case.min.json, and with it a Go test that fails until the defect is mended,
repro_test.go.`,
		Example: "  simrun shrink\n  simrun shrink store/latest --runs 500",
		Args:    atMostOne,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := of.check(); err != nil {
				return err
			}
			if runs < 1 {
				return fmt.Errorf("--runs %d: expected a number from 1", runs)
			}
			path := filepath.Join(of.out, store.Latest)
			if len(args) == 1 {
				path = args[0]
			}
			return a.work(cmd.Context(), func() error { return a.shrink(cmd.Context(), path, runs, &kf, &of) })
		},
	}
	cmd.Flags().SortFlags = false
	cmd.Flags().IntVar(&runs, "runs", shrink.DefaultRuns, "`NUMBER` of simulations at most")
	kf.add(cmd, "that of the workload")
	of.add(cmd)
	return cmd
}

// shrink makes the case at a path small.
func (a *app) shrink(ctx context.Context, path string, runs int, kf *checkFlags, of *outFlags) error {
	spec, opts, err := kf.parse()
	if err != nil {
		return err
	}
	dir, file, err := locate(path)
	if err != nil {
		return err
	}
	c, m, err := a.readCase(file)
	if err != nil {
		return err
	}
	first, err := simulate(m, c, false, spec, opts)
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	failed := first.judgement.Failed()
	if len(failed) == 0 {
		return fmt.Errorf("%s: the run does not fail (it is %v), so there is nothing to make small", file, first.judgement.Outcome)
	}
	collectLess()
	bar := a.progress("shrink", int64(runs))
	small, err := shrink.Shrink(m.System(), c, breaks(m, failed[0], spec, opts), shrink.Options{Runs: runs, Each: func(r shrink.Report) {
		bar.describe(fmt.Sprintf("shrink: %s, %s, trying %s", plural(r.Faults, "fault"), plural(r.Operations, "operation"), r.Trying))
		bar.add(1)
	}})
	bar.end()
	if err != nil {
		return err
	}
	j, err := simulate(m, small.Case, true, spec, opts)
	if err != nil {
		return err
	}
	if dir != "" {
		if err := keepSmall(dir, j, failed[0]); err != nil {
			return err
		}
	}
	how := "nothing more can be taken away"
	if !small.Complete {
		how = "more may be possible with a larger --runs"
	}
	fmt.Fprintf(a.stderr, "%s and %s are left of %s and %s, after %s; %s\n",
		plural(countFaults(&small.Case), "fault"), plural(countInvocations(j.result), "operation"),
		plural(countFaults(&c), "fault"), plural(countInvocations(first.result), "operation"), plural(small.Runs, "run"), how)
	again := file
	if dir != "" {
		again = filepath.Join(dir, "case.min.json")
	}
	return a.keep(ctx, j, of, a.program+" replay "+quote(again))
}

// breaks says of a run whether it breaks the same promise.
func breaks(m models.Model, name string, spec check.Spec, opts check.Options) func(*sim.Result) bool {
	return func(r *sim.Result) bool {
		if name != trial.Linearizability {
			for _, v := range r.Violations {
				if v.Check == name {
					return true
				}
			}
			return false
		}
		j, err := trial.Judge(m, r, spec, opts)
		return err == nil && j.Checks[0].Outcome == check.Violation
	}
}

// keepSmall writes the small case, and a test of it, into the folder of the run that it came from.
func keepSmall(dir string, j *judged, broken string) error {
	var test bytes.Buffer
	err := reproTemplate.Execute(&test, map[string]any{
		"Name": testName(j.result.Case.Model), "Seed": j.result.Case.Seed, "Broken": broken, "Case": strings.TrimSpace(string(j.text)),
	})
	if err != nil {
		return err
	}
	for name, text := range map[string][]byte{"case.min.json": j.text, "repro_test.go": test.Bytes()} {
		if err := store.WriteFile(filepath.Join(dir, name), func(w io.Writer) error { _, err := w.Write(text); return err }); err != nil {
			return err
		}
	}
	return nil
}

var reproTemplate = template.Must(template.New("repro").Parse(`package repro

import (
	"testing"

	"simrun/check"
	"simrun/models"
	"simrun/models/all"
	"simrun/sim"
	"simrun/trial"
)

// Test{{.Name}}Seed{{.Seed}} runs the smallest case that was found to break: {{.Broken}}.
// It fails until that is mended.
func Test{{.Name}}Seed{{.Seed}}(t *testing.T) {
	c, err := sim.ParseCase("case.min.json", []byte(` + "`{{.Case}}`" + `))
	if err != nil {
		t.Fatal(err)
	}
	m, err := models.ByName(all.Models(), c.Model)
	if err != nil {
		t.Fatal(err)
	}
	r, err := sim.Run(m.System(), c)
	if err != nil {
		t.Fatal(err)
	}
	j, err := trial.Judge(m, r, nil, check.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if j.Outcome != check.Valid {
		t.Errorf("%v: %s", j.Outcome, j.Summary)
	}
}
`))

// testName is the name of a model as a part of the name of a test: "PrimaryBackup".
func testName(model string) string {
	var b strings.Builder
	for word := range strings.FieldsFuncSeq(model, func(r rune) bool { return !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9') }) {
		b.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return b.String()
}

func countFaults(c *sim.Case) int { return len(c.Faults) }

func countInvocations(r *sim.Result) int { n := countOps(r.History); return n.Total() }

// readCase reads a case file, and finds its model.
func (a *app) readCase(file string) (sim.Case, models.Model, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return sim.Case{}, models.Model{}, inFile(file, err)
	}
	c, err := sim.ParseCase(file, text)
	if err != nil {
		return c, models.Model{}, err
	}
	m, err := a.models.named(c.Model)
	if err != nil {
		return c, m, fmt.Errorf("%s: %w", file, err)
	}
	return c, m, nil
}
