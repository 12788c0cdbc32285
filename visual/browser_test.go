package visual_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"simrun/visual"
)

// browser is one headless Chromium for all tests of the package.
var browser struct {
	once sync.Once
	ctx  context.Context
	stop func()
	err  error
}

func TestMain(m *testing.M) {
	code := m.Run()
	if browser.stop != nil {
		browser.stop()
	}
	os.Exit(code)
}

func startBrowser(t *testing.T) context.Context {
	t.Helper()
	browser.once.Do(func() {
		var path string
		for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
			if path, browser.err = exec.LookPath(name); browser.err == nil {
				break
			}
		}
		if browser.err != nil {
			return
		}
		dir, err := os.MkdirTemp("", "report-browser")
		if err != nil {
			browser.err = err
			return
		}
		opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.UserDataDir(dir),
			chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-quic", true), chromedp.DisableGPU)
		alloc, stopAlloc := chromedp.NewExecAllocator(context.Background(), opts...)
		ctx, stop := chromedp.NewContext(alloc)
		browser.ctx = ctx
		browser.stop = func() {
			stop()
			stopAlloc()
			os.RemoveAll(dir)
		}
		browser.err = chromedp.Do(ctx)
	})
	if browser.err != nil {
		t.Fatalf("the report is tested in a real browser: install Chromium (on Debian: apt-get install chromium): %v", browser.err)
	}
	return browser.ctx
}

// tab is a report that is open in the browser.
type tab struct {
	t   *testing.T
	ctx context.Context
	url string

	mu       sync.Mutex
	problems []string // console errors and exceptions
	requests []string
}

type option func(*testing.T, *tab)

// sized opens the report in a window of this size.
func sized(width, height int64) option {
	return func(t *testing.T, b *tab) { b.do(chromedp.EmulateViewport(width, height)) }
}

// dark opens the report for a person who prefers dark colours.
func dark(t *testing.T, b *tab) {
	_, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}},
	})
	if err != nil {
		t.Fatal(err)
	}
}

// scriptless opens the report without JavaScript.
func scriptless(t *testing.T, b *tab) {
	if _, err := chromedp.Call(b.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
}

// open writes a report to disk and opens it, at 1400 by 900 unless options say otherwise.
func open(t *testing.T, p visual.Page, options ...option) *tab {
	t.Helper()
	path := filepath.Join(t.TempDir(), "index.html")
	if err := os.WriteFile(path, render(t, p), 0o644); err != nil {
		t.Fatal(err)
	}
	b := &tab{t: t, url: (&url.URL{Scheme: "file", Path: path}).String()}
	var cancel context.CancelFunc
	b.ctx, cancel = chromedp.NewContext(startBrowser(t), chromedp.WithListener(b.hear))
	t.Cleanup(cancel)
	if _, err := chromedp.Call(b.ctx, network.Enable, network.EnableParams{}); err != nil {
		t.Fatal(err)
	}
	for _, o := range append([]option{sized(1400, 900)}, options...) {
		o(t, b)
	}
	b.do(chromedp.Navigate(b.url))
	return b
}

// hear notes what the page must not do.
func (b *tab) hear(ev any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch ev := ev.(type) {
	case *runtime.EventConsoleAPICalled:
		b.problems = append(b.problems, fmt.Sprintf("console.%s", ev.Type))
	case *runtime.EventExceptionThrown:
		b.problems = append(b.problems, fmt.Sprintf("exception: %+v", ev.ExceptionDetails))
	case *network.EventRequestWillBeSent:
		b.requests = append(b.requests, ev.Request.URL)
	}
}

// quiet fails the test if the page complained or asked for anything but itself.
func (b *tab) quiet() {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, p := range b.problems {
		b.t.Error(p)
	}
	for _, r := range b.requests {
		if r != b.url {
			b.t.Errorf("the page asked for %s", r)
		}
	}
	if len(b.requests) == 0 {
		b.t.Error("not even the page itself was asked for: requests are not seen")
	}
}

func (b *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.t.Fatal(err)
	}
}

func eval[T any](b *tab, expression string) T {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatalf("%s: %v", expression, err)
	}
	return v
}

// target is something that can be selected.
type target struct {
	Kind string
	ID   int
}

// state is what window.simrun says about the diagram.
type state struct {
	Ready  bool
	T0, T1 float64
	End    float64
	Drawn  struct {
		Arrows, Messages, Operations int
		Dense                        bool
	}
	Selected   *target
	Hovered    *target
	Chain      []int
	Matches    int
	Records    int
	Operations int
	Lanes      int
	Rows       int
}

func (s state) span() float64 { return s.T1 - s.T0 }

// state waits until the diagram has been drawn and asks it.
func (b *tab) state() state {
	b.t.Helper()
	if _, err := chromedp.Run(b.ctx, chromedp.Poll[bool]("window.simrun !== undefined")); err != nil {
		b.t.Fatalf("the diagram did not come up: %v; the page says: %s", err, b.text("#diagram"))
	}
	text := eval[string](b, `new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(JSON.stringify(window.simrun.view())))))`)
	var s state
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		b.t.Fatal(err)
	}
	return s
}

// text is what a person reads in an element.
func (b *tab) text(selector string) string {
	b.t.Helper()
	quoted, err := json.Marshal(selector)
	if err != nil {
		b.t.Fatal(err)
	}
	return eval[string](b, `document.querySelector(`+string(quoted)+`)?.innerText ?? ""`)
}

type point struct{ X, Y float64 }

// locate returns where a target is on the page.
func (b *tab) locate(kind string, id int) point {
	b.t.Helper()
	return eval[point](b, fmt.Sprintf(`window.simrun.locate(%q, %d)`, kind, id))
}

// diagram is a place on the diagram as shares of its width and height.
func (b *tab) diagram(x, y float64) point {
	b.t.Helper()
	return b.place("canvas.diagram", x, y)
}

func (b *tab) place(selector string, x, y float64) point {
	b.t.Helper()
	return eval[point](b, fmt.Sprintf(`(() => { const b = document.querySelector(%q).getBoundingClientRect(); return {X: b.left + b.width * %g, Y: b.top + b.height * %g}; })()`, selector, x, y))
}

func (b *tab) move(p point) {
	b.t.Helper()
	b.do(chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, p.X, p.Y))
}

func (b *tab) click(p point) {
	b.t.Helper()
	b.do(chromedp.MouseClickXY(p.X, p.Y))
}

// clickOn clicks the element with this text.
func (b *tab) clickOn(selector, text string) {
	b.t.Helper()
	found := eval[bool](b, fmt.Sprintf(`(() => { for (const e of document.querySelectorAll(%q)) if (e.innerText.includes(%q)) { e.click(); return true; } return false; })()`, selector, text))
	if !found {
		b.t.Fatalf("nothing that matches %s says %q", selector, text)
	}
}

// drag presses at a, moves to z in steps and lets go.
func (b *tab) drag(a, z point, modifiers chromedp.Modifier) {
	b.t.Helper()
	opts := []chromedp.MouseOption{chromedp.ButtonModifiers(modifiers), chromedp.ButtonLeft}
	b.do(
		chromedp.MouseEvent(input.DispatchMouseEventTypeMousePressed, a.X, a.Y, append(opts, chromedp.ClickCount(1))...),
		chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, (a.X+z.X)/2, (a.Y+z.Y)/2, opts...),
		chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, z.X, z.Y, opts...),
		chromedp.MouseEvent(input.DispatchMouseEventTypeMouseReleased, z.X, z.Y, append(opts, chromedp.ClickCount(1))...),
	)
}

// wheel turns the wheel at a place; negative is away from the person.
func (b *tab) wheel(p point, dy float64) {
	b.t.Helper()
	b.do(chromedp.MouseEvent(input.DispatchMouseEventTypeMouseWheel, p.X, p.Y, func(m *input.DispatchMouseEventParams) {
		m.DeltaX, m.DeltaY = 1e-6, dy // a zero is left out, and the browser wants both
	}))
}

func (b *tab) keys(keys string) {
	b.t.Helper()
	b.do(chromedp.KeyEvent(keys))
}

// has fails the test unless a text holds all of some parts.
func has(t *testing.T, what, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%s lacks %q; it says:\n%s", what, part, text)
		}
	}
}
