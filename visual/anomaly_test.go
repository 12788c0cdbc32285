package visual_test

import (
	"strings"
	"testing"

	"simrun/check/txn"
	"simrun/history"
	"simrun/trial"
	"simrun/visual"
)

// skewPage is the report of three transactions, two of which show write skew.
func skewPage(t *testing.T) visual.Page {
	t.Helper()
	r, err := history.ReadWith(strings.NewReader(`
{:type :invoke, :f :txn, :value [[:r :x nil] [:append :y 1]], :process 0, :index 0, :time 1000000}
{:type :invoke, :f :txn, :value [[:r :y nil] [:append :x 1]], :process 1, :index 1, :time 2000000}
{:type :ok, :f :txn, :value [[:r :x nil] [:append :y 1]], :process 0, :index 2, :time 3000000}
{:type :ok, :f :txn, :value [[:r :y nil] [:append :x 1]], :process 1, :index 3, :time 4000000}
{:type :invoke, :f :txn, :value [[:r :x nil] [:r :y nil]], :process 2, :index 4, :time 5000000}
{:type :ok, :f :txn, :value [[:r :x [1]] [:r :y [1]]], :process 2, :index 5, :time 6000000}
`), "skew.edn", history.Options{})
	if err != nil {
		t.Fatal(err)
	}
	v, err := txn.Check(r.Events, txn.Options{})
	if err != nil {
		t.Fatal(err)
	}
	res := trial.IsolationResults("skew.edn", r, v)
	return visual.Page{Title: res.File, Outcome: res.Outcome, Summary: res.Summary, Checks: res.Checks, History: r.Events, Isolation: res.Isolation}
}

// The sentences, the graph, the panel and the bars call a transaction by one name, and the graph is in the page without a script.
func TestAnomalyIsDrawn(t *testing.T) {
	b := open(t, skewPage(t))
	b.state()
	has(t, "the panel", b.text(".details"), "T1: read x = [], append 1 to y", "T2: read y = [], append 1 to x")
	has(t, "the section", b.text("section.graph"), "G2-item, which repeatable-read forbids", "T2 read y = nothing, so it came before T1", "rw x", "rw y")
	if strings.Contains(b.text("section.graph"), "T3") {
		t.Error("the graph has a transaction that is no part of the anomaly")
	}
	b.click(b.locate("operation", 1))
	if s := b.state(); s.Selected == nil || s.Selected.ID != 1 {
		t.Fatalf("a click on the bar of T2 selects %+v", s.Selected)
	}
	has(t, "the panel", b.text(".details"), "T2: read y = [], append 1 to x")
	box := eval[[]float64](b, `(() => { const r = document.querySelector("svg.anomaly").getBoundingClientRect(); return [r.width, r.height]; })()`)
	if len(box) != 2 || box[0] < 600 || box[1] < 100 {
		t.Errorf("the graph is %v pixels", box)
	}
	b.quiet()

	page := string(render(t, skewPage(t)))
	if n := strings.Count(page, "<svg"); n != 1 {
		t.Errorf("the page has %d graphs, of 1 anomaly", n)
	}
	if again := string(render(t, skewPage(t))); again != page {
		t.Error("the page differs from itself")
	}
}
