package visual

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"

	"simrun/check"
	"simrun/history"
	"simrun/trial"
	"simrun/visual/cycle"
)

//go:generate go tool esbuild report/main.ts report/report.css --bundle --minify --target=es2022 --charset=ascii --legal-comments=none --outdir=report/dist

var (
	//go:embed report/dist/main.js
	script string
	//go:embed report/dist/report.css
	style string
	//go:embed report/page.html
	pageHTML string

	pageTemplate = template.Must(template.New("page").Parse(pageHTML))
)

// Write writes the report of p: one HTML file that needs nothing else. Whatever
// in p is shown as text and never runs. The error is that of w, or says
// that the case of p is no JSON.
func Write(w io.Writer, p Page) error {
	data, err := payload(&p)
	if err != nil {
		return err
	}
	v := view{
		Page:    &p,
		Style:   template.CSS(style),
		Script:  template.JS(script),
		Policy:  policy(),
		Payload: template.HTML(base64.StdEncoding.EncodeToString(data)),
	}
	if len(p.Case) > 0 {
		var b bytes.Buffer
		if err := json.Indent(&b, bytes.TrimSpace(p.Case), "", "  "); err != nil {
			return fmt.Errorf("report: the case is not JSON: %w", err)
		}
		v.CaseText = b.String()
	}
	return pageTemplate.Execute(w, v)
}

// policy allows the page its own script by its hash, its styles and nothing
// else: no network, and no script that came in with a history.
func policy() string {
	sum := sha256.Sum256([]byte(script))
	return "default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'sha256-" +
		base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// view is what the template shows of a page.
type view struct {
	*Page
	Style    template.CSS
	Script   template.JS
	Policy   string
	Payload  template.HTML // base64
	CaseText string
}

// Class is the name of the outcome as a class of the style sheet.
func (v view) Class() string { return v.Outcome.String() }

// Verdict is the outcome as a word on the badge.
func (v view) Verdict() string { return outcomeWord(v.Outcome) }

// Failed are the checks that need a sentence: first the violated ones, in order of the time at which they were, then those
// that were not decided.
func (v view) Failed() []checkView {
	list := v.checks(func(c trial.Check) bool { return c.Outcome != check.Valid })
	undecided := map[check.Outcome]int{check.Unknown: 1}
	slices.SortStableFunc(list, func(a, b checkView) int {
		return cmp.Or(undecided[a.Outcome]-undecided[b.Outcome], cmp.Compare(a.Time, b.Time))
	})
	return list
}

// Passed are the checks that hold.
func (v view) Passed() []checkView {
	return v.checks(func(c trial.Check) bool { return c.Outcome == check.Valid })
}

// Beyond is a reason that the summary does not give already; "" otherwise.
func (v view) Beyond(reason string) string {
	if strings.Contains(v.Summary, reason) {
		return ""
	}
	return reason
}

func (v view) checks(keep func(trial.Check) bool) []checkView {
	var out []checkView
	for i, c := range v.Page.Checks {
		if keep(c) {
			out = append(out, checkView{Check: c, Number: i})
		}
	}
	return out
}

// Cores are the cores of violated histories as tables.
func (v view) Cores() []coreView {
	var out []coreView
	ops := operations(v.History)
	for i, c := range v.Page.Checks {
		if len(c.Core) == 0 {
			continue
		}
		t := coreView{Name: c.Name, Number: i}
		inCore := map[int]bool{}
		for _, invoke := range c.Core {
			inCore[invoke] = true
		}
		for n, op := range ops {
			if inCore[op.invoke] {
				t.Operations = append(t.Operations, v.row(n, op))
			}
		}
		out = append(out, t)
	}
	return out
}

func (v view) row(n int, op operation) rowView {
	a := v.History[op.invoke]
	r := rowView{Number: n, Process: int64(a.Process), F: a.F, Key: a.Key, Input: shown(a.Value), Call: moment(a.Time), Return: "never", Outcome: "info"}
	if op.complete >= 0 {
		b := v.History[op.complete]
		r.Outcome = b.Type.String()
		if b.Type != history.Info {
			r.Return = moment(b.Time)
		}
		if b.Type == history.OK {
			r.Output = shown(b.Value)
		}
	}
	return r
}

// moment is a time in seconds, to the microsecond; a history without clocks
// counts its lines as nanoseconds.
func moment(t history.Time) string {
	if t < 10_000 {
		return fmt.Sprintf("%d ns", t)
	}
	us := int64(t) / 1000
	return fmt.Sprintf("%d.%06d s", us/1e6, us%1e6)
}

// Anomalies are those of transactions, each as sentences and as a graph.
func (v view) Anomalies() ([]anomalyView, error) {
	if v.Isolation == nil {
		return nil, nil
	}
	var all []anomalyView
	for i := range v.Isolation.Anomalies {
		a := &v.Isolation.Anomalies[i]
		var b bytes.Buffer
		if err := cycle.Write(&b, v.Isolation, a, v.History, cycle.Options{Untimed: v.Untimed, Untitled: true}); err != nil {
			return nil, err
		}
		all = append(all, anomalyView{Title: cycle.Title(a), Sentences: a.Sentences, Graph: template.HTML(b.String())})
	}
	return all, nil
}

type anomalyView struct {
	Title     string
	Sentences []string
	Graph     template.HTML // SVG, whose texts are escaped
}

type checkView struct {
	trial.Check
	Number int
}

// Class is the name of the outcome as a class of the style sheet.
func (c checkView) Class() string { return c.Outcome.String() }

// Verdict is the outcome as a word.
func (c checkView) Verdict() string { return outcomeWord(c.Outcome) }

// Points reports whether the diagram can show where the check failed.
func (c checkView) Points() bool { return len(c.Core) > 0 || c.Inevitable > 0 || c.Seen != nil }

type coreView struct {
	Name       string
	Number     int
	Operations []rowView
}

type rowView struct {
	Number                int
	Process               int64
	F, Key, Input, Output string
	Call, Return, Outcome string
}

// outcomeWord is the outcome as a word for people.
func outcomeWord(o check.Outcome) string {
	name := o.String()
	return strings.ToUpper(name[:1]) + name[1:]
}
