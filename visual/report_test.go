package visual_test

import (
	"math"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"simrun/check"
	"simrun/history"
	"simrun/sim"
	"simrun/trial"
	"simrun/visual"
)

// historyPage is the report of a recorded history, without a trace.
func historyPage() visual.Page {
	w := simulate(10*time.Second, true)
	p := w.page()
	p.Title, p.Trace, p.Case, p.Commands = "etcd_042.log", nil, nil, []visual.Command{{Label: "again", Line: "simrun check etcd_042.log --spec register"}}
	return p
}

func TestPagesAreQuiet(t *testing.T) {
	for name, c := range map[string]struct {
		page    visual.Page
		options []option
	}{
		"violation":         {simulate(10*time.Second, true).page(), nil},
		"violation, narrow": {simulate(10*time.Second, true).page(), []option{sized(800, 600)}},
		"valid, dark":       {simulate(3*time.Second, false).page(), []option{dark}},
		"history":           {historyPage(), nil},
		"hostile":           {hostilePage(), nil},
	} {
		t.Run(name, func(t *testing.T) {
			b := open(t, c.page, c.options...)
			s := b.state()
			if !s.Ready || s.Operations == 0 {
				t.Errorf("the diagram shows nothing: %+v", s)
			}
			if width := eval[float64](b, `document.documentElement.scrollWidth - innerWidth`); width > 0 {
				t.Errorf("the page is %v pixels wider than its window", width)
			}
			b.quiet()
		})
	}
}

func TestEmptyPageSaysSo(t *testing.T) {
	b := open(t, visual.Page{Title: "nothing"})
	if _, err := chromedp.Run(b.ctx, chromedp.Poll[bool](`document.querySelector("#diagram").innerText.includes("Nothing")`)); err != nil {
		t.Fatal(err)
	}
	has(t, "the page", b.text("#diagram"), "Nothing was recorded")
	b.quiet()
}

func TestHostileTextIsShownAsText(t *testing.T) {
	b := open(t, hostilePage())
	b.state()
	if title := eval[string](b, `document.title`); title == "broken" {
		t.Error("a script that came in with the history ran")
	}
	b.click(b.locate("operation", 0))
	s := b.state()
	if s.Selected == nil || s.Selected.Kind != "operation" {
		t.Fatalf("a click on the operation selects %+v", s.Selected)
	}
	has(t, "the panel", b.text(".details"), "<img src=x onerror=alert(1)>", "</script>")
	if n := eval[int](b, `document.querySelectorAll("img").length`); n != 0 {
		t.Errorf("the page has %d images that came in with the history", n)
	}
	b.quiet()
}

func TestWithoutScriptTheVerdictStands(t *testing.T) {
	b := open(t, simulate(10*time.Second, true).page(), scriptless)
	html, err := chromedp.Run(b.ctx, chromedp.OuterHTML(chromedp.CSS("body")))
	if err != nil {
		t.Fatal(err)
	}
	has(t, "the page", html, "The diagram needs JavaScript", `class="badge violation">Violation`, "3 operations that no order explains")
	if shown := b.visible("noscript p"); !shown {
		t.Error("the sentence for browsers without a script is not shown")
	}
}

// visible tells whether an element takes room on the page, asked without a script.
func (b *tab) visible(selector string) bool {
	b.t.Helper()
	box, err := chromedp.Run(b.ctx, chromedp.Dimensions(chromedp.CSS(selector)))
	return err == nil && box.Height > 0
}

// A report of a violation opens on what went wrong, not on the whole run.
func TestStartsOnTheCore(t *testing.T) {
	w := simulate(10*time.Second, true)
	b := open(t, w.page())
	s := b.state()
	first, last := w.hist[w.core[0]].Time, w.hist[w.core[2]].Time
	if s.T0 > float64(first) || s.T1 < float64(last) {
		t.Errorf("the window %v to %v misses the core from %v to %v", s.T0, s.T1, first, last)
	}
	if s.span() > s.End/2 {
		t.Errorf("the window shows %v of %v, which is not a zoom", s.span(), s.End)
	}
	has(t, "the panel", b.text(".details"), "linearizability", "read")
	has(t, "the table of the core", b.text("section.core"), "3 operations that no order explains", "write", "read")

	valid := open(t, simulate(3*time.Second, false).page()).state()
	if valid.T0 > 0 || valid.T1 < valid.End {
		t.Errorf("a valid run opens on %v to %v of %v, not on the whole", valid.T0, valid.T1, valid.End)
	}
}

func TestZoomAndPan(t *testing.T) {
	b := open(t, simulate(10*time.Second, true).page())
	before := b.state()
	at := b.diagram(0.6, 0.4)
	step := func(name string, act func(), ok func(was, is state) bool) {
		t.Helper()
		act()
		after := b.state()
		if !ok(before, after) {
			t.Errorf("%s: from %.0f–%.0f to %.0f–%.0f", name, before.T0, before.T1, after.T0, after.T1)
		}
		before = after
	}
	narrower := func(was, is state) bool { return is.span() < was.span()*0.9 }
	wider := func(was, is state) bool { return is.span() > was.span()*1.1 }
	step("wheel away zooms in", func() { b.wheel(at, -300) }, narrower)
	step("wheel back zooms out", func() { b.wheel(at, 300) }, wider)
	step("button + zooms in", func() { b.clickOn(".toolbar button", "+") }, narrower)
	step("button − zooms out", func() { b.clickOn(".toolbar button", "−") }, wider)
	step("key + zooms in", func() { b.keys("+") }, narrower)
	step("key - zooms out", func() { b.keys("-") }, wider)
	step("arrow right moves on", func() { b.keys(kb.ArrowRight) }, func(was, is state) bool { return is.T0 > was.T0 && math.Abs(is.span()-was.span()) < 1 })
	step("drag moves back", func() { b.drag(b.diagram(0.4, 0.4), b.diagram(0.7, 0.4), 0) }, func(was, is state) bool { return is.T0 < was.T0 && math.Abs(is.span()-was.span()) < 1 })
	step("drag with Shift zooms to what is marked", func() { b.drag(b.diagram(0.4, 0.4), b.diagram(0.5, 0.4), chromedp.ModifierShift) }, func(was, is state) bool {
		return is.span() < was.span()*0.2 && is.T0 > was.T0 && is.T1 < was.T1
	})
	step("0 shows all", func() { b.keys("0") }, func(_, is state) bool { return is.T0 <= 0 && is.T1 >= is.End })
	step("drag on the axis zooms", func() { b.drag(b.diagram(0.4, 0.02), b.diagram(0.6, 0.02), 0) }, narrower)
	step("a press on the strip goes there", func() { b.click(b.place("canvas.overview", 0.9, 0.5)) }, func(was, is state) bool { return is.T0 > was.T0 })
	step("a drag on the strip shows that part", func() { b.drag(b.place("canvas.overview", 0.2, 0.5), b.place("canvas.overview", 0.3, 0.5), 0) }, func(_, is state) bool {
		return is.T0 > 0 && is.T1 < is.End*0.4
	})
	step("c goes to the core", func() { b.keys("c") }, func(_, is state) bool { return is.T0 < 1.2e9 && is.T1 > 2e9 })
	b.quiet()
}

func TestButtonsOfTheTopBlock(t *testing.T) {
	b := open(t, simulate(10*time.Second, true).page())
	b.state()
	b.keys("0")
	whole := b.state()
	b.clickOn("button.goto", "Show")
	if s := b.state(); s.span() > whole.span()/2 {
		t.Errorf("Show of the failed check shows %v of %v", s.span(), whole.span())
	}
	b.click(b.place("button.copy", 0.5, 0.5))
	if _, err := chromedp.Run(b.ctx, chromedp.Poll[bool](`document.querySelector("button.copy").textContent === "Copied"`)); err != nil {
		t.Errorf("the replay command is not copied: %v", err)
	}
	eval[any](b, `document.querySelector("tr[data-operation]").click()`)
	if s := b.state(); s.Selected == nil || s.Selected.Kind != "operation" {
		t.Errorf("a row of the core's table selects %+v", s.Selected)
	}
	b.quiet()
}

// delivered finds a delivery between servers some way into the run, and its sending.
func delivered(w *raftlike) (send, deliver int) {
	for i, r := range w.trace {
		if r.Kind != sim.Deliver || r.Node < 0 || r.Peer < 0 || r.Time < sim.Time(500*time.Millisecond) {
			continue
		}
		for j := i; j >= 0; j-- {
			if w.trace[j].Kind == sim.Send && w.trace[j].Message == r.Message {
				return j, i
			}
		}
	}
	panic("the toy run delivers nothing")
}

func TestHoverAndDetails(t *testing.T) {
	w := simulate(10*time.Second, true)
	b := open(t, w.page())
	b.state()
	send, deliver := delivered(w)
	r := w.trace[deliver]
	eval[any](b, jsShow(w.trace[send].Time-1e6, r.Time+1e6))
	b.state()

	middle := b.locate("record", deliver)
	b.move(middle)
	if s := b.state(); s.Hovered == nil || *s.Hovered != (target{"record", deliver}) {
		t.Fatalf("the pointer on the message hovers over %+v, want record %d", s.Hovered, deliver)
	}
	has(t, "the tooltip", b.text(".tooltip"), r.Peer.String()+" → "+r.Node.String(), r.Text)

	b.click(middle)
	s := b.state()
	if s.Selected == nil || *s.Selected != (target{"record", deliver}) {
		t.Fatalf("the click selects %+v, want record %d", s.Selected, deliver)
	}
	has(t, "the panel", b.text(".details"), r.Text, "took", "Why: back to the first cause")
	if len(s.Chain) < 3 || s.Chain[1] != send {
		t.Fatalf("the chain of causes is %v, want one that goes on to record %d", s.Chain, send)
	}

	// Walking back: each step is a press on the first cause.
	for _, want := range s.Chain[1:3] {
		eval[any](b, `document.querySelector(".details .section .step").click()`)
		if s := b.state(); s.Selected == nil || s.Selected.ID != want {
			t.Fatalf("the first cause leads to %+v, want record %d", s.Selected, want)
		}
	}
	b.keys(kb.Backspace)
	if s := b.state(); s.Selected == nil || s.Selected.ID != send {
		t.Errorf("Backspace leads to %+v, want back to record %d", s.Selected, send)
	}
	b.keys(kb.Escape)
	if s := b.state(); s.Selected != nil {
		t.Errorf("Escape leaves %+v selected", s.Selected)
	}
	b.quiet()
}

func jsShow(from, to sim.Time) string {
	return "window.simrun.show(" + history.Int(int64(from)).String() + "," + history.Int(int64(to)).String() + ")"
}

func TestCoreOperationTellsItsCauses(t *testing.T) {
	w := simulate(10*time.Second, true)
	b := open(t, w.page())
	b.state()
	b.clickOn(".details .step", "read")
	s := b.state()
	if s.Selected == nil || s.Selected.Kind != "operation" {
		t.Fatalf("the read of the core selects %+v", s.Selected)
	}
	if len(s.Chain) < 3 {
		t.Errorf("its answer has the causes %v", s.Chain)
	}
	has(t, "the panel", b.text(".details"), "In the core", "What led to its answer", "request read", "The nodes at", "leader · term")
}

func TestSearch(t *testing.T) {
	w := simulate(10*time.Second, true)
	b := open(t, w.page())
	b.state()
	b.keys("/")
	if !eval[bool](b, `document.activeElement.type === "search"`) {
		t.Fatal("/ does not lead into the search box")
	}
	// The driver sends the character apart from the key, so that it lands in the box.
	eval[any](b, `document.activeElement.value = ""`)
	b.keys("partition drop n3")
	want := 0
	for _, r := range w.trace {
		if r.Kind == sim.Drop && r.Text == "partition" && (r.Node == 3 || r.Peer == 3) {
			want++
		}
	}
	if s := b.state(); s.Matches != want || want == 0 {
		t.Fatalf("the search finds %d records, want %d", s.Matches, want)
	}
	b.keys(kb.Enter)
	first := b.state().Selected
	b.keys(kb.Enter)
	second := b.state().Selected
	if first == nil || second == nil || second.ID <= first.ID {
		t.Fatalf("Enter goes from %+v to %+v", first, second)
	}
	if r := w.trace[first.ID]; r.Kind != sim.Drop || r.Text != "partition" {
		t.Errorf("the first match is %+v", r)
	}
	b.quiet()
}

func TestLayersAndHelp(t *testing.T) {
	b := open(t, simulate(10*time.Second, true).page())
	before := b.state()
	b.clickOn(".legend button", "AppendEntries")
	if after := b.state(); after.Drawn.Arrows >= before.Drawn.Arrows || before.Drawn.Arrows == 0 {
		t.Errorf("without the most frequent messages there are %d arrows, with them %d", after.Drawn.Arrows, before.Drawn.Arrows)
	}
	b.keys("?")
	if !eval[bool](b, `document.querySelector("dialog").open`) {
		t.Error("? opens no help")
	}
	b.keys(kb.Escape)
	if eval[bool](b, `document.querySelector("dialog").open`) {
		t.Error("Escape leaves the help open")
	}
	b.quiet()
}

// A run of sixty seconds has hundreds of thousands of records: too many to draw,
// so the whole shows how busy it was, and a zoom shows the messages themselves.
func TestLongRunStaysUsable(t *testing.T) {
	w := simulate(60*time.Second, true)
	if len(w.trace) < 200_000 {
		t.Fatalf("the long run has %d records only", len(w.trace))
	}
	b := open(t, w.page())
	if s := b.state(); s.Records != len(w.trace) || s.Drawn.Arrows == 0 {
		t.Fatalf("of %d records %d are there, and %d arrows are drawn", len(w.trace), s.Records, s.Drawn.Arrows)
	}
	b.keys("0")
	whole := b.state()
	if !whole.Drawn.Dense || whole.Drawn.Arrows != 0 {
		t.Errorf("the whole run draws %d arrows", whole.Drawn.Arrows)
	}
	for range 6 {
		b.wheel(b.diagram(0.7, 0.3), -700)
	}
	close := b.state()
	if close.Drawn.Dense || close.Drawn.Arrows == 0 || close.span() > whole.span()/100 {
		t.Errorf("after zooming in, %v of %v is shown with %d arrows", close.span(), whole.span(), close.Drawn.Arrows)
	}
	send, deliver := delivered(w)
	eval[any](b, jsShow(w.trace[send].Time-1e6, w.trace[deliver].Time+1e6))
	b.state()
	b.click(b.locate("record", deliver))
	if s := b.state(); s.Selected == nil || s.Selected.ID != deliver {
		t.Errorf("a click on the message selects %+v", s.Selected)
	}
	if n := eval[int](b, `document.querySelectorAll("*").length`); n > 1000 {
		t.Errorf("the page has %d elements", n)
	}
	b.quiet()
}

func TestHistoryWithoutTrace(t *testing.T) {
	b := open(t, historyPage())
	s := b.state()
	if s.Lanes != 0 || s.Rows != 4 || s.Records != 0 {
		t.Fatalf("the page of a history has %d lanes, %d rows and %d records; want no lanes, 4 rows, no records", s.Lanes, s.Rows, s.Records)
	}
	b.clickOn(".details .step", "read")
	if s := b.state(); s.Selected == nil || s.Selected.Kind != "operation" {
		t.Errorf("the read of the core selects %+v", s.Selected)
	}
	b.quiet()
}

// A monitor that saw a violation has no core: the report opens on the moment.
func TestMonitorViolationOpensOnItsMoment(t *testing.T) {
	w := simulate(10*time.Second, false)
	p := w.page()
	at := sim.Time(3 * time.Second)
	p.Outcome = check.Violation
	p.Checks = append(p.Checks, trial.ViolationCheck(sim.Violation{Check: "election safety", Sighting: sim.Sighting{Time: at, Node: 2}, Detail: "n2 and n3 both lead term 4"}))
	s := open(t, p).state()
	if s.T0 > float64(at) || s.T1 < float64(at) || s.span() > s.End/2 {
		t.Errorf("the window %v to %v is not one around %v", s.T0, s.T1, at)
	}
}
