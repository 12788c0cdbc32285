package cli

import (
	"bytes"
	"io"
	"path/filepath"
	"reflect"
	"runtime"
	"strconv"
	"strings"
	"text/template"

	"simrun/models"
	"simrun/sim"
	"simrun/trial"
	"simrun/visual/store"
)

// smallCaseFile is the name of the small case in the folder of the run that it came from.
const smallCaseFile = "case.min.json"

// keepSmall writes the small case, and a test of it, into the folder of the run that it came from.
func keepSmall(dir string, t *trial.Run, broken string) error {
	text, err := sim.FormatCase(t.Case)
	if err != nil {
		return err
	}
	test, err := reproTest(t, broken)
	if err != nil {
		return err
	}
	for name, text := range map[string][]byte{smallCaseFile: text, "repro_test.go": test} {
		if err := store.WriteFile(filepath.Join(dir, name), func(w io.Writer) error { _, err := w.Write(text); return err }); err != nil {
			return err
		}
	}
	return nil
}

// reproTest is a test of Go that fails as long as the case of a run breaks what it breaks.
func reproTest(t *trial.Run, broken string) ([]byte, error) {
	tested, err := sim.FormatCase(anyBuild(t.Case))
	if err != nil {
		return nil, err
	}
	var test bytes.Buffer
	repro := repro{Name: testName(t.Case.Model), Seed: t.Case.Seed, Broken: printable(broken), Case: literal(strings.TrimSpace(string(tested)))}
	repro.Package, repro.Import, repro.Model = modelIn(t.Model)
	if p := t.Case.Program; p != nil {
		repro.Package, repro.Import, repro.Model = "repro", "simrun/simtest/programs", programExpression(p)
	}
	err = reproTemplate.Execute(&test, repro)
	return test.Bytes(), err
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
