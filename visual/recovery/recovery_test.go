package recovery_test

import (
	"bytes"
	"encoding/xml"
	"io"
	"math"
	"strings"
	"testing"
	"time"

	"simrun/sim"
	"simrun/trial/recovery"
	page "simrun/visual/recovery"
)

func rows() []recovery.Row {
	flat := make([]recovery.Band, (recovery.Lead+recovery.Watched)/recovery.Bucket)
	for i := range flat {
		flat[i] = recovery.Band{Low: 0.9, Median: 1, High: 1.1}
	}
	s := func(name, plan string) recovery.Scenario {
		return recovery.Scenario{Name: name, Summary: "<what> happens", Plan: plan}
	}
	back := recovery.Quantiles{P50: recovery.Figure(300 * time.Millisecond), P95: recovery.Figure(1200 * time.Millisecond), Max: recovery.Figure(math.Inf(1))}
	return []recovery.Row{
		{Model: "a", Scenario: s("none", ""), Seeds: 20, Fired: 20, Goodput: 99.6, Curve: flat},
		{Model: "a", Scenario: s("<crash>", "at 4s crash n1"), Seeds: 20, Fired: 20, Goodput: 99.6, Curve: flat, Back: back, Ends: sim.Time(time.Second), Violations: 1, Wrong: 7, Reason: "lost & found"},
		{Model: "b", Scenario: s("crash", "at 4s crash n1"), Skipped: "nobody may"},
	}
}

// A chart has a panel for each row that was measured, a band in each, and is well-formed XML.
func TestChart(t *testing.T) {
	var b bytes.Buffer
	if err := page.Chart(&b, rows()); err != nil {
		t.Fatal(err)
	}
	text := b.String()
	for what, n := range map[string]int{`class="title"`: 2, `class="band c0"`: 2, `class="fault"`: 1, "back: 300 ms (95 %: 1.2 s)": 1, "&lt;crash&gt;": 1} {
		if got := strings.Count(text, what); got != n {
			t.Errorf("%d times %s, want %d", got, what, n)
		}
	}
	for d := xml.NewDecoder(&b); ; {
		if _, err := d.Token(); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

// The variants of a model share a panel, each with a curve and a line that names it.
func TestChartOfVariants(t *testing.T) {
	list := rows()[1:2]
	list = append(list, list[0], list[0])
	list[1].Variant, list[2].Variant = "no-<bug>", "option=off"
	var b bytes.Buffer
	if err := page.Chart(&b, list); err != nil {
		t.Fatal(err)
	}
	for what, n := range map[string]int{`class="title"`: 1, `class="band c`: 3, `class="median c2"`: 1, "no-&lt;bug&gt;, back: ": 1, ">a, back: ": 1} {
		if got := strings.Count(b.String(), what); got != n {
			t.Errorf("%d times %s, want %d", got, what, n)
		}
	}
}

// A page has a section for each model, the reason where nothing was measured, and what went wrong, all escaped.
func TestPage(t *testing.T) {
	var b bytes.Buffer
	if err := page.Write(&b, rows()); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"<h2>a</h2>", "<h2>b</h2>", "20 seeds, 100 answers a second", "not measured: nobody may", "seed 7: lost &amp; found", "&lt;what&gt; happens"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %s", want)
		}
	}
	if strings.Contains(b.String(), "<what>") || strings.Contains(b.String(), "http") && !strings.Contains(b.String(), "http://www.w3.org/2000/svg") {
		t.Error("not escaped, or it needs something else")
	}
}

// A page of Markdown has a section and a picture for each model, a line for each fault that was measured, and says why the others were not.
func TestMarkdown(t *testing.T) {
	var b bytes.Buffer
	if err := page.Markdown(&b, rows(), func(model string) string { return "pictures/" + model + ".svg" }); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"## a\n\n20 seeds, 100 answers a second", "(pictures/a.svg)", "| &lt;crash> | 0 | 300 ms (95 %: 1.2 s) | 0 | 0 | &lt;what> happens |\n", "- &lt;crash>: 1 of 20 seeds: seed 7: lost & found\n", "## b\n\nnothing was measured", "- crash: not measured: nobody may\n"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, &b)
		}
	}
}

// Figures for people.
func TestFigures(t *testing.T) {
	of := func(p50, p95 float64) recovery.Quantiles {
		return recovery.Quantiles{P50: recovery.Figure(p50), P95: recovery.Figure(p95)}
	}
	for got, want := range map[string]string{
		page.Time(of(0, 0)):                     "0",
		page.Time(of(1.4e6, 1.4e6)):             "1 ms",
		page.Time(of(2.5e8, 1.26e9)):            "250 ms (95 %: 1.3 s)",
		page.Time(of(2.5e8, math.Inf(1))):       "250 ms (95 %: never)",
		page.Time(of(math.Inf(1), math.Inf(1))): "never",
		page.Number(of(0, 1234)):                "0 (95 %: 1,234)",
		page.Number(of(12, 12)):                 "12",
	} {
		if got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
