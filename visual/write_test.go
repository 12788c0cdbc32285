package visual_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"simrun/check"
	"simrun/history"
	"simrun/sim"
	"simrun/trial"
	"simrun/visual"
)

func render(t *testing.T, p visual.Page) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := visual.Write(&b, p); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestEqualPagesHaveEqualBytes(t *testing.T) {
	a := render(t, simulate(3*time.Second, true).page())
	b := render(t, simulate(3*time.Second, true).page())
	if !bytes.Equal(a, b) {
		t.Fatalf("two reports of one run differ, of %d and %d bytes", len(a), len(b))
	}
}

// The verdict, the replay command and the core must be readable without a script.
func TestVerdictIsPlainHTML(t *testing.T) {
	w := simulate(10*time.Second, true)
	if w.core == nil {
		t.Fatal("the toy run shows no stale read")
	}
	page := string(render(t, w.page()))
	body := page[strings.Index(page, "<body"):strings.Index(page, `<script type="text/plain"`)]
	for _, want := range []string{
		`<span class="badge violation">Violation</span>`,
		"raftlike · register · 5 nodes",
		"<code>simrun replay store/raftlike-register/",
		`<span class="name">election safety</span>`,
		"<noscript>",
		"The core of linearizability: 3 operations that no order explains",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %q outside of its scripts", want)
		}
	}
}

// hostile is text that would leave its place if anything were not escaped.
const hostile = "</script><script>document.title='broken'</script>\"'`<img src=x onerror=alert(1)><!--\u2028\u2029{{.}}${1}&amp;\x00\xff"

func hostilePage() visual.Page {
	h := []history.Event{
		{Index: 0, Time: 1000, Process: 1, Type: history.Invoke, F: hostile, Key: hostile, Value: history.String(hostile), Node: hostile},
		{Index: 1, Time: 2000, Process: 1, Type: history.OK, F: hostile, Key: hostile, Value: history.String(hostile), Error: hostile},
		{Index: 2, Time: 2500, Process: history.Nemesis, Type: history.Info, F: hostile, Value: history.String(hostile)},
	}
	return visual.Page{
		Title: hostile, Summary: hostile, Outcome: check.Violation,
		Commands: []visual.Command{{Label: hostile, Line: hostile}},
		Facts:    []sim.Field{{Name: hostile, Value: hostile}},
		Checks: []trial.Check{
			{Name: hostile, Outcome: check.Violation, Engine: hostile, Reason: hostile, Key: hostile, Core: []int{0}, Inevitable: 1},
			{Name: hostile, Outcome: check.Valid, Reason: hostile},
		},
		Isolation: &trial.Isolation{
			Anomalies:    []trial.Anomaly{{Name: hostile, Transactions: []int{0}, Sentences: []string{hostile}, Edges: []trial.Dependency{{From: 0, To: 0, Kind: "rw", Key: hostile}}}},
			Transactions: []trial.Transaction{{Name: hostile, Event: 0, Process: hostile, Did: hostile}},
		},
		Case:    []byte(`{"name":"</script><script>alert(1)</script>"}`),
		History: h,
		Trace: &sim.Trace{Records: []sim.Record{
			{Event: 1, Time: 10, Kind: sim.Boot, Node: 1, Text: hostile},
			{Event: 1, Time: 10, Kind: sim.StateIs, Node: 1, State: &sim.State{Role: hostile, Epoch: 1, Detail: []sim.Field{{Name: hostile, Value: hostile}}}},
			{Event: 2, Time: 500, Kind: sim.FaultOn, Text: hostile},
			{Event: 3, Time: 1000, Kind: sim.Called, Node: sim.ClientID(1), Message: 0, Text: hostile},
			{Event: 3, Time: 1000, Kind: sim.Send, Node: sim.ClientID(1), Peer: 1, Message: 1, Text: hostile},
			{Event: 4, Cause: 3, Time: 1500, Kind: sim.Deliver, Node: 1, Peer: sim.ClientID(1), Message: 1, Text: hostile},
			{Event: 5, Cause: 4, Time: 2000, Kind: sim.Returned, Node: sim.ClientID(1), Message: 1, Text: hostile},
		}},
	}
}

func TestHostileTextStaysText(t *testing.T) {
	page := render(t, hostilePage())
	if n := bytes.Count(page, []byte("<script")); n != 2 {
		t.Errorf("the page has %d script elements, want its own two", n)
	}
	if n := bytes.Count(page, []byte("</script")); n != 2 {
		t.Errorf("the page closes %d script elements, want its own two", n)
	}
	// U+2028 and U+2029 end a line in old JavaScript, but the page puts no text of
	// a run into a script: there it stands packed, and elsewhere it is HTML.
	for _, bad := range []string{"<img", "onerror=alert(1)>"} {
		if bytes.Contains(page, []byte(bad)) {
			t.Errorf("the page holds %q as it came", bad)
		}
	}
}

func TestDamagedCaseIsRefused(t *testing.T) {
	err := visual.Write(&bytes.Buffer{}, visual.Page{Case: []byte("{")})
	if err == nil || !strings.Contains(err.Error(), "the case is not JSON") {
		t.Fatalf("a damaged case gives the error %v", err)
	}
}

func TestEmptyPage(t *testing.T) {
	if page := render(t, visual.Page{}); !bytes.Contains(page, []byte(`<span class="badge unknown">Unknown</span>`)) {
		t.Error("a page without anything has no verdict")
	}
}

// The page must stay small enough to be mailed: what every page carries, and what
// a record adds to it.
func TestSizeBounds(t *testing.T) {
	const fixed, perRecord = 100_000, 8 // bytes
	empty := len(render(t, visual.Page{}))
	if empty > fixed {
		t.Errorf("a page without a run has %d bytes, want at most %d", empty, fixed)
	}
	w := simulate(60*time.Second, true)
	whole := len(render(t, w.page()))
	if per := (whole - empty) / len(w.trace); per > perRecord {
		t.Errorf("%d records make %d bytes, that is %d for each, want at most %d", len(w.trace), whole, per, perRecord)
	}
	t.Logf("%d bytes without a run, %.1f more per record", empty, float64(whole-empty)/float64(len(w.trace)))
}

// The bundle is committed, so that a build needs no tool; it must be that of the
// sources next to it.
func TestBundleIsCurrent(t *testing.T) {
	source, err := os.ReadFile("write.go")
	if err != nil {
		t.Fatal(err)
	}
	line := regexp.MustCompile(`(?m)^//go:generate (go tool esbuild .*) --outdir=(\S+)$`).FindSubmatch(source)
	if line == nil {
		t.Fatal("write.go has no line that generates the bundle")
	}
	dir := t.TempDir()
	args := append(strings.Fields(string(line[1]))[1:], "--outdir="+dir)
	if out, err := exec.Command("go", args...).CombinedOutput(); err != nil {
		t.Fatalf("the bundle does not build: %v\n%s", err, out)
	}
	for _, name := range []string{"main.js", "report.css"} {
		built, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		committed, err := os.ReadFile(filepath.Join(string(line[2]), name))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(built, committed) {
			t.Errorf("%s is not what its sources give: run go generate ./visual", name)
		}
	}
}
