package cli

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"simrun/models"
	"simrun/models/all"
	"simrun/models/maelstrom"
	"simrun/sim"
	"simrun/sim/program/native"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"simrun":   func() { os.Exit(Main(all.Models()...)) },
		"alive":    func() { os.Exit(Main(alive())) },
		"overflow": func() { os.Exit(Main(overflowing())) },
		"runaway":  func() { debug.SetMaxStack(1 << 20); os.Exit(Main(runaway())) },
	})
}

// alive is a program of the script's folder, run natively.
func alive() models.Model {
	p, err := native.Command("python3 node.py", native.Config{})
	if err != nil {
		panic(err)
	}
	return maelstrom.Model(p)
}

// overflowing is a model whose nodes recurse without end, which Go can't recover from.
func overflowing() models.Model {
	debug.SetMaxStack(1 << 20)
	m := all.Models()[0]
	var down func(n int) int
	down = func(n int) int { return down(n+1) + 1 }
	m.Boot = func(*sim.Env) sim.Node { down(0); return nil }
	return m
}

// TestScripts runs the commands as people do: see testdata/script.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireUniqueNames:  true,
		RequireExplicitExec: true,
		Setup:               programsToo,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":   exits,
			"edit":    edit,
			"notrace": notrace,
			"seedof":  seedof,
			"find":    find,
			"gotest":  gotest,
		},
	})
}

// programsToo gives scripts what it takes to build programs: the caches of the go command, a cache of their own, and the examples.
func programsToo(e *testscript.Env) error {
	for _, name := range []string{"GOCACHE", "GOMODCACHE", "GOPROXY", "GOFLAGS"} {
		out, err := exec.Command("go", "env", name).Output()
		if err != nil {
			return err
		}
		e.Setenv(name, strings.TrimSpace(string(out)))
	}
	examples, err := filepath.Abs("../examples")
	e.Setenv("EXAMPLES", examples)
	e.Setenv("XDG_CACHE_HOME", filepath.Join(e.WorkDir, "cache"))
	return err
}

// exits runs a command and wants an exit code: exits 254 simrun run --nodes 0
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		m := regexp.MustCompile(`exit status (\d+)`).FindStringSubmatch(err.Error())
		if m == nil {
			ts.Fatalf("%v", err)
		}
		got, _ = strconv.Atoi(m[1])
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
	if got >= 128 {
		notrace(ts, false, nil)
	}
}

// notrace wants one or two sentences on stderr, and no stack trace.
func notrace(ts *testscript.TestScript, _ bool, _ []string) {
	text := ts.ReadFile("stderr")
	if strings.Contains(text, "goroutine ") || strings.Contains(text, "panic:") || strings.Count(text, "\n") > 3 || !strings.HasPrefix(text, "simrun: ") {
		ts.Fatalf("stderr is not a sentence:\n%s", text)
	}
}

// edit replaces text in a file: edit FILE OLD NEW
func edit(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: edit FILE OLD NEW")
	}
	text := ts.ReadFile(args[0])
	re := regexp.MustCompile(args[1])
	if !re.MatchString(text) {
		ts.Fatalf("%s holds no %q:\n%s", args[0], args[1], text)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(re.ReplaceAllString(text, args[2])), 0o666))
}

// seedof puts the seed of a stored run into a variable: seedof SEED store/latest
func seedof(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: seedof VARIABLE FOLDER")
	}
	m := regexp.MustCompile(`"seed": (\d+)`).FindStringSubmatch(ts.ReadFile(args[1] + "/results.json"))
	if m == nil {
		ts.Fatalf("%s has no seed", args[1])
	}
	ts.Setenv(args[0], m[1])
}

// find copies the one file that fits a pattern: find store/*/*/repro_test.go repro_test.go
func find(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: find PATTERN FILE")
	}
	found, err := filepath.Glob(ts.MkAbs(args[0]))
	ts.Check(err)
	if len(found) != 1 {
		ts.Fatalf("%d files fit %s", len(found), args[0])
	}
	text, err := os.ReadFile(found[0])
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), text, 0o666))
}

// gotest runs a test file of Go within this module: gotest fails repro_test.go
func gotest(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: gotest holds|fails FILE")
	}
	out, err := inRoot("go", "test", ts.MkAbs(args[1]))
	verdict := map[bool]string{true: "holds", false: "fails"}[err == nil]
	if verdict != args[0] || !strings.Contains(string(out), map[bool]string{true: "ok", false: "--- FAIL: Test"}[err == nil]) {
		ts.Fatalf("%s %s: %v\n%s", args[1], verdict, err, out)
	}
}
