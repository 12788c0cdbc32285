package cycle_test

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"simrun/check/txn"
	"simrun/history"
	"simrun/trial"
	"simrun/visual/cycle"
)

// skew is a history with write skew, in which the first transaction's key has a name that a careless picture would break on, and the last one
// has no answer.
const skew = `
{"process":0,"type":"invoke","f":"txn","time":1000000,"value":[["r","<x&>",null],["append","y",1]]}
{"process":1,"type":"invoke","f":"txn","time":2000000,"value":[["r","y",null],["append","<x&>",1]]}
{"process":0,"type":"ok","f":"txn","time":8000000,"value":[["r","<x&>",null],["append","y",1]]}
{"process":1,"type":"ok","f":"txn","time":9000000,"value":[["r","y",null],["append","<x&>",1]]}
{"process":2,"type":"invoke","f":"txn","time":12000000,"value":[["r","<x&>",null],["r","y",null]]}
{"process":2,"type":"ok","f":"txn","time":15000000,"value":[["r","<x&>",[1]],["r","y",[1]]]}
`

// isolation decides a history, whose lines are numbered.
func isolation(t *testing.T, text string) (*trial.Isolation, *history.Reading) {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(text), "\n")
	for i := range lines {
		lines[i] = fmt.Sprintf(`{"index":%d,%s`, i, lines[i][1:])
	}
	text = strings.Join(lines, "\n")
	r, err := history.ReadWith(strings.NewReader(text), "test", history.Options{Format: history.JSONL})
	if err != nil {
		t.Fatal(err)
	}
	v, err := txn.Check(r.Events, txn.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return trial.IsolationResults("test", r, v).Isolation, r
}

func draw(t *testing.T, text string, o cycle.Options) string {
	t.Helper()
	i, r := isolation(t, text)
	a := i.Worst()
	if a == nil {
		t.Fatal("there is no anomaly")
	}
	var b bytes.Buffer
	if err := cycle.Write(&b, i, a, r.Events, o); err != nil {
		t.Fatal(err)
	}
	wellFormed(t, b.String())
	return b.String()
}

func wellFormed(t *testing.T, svg string) {
	t.Helper()
	for d := xml.NewDecoder(strings.NewReader(svg)); ; {
		if _, err := d.Token(); err == io.EOF {
			return
		} else if err != nil {
			t.Fatalf("the picture is no XML: %v\n%s", err, svg)
		}
	}
}

func TestCycleShowsWhatHappened(t *testing.T) {
	svg := draw(t, skew, cycle.Options{})
	for what, part := range map[string]string{
		"title":            ">G2-item, which repeatable-read forbids<",
		"first name":       `<text class="name" x="26" y="52">T1</text>`,
		"where it is":      ">process 1, line 2<",
		"what it did":      ">append 1 to y<",
		"kind and key":     ">rw &lt;x&amp;&gt;<",
		"way back":         ">rw y<",
		"arrow":            `<path class="edge rw" d="M366 52C480 52 480 52 587 52"/><path class="tip rw" d="M594 52l-7 -4v8z"/>`,
		"arrow back":       `<path class="edge rw" d="M594 80C480 80 480 80 373 80"/><path class="tip rw" d="M366 80l7 -4v8z"/>`,
		"row of the times": `<tspan class="name">T2</tspan> process 1<`,
		"when it ran":      `<rect class="bar ok" x="284" y="150" width="660"`,
		"axis":             ">4 ms<",
		"dark theme":       "prefers-color-scheme:dark",
	} {
		if !strings.Contains(svg, part) {
			t.Errorf("the picture has no %s, %s: %s", what, part, svg)
		}
	}
	if strings.Contains(svg, "T3") {
		t.Error("the picture has a transaction that is no part of the anomaly")
	}
	if again := draw(t, skew, cycle.Options{}); again != svg {
		t.Error("the same anomaly, drawn twice, is two pictures")
	}
}

func TestCycleOptions(t *testing.T) {
	if svg := draw(t, skew, cycle.Options{Untitled: true}); strings.Contains(svg, `class="title"`) {
		t.Error("the title is drawn")
	}
	if svg := draw(t, skew, cycle.Options{Untimed: true}); !strings.Contains(svg, ">event 4000000<") {
		t.Errorf("positions are drawn as times: %s", svg)
	}
}

// TestCycleOfMany draws a cycle of three and more: down the left side and up the right one; and one of more transactions than a person can follow.
func TestCycleOfMany(t *testing.T) {
	for _, n := range []int{3, 4, 7, 60} {
		var invoke, ok strings.Builder
		for i := range n { // each appends to its own list, and does not see the next
			line := `{"process":%d,"type":"%s","f":"txn","time":%d,"value":[["append","k%d",1],["r","k%d",null]]}` + "\n"
			fmt.Fprintf(&invoke, line, i, "invoke", time.Duration(i), i, (i+1)%n)
			fmt.Fprintf(&ok, line, i, "ok", time.Duration(100+i)*time.Hour, i, (i+1)%n)
		}
		svg := draw(t, invoke.String()+ok.String(), cycle.Options{})
		boxes, edges := strings.Count(svg, `class="box"`), strings.Count(svg, `class="edge rw"`)
		if n <= 40 && (boxes != n || edges != n) {
			t.Errorf("a cycle of %d transactions has %d boxes and %d edges", n, boxes, edges)
		}
		if n > 40 && (boxes != 40 || edges != 39 || !strings.Contains(svg, fmt.Sprintf(">and %d more transactions<", n-40))) {
			t.Errorf("a cycle of %d transactions has %d boxes and %d edges", n, boxes, edges)
		}
	}
}

// TestAnomalyWithoutCycle draws an anomaly that is one dependency too many, and one that is none.
func TestAnomalyWithoutCycle(t *testing.T) {
	svg := draw(t, `
{"process":0,"type":"invoke","f":"txn","time":1,"value":[["append","x",1]]}
{"process":0,"type":"fail","f":"txn","time":2,"value":[["append","x",1]]}
{"process":1,"type":"invoke","f":"txn","time":3,"value":[["r","x",null]]}
{"process":1,"type":"ok","f":"txn","time":4,"value":[["r","x",[1]]]}
`, cycle.Options{})
	for _, part := range []string{">G1a, which read-committed forbids<", ">T1<", ">T2<", `class="bar fail"`, ">2 ns<", ">wr x<"} {
		if !strings.Contains(svg, part) {
			t.Errorf("the picture has no %s: %s", part, svg)
		}
	}
	svg = draw(t, `
{"process":0,"type":"invoke","f":"txn","time":1,"value":[["r","x",null]]}
{"process":0,"type":"ok","f":"txn","time":2,"value":[["r","x",[7]]]}
`, cycle.Options{})
	if !strings.Contains(svg, ">garbage-read, which read-uncommitted forbids<") || strings.Contains(svg, `class="edge`) {
		t.Errorf("the picture of one transaction has no title, or has an arrow: %s", svg)
	}
}
