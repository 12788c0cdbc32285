package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strconv"
	"strings"
	"text/template"

	"github.com/spf13/cobra"

	"simrun/internal/count"
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
	var pf programFlags
	cmd := &cobra.Command{
		Use:   "shrink [PATH]",
		Short: "make a failing case small",
		Long: `shrink makes a failing case small: fewer faults, fewer operations, shorter, calmer,
as long as the same promise is broken. PATH is the folder of a run, or a case file;
left out, it is the latest run of the store.

The small case is run and stored. The folder that it came from gets it too, as
case.min.json, and with it a Go test that fails until the bug is fixed,
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
			return a.work(cmd.Context(), func() error { return a.shrink(cmd.Context(), path, runs, &pf, &kf, &of) })
		},
	}
	cmd.Flags().SortFlags = false
	cmd.Flags().IntVar(&runs, "runs", shrink.DefaultRuns, "`NUMBER` of simulations at most")
	pf.addPath(cmd)
	kf.add(cmd, "that of the workload")
	of.add(cmd)
	return cmd
}

// shrink makes the case at a path small.
func (a *app) shrink(ctx context.Context, path string, runs int, pf *programFlags, kf *checkFlags, of *outFlags) error {
	spec, opts, err := kf.parse()
	if err != nil {
		return err
	}
	dir, file, err := locate(path)
	if err != nil {
		return err
	}
	c, m, err := a.readCase(ctx, file, pf)
	if err != nil {
		return err
	}
	if c.Live() {
		return fmt.Errorf("%s can't be made small: %s runs natively, in real time, where no two runs are the same; compile the program to WASI, where they are", file, c.Program.Path)
	}
	first, err := trial.Simulate(m, c, false, spec, opts)
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	failed := first.Failed()
	if len(failed) == 0 {
		return fmt.Errorf("%s: the run does not fail (it is %v), so there is nothing to make small", file, first.Outcome)
	}
	collectLess()
	bar := a.progress("shrink", int64(runs))
	small, err := shrink.Shrink(m.System(), c, trial.Breaks(m, failed[0].Name, spec, opts), shrink.Options{Runs: runs, Each: func(r shrink.Report) {
		bar.describe(fmt.Sprintf("shrink: %s, %s, trying %s", count.Of(r.Faults, "fault"), count.Of(r.Operations, "operation"), r.Trying))
		bar.add(1)
	}})
	bar.end()
	if err != nil {
		return err
	}
	t, err := trial.Simulate(m, small.Case, true, spec, opts)
	if err != nil {
		return err
	}
	if dir != "" {
		if err := keepSmall(dir, t, failed[0].Name); err != nil {
			return err
		}
	}
	how := "nothing more can be taken away"
	if !small.Complete {
		how = "more may be possible with a larger --runs"
	}
	fmt.Fprintf(a.stderr, "shrunk from %s and %s to %d and %d, in %s; %s\n",
		count.Of(len(c.Faults), "fault"), count.Of(trial.CountOps(first.History).Total(), "operation"),
		len(small.Case.Faults), trial.CountOps(t.History).Total(), count.Of(small.Runs, "run"), how)
	again := file
	if dir != "" {
		again = filepath.Join(dir, "case.min.json")
	}
	return a.keep(ctx, t, of, a.program+" replay "+quote(again))
}

// keepSmall writes the small case, and a test of it, into the folder of the run that it came from.
func keepSmall(dir string, t *trial.Run, broken string) error {
	text, err := sim.FormatCase(t.Case)
	if err != nil {
		return err
	}
	tested, err := sim.FormatCase(anyBuild(t.Case))
	if err != nil {
		return err
	}
	var test bytes.Buffer
	repro := repro{Name: testName(t.Case.Model), Seed: t.Case.Seed, Broken: printable(broken), Case: literal(strings.TrimSpace(string(tested)))}
	repro.Package, repro.Import, repro.Model = modelIn(t.Model)
	if p := t.Case.Program; p != nil {
		repro.Package, repro.Import, repro.Model = "repro", "simrun/simtest/programs", programExpression(p)
	}
	err = reproTemplate.Execute(&test, repro)
	if err != nil {
		return err
	}
	for name, text := range map[string][]byte{"case.min.json": text, "repro_test.go": test.Bytes()} {
		if err := store.WriteFile(filepath.Join(dir, name), func(w io.Writer) error { _, err := w.Write(text); return err }); err != nil {
			return err
		}
	}
	return nil
}

// repro is what the test of a small case is made from.
type repro struct {
	Package, Import, Model string // of the test; of the model, "" if that is the same; how the test names the model
	Name                   string
	Seed                   sim.Seed
	Broken                 string
	Case                   string // as a literal of Go
}

// literal is a text as a literal of Go: on lines of its own, unless a mark in it would end it there. A case may come from anyone.
func literal(text string) string {
	if strings.ContainsAny(text, "`\r\x00\ufeff") {
		return strconv.Quote(text)
	}
	return "`" + text + "`"
}

// anyBuild is a case for any build of its program: a test of it is there for the builds to come.
func anyBuild(c sim.Case) sim.Case {
	c.Program = nil
	return c
}

// programExpression is how a test names the model of a program, from the folder that the command was given in.
func programExpression(p *sim.Program) string {
	words := make([]string, 0, 1+len(p.Args))
	for _, w := range append([]string{p.Path}, p.Args...) {
		words = append(words, strconv.Quote(w))
	}
	return "programs.Model(t, " + strings.Join(words, ", ") + ")"
}

// modelIn finds the package that a model's code is in, by its Boot: there, by convention, Model() returns it.
func modelIn(m models.Model) (pkg, imported, expr string) {
	name := runtime.FuncForPC(reflect.ValueOf(m.Boot).Pointer()).Name() // "simrun/models/raft.boot", "main.Model.func1"
	slash := strings.LastIndex(name, "/") + 1
	dot := strings.Index(name[slash:], ".")
	if path := name[:slash+dot]; path != "main" {
		return "repro", path, path[slash:] + ".Model()"
	}
	return "main", "", "Model()"
}

var reproTemplate = template.Must(template.New("repro").Parse(`package {{.Package}}

import (
	"testing"

	"simrun/simtest"
{{- if .Import}}

	"{{.Import}}"
{{- end}}
)

// Test{{.Name}}Seed{{.Seed}} runs the smallest case that was found to break: {{.Broken}}.
// It fails until that is fixed.
func Test{{.Name}}Seed{{.Seed}}(t *testing.T) {
	simtest.ReplayText(t, {{.Model}}, ` + "{{.Case}}" + `)
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

// readCase reads a case file, and finds its model, or the program that it is of.
func (a *app) readCase(ctx context.Context, file string, pf *programFlags) (sim.Case, models.Model, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return sim.Case{}, models.Model{}, inFile(file, err)
	}
	c, err := sim.ParseCase(file, text)
	if err != nil {
		return c, models.Model{}, err
	}
	if c.Program != nil || pf.path != "" {
		m, err := pf.modelOf(ctx, &c)
		if err != nil {
			err = fmt.Errorf("%s: %w", file, err)
		}
		return c, m, err
	}
	m, err := a.models.named(c.Model)
	if err != nil {
		return c, m, fmt.Errorf("%s is a case of model %q, and this program has %s: run it with a program whose main is cli.Main with that model (docs/guide.md, Your own model)",
			file, c.Model, joinStrings(a.models.names()))
	}
	return c, m, nil
}
