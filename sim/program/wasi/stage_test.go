package wasi_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"simrun/sim"
	"simrun/sim/fault"
	"simrun/sim/program"
	"simrun/sim/program/source"
	"simrun/sim/program/wasi"
)

const ms = time.Millisecond

// A stage is a system whose nodes run a program, and what happened there. A line "to 2 text" of the program is a message to n2; any other
// answers the oldest open call. What a node receives it gives to the program.
type stage struct {
	program program.Program
	args    []string
	environ []string
	client  func(c *sim.Client)
	atExit  func(env *sim.Env, e program.Exit)
	line    func(env *sim.Env, line []byte)

	quiet bool // lines are not kept
	posix bool // fsync promises what POSIX does, and no more

	lines []string // "n1 at 10ms: text"
	logs  []string
	exits []program.Exit
}

type actor struct {
	*stage
	env     *sim.Env
	process program.Process
	callers []sim.Caller
}

func (a *actor) Receive(_ sim.NodeID, payload []byte) { a.process.Input(payload) }
func (a *actor) Request(from sim.Caller, payload []byte) {
	a.callers = append(a.callers, from)
	a.process.Input(payload)
}
func (a *actor) Timer(t sim.TimerID)             { a.process.Timer(t) }
func (a *actor) Synced(id sim.SyncID, err error) { a.process.Synced(id, err) }
func (a *actor) End()                            { a.process.End() }
func (a *actor) when(text []byte) string {
	return fmt.Sprintf("%v at %v: %s", a.env.ID(), time.Duration(a.env.Now()), text)
}
func (a *actor) exit(e program.Exit) {
	a.exits = append(a.exits, e)
	if a.atExit != nil {
		a.atExit(a.env, e)
	}
}

func (a *actor) said(line []byte) {
	var to sim.NodeID
	var text string
	if a.line != nil {
		a.line(a.env, line)
	}
	if strings.HasPrefix(string(line), "to ") {
		fmt.Sscanf(string(line), "to %d %s", &to, &text)
		a.env.Send(to, []byte(text))
	} else if len(a.callers) > 0 {
		a.env.Reply(a.callers[0], line)
		a.callers = a.callers[1:]
	}
	if !a.quiet {
		a.lines = append(a.lines, a.when(line))
	}
}

func (s *stage) system() sim.System {
	identity := s.program.Identity()
	return sim.System{
		Name: "stage", Program: &identity,
		Workloads: []sim.WorkloadKind{{Name: "none", Rate: 1, Next: func(*sim.Turn) sim.Op { return sim.Op{F: "nothing"} }}},
		Boot: func(env *sim.Env) sim.Node {
			a := &actor{stage: s, env: env}
			a.process = s.program.Start(env, program.Streams{
				Args: s.args, Environ: s.environ, POSIX: s.posix, Line: a.said, Exit: a.exit,
				Log: func(line []byte) { s.logs = append(s.logs, a.when(line)) },
			})
			return a
		},
		Client: func(c *sim.Client) {
			if s.client != nil {
				s.client(c)
			}
		},
	}
}

// aCase is a run of ten seconds with one node, if not said otherwise, a network of 5 ms and the faults given.
func aCase(faults ...string) sim.Case {
	c := sim.Case{Nodes: 1, Clients: 1, Duration: sim.Duration(10 * time.Second)}
	c.Network.Latency = sim.Latency{Dist: sim.Constant, Min: sim.Duration(5 * ms)}
	c.Disk.Sync = sim.Latency{Dist: sim.Constant, Min: sim.Duration(2 * ms)}
	c.Recovery.Skip = true
	for _, line := range faults {
		f, err := fault.Parse(line)
		if err != nil {
			panic(err)
		}
		c.Faults = append(c.Faults, f)
	}
	return c
}

// play runs the program, and fails the test where the run found something.
func (s *stage) play(t testing.TB, c sim.Case) *sim.Result {
	t.Helper()
	r, err := sim.Run(s.system(), c)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Violations) > 0 {
		t.Fatal(r.Violations)
	}
	return r
}

// only returns the exit of a program that ended once.
func (s *stage) only(t *testing.T) program.Exit {
	t.Helper()
	if len(s.exits) != 1 {
		t.Fatalf("%d exits, expected 1: %v", len(s.exits), s.exits)
	}
	return s.exits[0]
}

// text is what was said or logged, without when.
func text(lines []string) string {
	var b strings.Builder
	for _, l := range lines {
		_, l, _ = strings.Cut(l, ": ")
		b.WriteString(l + "\n")
	}
	return b.String()
}

// cache is where the tests keep modules and what was compiled of them: it lasts as long as the tests do. Another process of a test
// shares it.
var cache = sync.OnceValue(func() string {
	if dir := os.Getenv(otherProcess); dir != "" {
		return dir
	}
	dir, err := os.MkdirTemp("", "simrun-wasi-test-")
	if err != nil {
		panic(err)
	}
	return dir
})

func TestMain(m *testing.M) {
	code := m.Run()
	if os.Getenv(otherProcess) == "" {
		os.RemoveAll(cache())
	}
	os.Exit(code)
}

var goModule = sync.OnceValues(func() (source.Module, error) {
	return source.Finder{}.Open(context.Background(), filepath.Join("testdata", "goguest"))
})

func goBytes() ([]byte, error) {
	m, err := goModule()
	return m.Bytes, err
}

// goGuest is the program of testdata/goguest.
func goGuest(t testing.TB, c wasi.Config) *wasi.Program {
	t.Helper()
	m, err := goModule()
	if err != nil {
		t.Fatal(err)
	}
	return loaded(t, m.Bytes, c)
}

var cModule = sync.OnceValues(func() ([]byte, error) {
	out := filepath.Join(cache(), "guest.wasm")
	b, err := exec.Command("clang", "--target=wasm32-wasi", "--sysroot=/usr", "-O1", "-o", out, filepath.Join("testdata", "cguest", "guest.c")).CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("the tests need clang, lld and wasi-libc (make clang): %w\n%s", err, b)
	}
	return os.ReadFile(out)
})

// cGuest is the program of testdata/cguest.
func cGuest(t testing.TB, c wasi.Config) *wasi.Program {
	t.Helper()
	b, err := cModule()
	if err != nil {
		t.Fatal(err)
	}
	return loaded(t, b, c)
}

var rustModule = sync.OnceValues(func() ([]byte, error) {
	out := filepath.Join(cache(), "rustguest.wasm")
	if b, err := os.ReadFile(out); err == nil {
		return b, nil
	}
	var complaints []string
	for _, target := range []string{"wasm32-wasip1", "wasm32-wasi"} { // the same, by its new name and by its old one
		for _, rustc := range []string{"rustc", "/usr/bin/rustc"} { // which may be another one
			b, err := exec.Command(rustc, "--edition", "2021", "--target", target, "-O", "-C", "strip=symbols", "-o", out, filepath.Join("testdata", "rustguest", "guest.rs")).CombinedOutput()
			if err == nil {
				return os.ReadFile(out)
			}
			complaints = append(complaints, fmt.Sprintf("%s --target %s: %v\n%s", rustc, target, err, b))
		}
	}
	return nil, fmt.Errorf("the tests need a rustc that builds for WASI (make rust):\n%s", strings.Join(complaints, "\n"))
})

// rustGuest is the program of testdata/rustguest.
func rustGuest(t testing.TB, c wasi.Config) *wasi.Program {
	t.Helper()
	b, err := rustModule()
	if err != nil {
		t.Fatal(err)
	}
	return loaded(t, b, c)
}

// programs are those without a function of a test, which many tests share.
var programs = map[string]*wasi.Program{}

func loaded(t testing.TB, module []byte, c wasi.Config) *wasi.Program {
	t.Helper()
	key := fmt.Sprintf("%d %+v", len(module), c)
	if p := programs[key]; p != nil {
		return p
	}
	c.Cache = filepath.Join(cache(), "compiled")
	p, err := wasi.Load("guest.wasm", module, c)
	if err != nil {
		t.Fatal(err)
	}
	if c.OnEnd != nil {
		t.Cleanup(func() { p.Close() })
	} else {
		programs[key] = p
	}
	return p
}
