// Package simrun_test keeps the house in order: it reads the whole repository and
// fails on what the design forbids, with the replacement in its message.
//
// Each rule has a planted sample under testdata/tidy that it must catch, since a
// check that can't fail is a defect. An exemption is named one by one, with its
// reason, and must be needed.
package simrun_test

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"regexp"
	"sort"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"
)

const module = "simrun"

// floors says which of our packages a package may import. The longest prefix of
// its path decides; a trailing "/..." stands for everything below.
var floors = map[string][]string{
	"history":                  {"history/nearest", "internal/brief", "internal/crash"},
	"history/nearest":          {"internal/brief"},
	"sim/rng":                  {},
	"sim/digest":               {},
	"sim/queue":                {"history/..."},
	"sim/clock":                {"history/..."},
	"sim/disk":                 {"history/...", "sim/rng"},
	"sim/fault":                {"history/...", "sim/rng", "sim/disk", "internal/brief"},
	"sim/network":              {"history/...", "sim/rng", "sim/fault", "internal/soak"},
	"sim":                      {"history/...", "sim/rng", "sim/digest", "sim/queue", "sim/clock", "sim/disk", "sim/fault", "sim/network", "internal/brief"},
	"sim/blocking":             {"history/...", "sim", "sim/rng"},
	"sim/program":              {"history/...", "sim", "sim/rng", "sim/digest", "sim/disk", "sim/fault", "sim/program/...", "internal/brief", "internal/count", "internal/crash"},
	"sim/nemesis":              {"history/...", "sim", "sim/rng", "sim/disk", "sim/fault"},
	"sim/shrink":               {"history/...", "sim", "sim/rng", "sim/fault"},
	"sim/explore":              {"history/...", "sim", "sim/rng", "sim/digest", "sim/disk", "sim/fault"},
	"sim/sweep":                {"history/...", "sim", "sim/rng", "sim/fault"},
	"check":                    {"history/...", "check/...", "internal/count", "internal/brief", "internal/crash"},
	"models":                   {"history/...", "sim", "sim/rng", "sim/digest", "sim/fault", "sim/blocking", "check/...", "models", "models/ballot", "models/wire", "models/wal", "models/oplog", "models/rsm", "models/saved", "models/session", "models/viewservice", "models/kv", "models/gossip", "models/merkle", "models/lattice", "models/invariant", "models/resilience/policy", "models/modeltest", "models/workload", "models/txn", "models/gateway", "models/journal", "models/locks", "models/twopc", "models/versions", "internal/brief"},
	"models/coord":             {"history/...", "sim", "sim/rng", "sim/digest", "sim/fault", "check/...", "models", "models/wire", "models/oplog", "models/session", "models/raft", "models/coord/api", "models/coord/recipe"},
	"models/coord/api":         {"history/...", "sim", "models/wire", "models/session"},
	"models/coord/recipe":      {"history/...", "sim", "sim/rng", "check/...", "models", "models/coord/api", "models/session", "models/workload"},
	"models/mvcc":              {"history/...", "sim", "sim/rng", "sim/digest", "sim/fault", "check/...", "models", "models/wire", "models/oplog", "models/session", "models/invariant", "models/raft", "models/txn", "models/versions"},
	"models/maelstrom":         {"history/...", "sim", "sim/rng", "sim/digest", "sim/fault", "sim/program", "check/...", "models", "models/workload", "models/gossip", "models/lattice", "internal/brief", "internal/count"},
	"models/all":               {"history/...", "sim/...", "check/...", "models/...", "trial"},
	"trial":                    {"history/...", "sim/...", "check/...", "models", "internal/count", "internal/survival", "internal/brief", "internal/crash"},
	"trial/staleness":          {"history/...", "sim/...", "check/...", "models", "trial", "internal/crash"},
	"trial/search":             {"history/...", "sim/...", "check/...", "models", "trial", "internal/crash"},
	"trial/recovery":           {"history/...", "sim/...", "check/...", "models", "trial", "internal/crash"},
	"trial/election":           {"history/...", "sim/...", "check/...", "models", "trial", "internal/crash"},
	"visual":                   {"history/...", "sim/...", "check/...", "models/...", "trial/...", "visual/...", "internal/brief", "internal/count"},
	"simtest":                  {"history/...", "sim/...", "check/...", "models", "trial/...", "visual/...", "internal/count"},
	"simtest/programs":         {"history/...", "sim/...", "check/...", "models", "models/maelstrom"},
	"cli":                      {"history/...", "sim/...", "check/...", "models", "models/maelstrom", "trial/...", "visual/...", "simtest", "internal/count", "internal/survival", "internal/cputime", "internal/crash", "internal/documented"},
	"cmd":                      {"models/all", "cli"},
	"check/rules/rulestest":    {"check/rules", "internal/soak"},
	"models/resilience/policy": {}, // for use outside the simulator
	"internal/soak":            {},
	"internal/cputime":         {},
	"internal/count":           {},
	"internal/survival":        {"internal/count"},
	"internal/brief":           {},
	"internal/crash":           {},
	"internal/documented":      {},
	"docs":                     {"history/...", "sim/...", "check/...", "models/...", "trial/...", "visual/...", "cli", "internal/documented"},
}

// An exemption allows one rule in one place.
type exemption struct{ rule, file, reason string }

// exemptions are all there are. A place is a file, or a folder with a slash at its end.
var exemptions = []exemption{
	{"goroutine", "sim/sweep/", "its workers share nothing, and it puts their reports in order of seed"},
	{"goroutine", "sim/shrink/try.go", "runs share nothing, and are taken in the order in which they were proposed"},
	{"goroutine", "check/parallel.go", "objects are independent, and their answers are joined in order"},
	{"clock", "history/recorder.go", "it records real systems, which no simulation imports, by a real clock"},
	{"goroutine", "history/recorder.go", "the goroutine writes what the clients of a real system did, in the order that they gave it"},
	{"goroutine", "history/jsonl_chunks.go", "lines are parsed in any order, and taken in the order of the file"},
	{"machine", "check/parallel.go", "the number of cores bounds how many objects are decided at a time, not what is decided"},
	{"address", "internal/crash/", "the stack of a panic, for whoever mends it"},
	{"address", "sim/death.go", "program counters of a panic, of which only function and line are kept"},
	{"machine", "simtest/property.go", "its sweep uses all cores, and what comes out does not depend on how many there are"},
	{"float", "trial/recovery/measure.go", "quantiles of what runs measured, which no run depends on"},
	{"io", "sim/program/source/", "it finds, builds and keeps the modules that programs come in"},
	{"clock", "sim/program/source/cache.go", "what was used longest ago leaves the cache first"},
	{"io", "sim/program/wasi/cache.go", "it keeps compiled modules, which are the same as compiled anew"},
	{"clock", "sim/program/wasi/cache.go", "what was used longest ago leaves the cache first"},
	{"random", "sim/program/wasi/random.go", "a generator with a specification, whose seed is keyed draws"},
	{"machine", "sim/program/source/build.go", "the go command needs the environment of whoever calls it"},
	{"io", "sim/program/native/", "it runs processes of the machine"},
	{"clock", "sim/program/native/", "its runs are in real time, and say so"},
	{"goroutine", "sim/program/native/", "processes run side by side; what comes from them is put in one order, in which the engine takes it"},
	{"machine", "sim/program/native/", "a process gets the environment of whoever runs the command"},
	{"address", "sim/program/native/stream.go", "the number of an open file has that type"},
	{"io", "simtest/", "it keeps the failing cases of a test next to the test"},
	{"io", "visual/store/", "it is the writer and reader of the folders of runs"},
}

// A rule looks at one package and reports what it forbids.
type rule struct {
	name  string
	where func(path string) bool
	check func(p *pkg)
}

var rules = []rule{
	{"floor", everywhere, checkFloor},
	{"drawer", everywhere, checkDrawer},
	{"io", below("history", "sim", "check", "models", "trial", "visual", "simtest"), checkIO},
	{"clock", belowCmd, checkCalls},
	{"goroutine", belowCmd, checkGoroutines},
	{"random", belowCmd, checkRandom},
	{"machine", belowCmd, checkCalls},
	{"address", belowCmd, checkAddresses},
	{"maporder", belowCmd, checkMapOrder},
	{"float", below("sim", "models", "trial"), checkFloats},
}

// pkg is a package under inspection. Path is its place in the house, which a
// sample says of itself; report collects what is found.
type pkg struct {
	*packages.Package
	path   string
	rule   string
	report func(at token.Pos, format string, args ...any)
}

// A finding is a place that breaks a rule.
type finding struct{ rule, file, line, text string }

func (f finding) String() string { return fmt.Sprintf("%s:%s: %s: %s", f.file, f.line, f.rule, f.text) }

func everywhere(string) bool { return true }

func below(tops ...string) func(string) bool {
	return func(path string) bool {
		for _, top := range tops {
			if path == top || strings.HasPrefix(path, top+"/") {
				return true
			}
		}
		return false
	}
}

func belowCmd(path string) bool { return path != "" && !below("cmd", "cli")(path) }

// load reads packages of this module with their types.
func load(t *testing.T, patterns ...string) []*packages.Package {
	t.Helper()
	cfg := &packages.Config{Mode: packages.NeedName | packages.NeedFiles | packages.NeedCompiledGoFiles | packages.NeedImports |
		packages.NeedSyntax | packages.NeedTypes | packages.NeedTypesInfo | packages.NeedExportFile}
	ps, err := packages.Load(cfg, patterns...)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range ps {
		for _, e := range p.Errors {
			t.Errorf("%s does not compile: %v", p.PkgPath, e)
		}
	}
	if t.Failed() {
		t.FailNow()
	}
	return ps
}

// inspect runs every rule that applies at path over p.
func inspect(p *packages.Package, path string) []finding {
	var found []finding
	for _, r := range rules {
		if !r.where(path) {
			continue
		}
		seen := map[string]bool{}
		r.check(&pkg{Package: p, path: path, rule: r.name, report: func(at token.Pos, format string, args ...any) {
			pos := p.Fset.Position(at)
			f := finding{r.name, relative(pos.Filename), fmt.Sprint(pos.Line), fmt.Sprintf(format, args...)}
			if !seen[f.String()] {
				seen[f.String()] = true
				found = append(found, f)
			}
		}})
	}
	return found
}

func TestHouse(t *testing.T) {
	needed := make([]bool, len(exemptions))
	for _, p := range load(t, "./...") {
		for _, f := range inspect(p, house(p.PkgPath)) {
			exempt := false
			for i, e := range exemptions {
				if e.rule == f.rule && (e.file == f.file || strings.HasSuffix(e.file, "/") && strings.HasPrefix(f.file, e.file)) {
					exempt, needed[i] = true, true
				}
			}
			if !exempt {
				t.Error(f)
			}
		}
	}
	for i, e := range exemptions {
		if !needed[i] {
			t.Errorf("the exemption from %q for %s is not needed (any more): remove it", e.rule, e.file)
		}
	}
}

// TestSamples holds each rule against its planted samples: a line of a sample that
// ends in "// want rule" must be found by that rule, and no other line may be.
func TestSamples(t *testing.T) {
	want := regexp.MustCompile(`// want ([a-z ]+)$`)
	caught := map[string]int{}
	for _, p := range load(t, "./testdata/tidy/...") {
		path, expected := "", map[string]bool{}
		for _, f := range p.Syntax {
			for _, group := range f.Comments {
				for _, c := range group.List {
					if as, ok := strings.CutPrefix(c.Text, "//tidy:as "); ok {
						path = as
					}
					if m := want.FindStringSubmatch(c.Text); m != nil {
						pos := p.Fset.Position(c.Pos())
						for _, r := range strings.Fields(m[1]) {
							expected[fmt.Sprintf("%s:%d: %s", relative(pos.Filename), pos.Line, r)] = true
						}
					}
				}
			}
		}
		if path == "" {
			t.Errorf("%s: a sample says with //tidy:as which folder it stands for", p.PkgPath)
		}
		for _, f := range inspect(p, path) {
			at := fmt.Sprintf("%s:%s: %s", f.file, f.line, f.rule)
			if !expected[at] {
				t.Errorf("a false alarm, or twice the same: %s", f)
			}
			delete(expected, at)
			caught[f.rule]++
		}
		missed := make([]string, 0, len(expected))
		for at := range expected {
			missed = append(missed, at)
		}
		sort.Strings(missed)
		for _, at := range missed {
			t.Errorf("not caught: %s", at)
		}
	}
	for _, r := range rules {
		if caught[r.name] == 0 {
			t.Errorf("rule %q has no sample that it catches", r.name)
		}
	}
}

// house returns the place of a package in the house: its path without the module.
func house(pkgPath string) string {
	return strings.TrimPrefix(strings.TrimPrefix(strings.TrimSuffix(pkgPath, "_test"), module), "/")
}

func checkFloor(p *pkg) {
	place := ""
	for prefix := range floors {
		if below(prefix)(p.path) && len(prefix) > len(place) {
			place = prefix
		}
	}
	allowed, known := floors[place]
	for _, f := range p.Syntax {
		if !known && p.path != "" {
			p.report(f.Name.Pos(), "%s is not on a floor of the house: see the table of floors in tidy_test.go", p.path)
			continue
		}
		for _, spec := range f.Imports {
			full := strings.Trim(spec.Path.Value, `"`)
			if full != module && !strings.HasPrefix(full, module+"/") {
				continue
			}
			to, ok := house(full), false
			for _, a := range allowed {
				tree, isTree := strings.CutSuffix(a, "/...")
				ok = ok || to == a || isTree && below(tree)(to)
			}
			ok = ok || (to == "internal/soak" || to == "internal/cputime") && strings.HasSuffix(p.Fset.Position(spec.Pos()).Filename, "_test.go") // how deep any test goes, and what it takes
			if !ok {
				p.report(spec.Pos(), "%s must not import %s: imports run downward only; move the code, or take what you need as a parameter", p.path, to)
			}
		}
	}
}

// checkDrawer refuses packages that are named for nothing.
func checkDrawer(p *pkg) {
	switch p.Name {
	case "util", "utils", "common", "types", "helper", "helpers", "misc", "shared", "base":
		p.report(p.Syntax[0].Name.Pos(), "package %s says nothing: name it for what it decides", p.Name)
	}
}

// banned are packages by what their import breaks.
var bannedImports = map[string]map[string]string{
	"io": {
		"os": "take an io.Reader or io.Writer", "io/ioutil": "take an io.Reader or io.Writer", "os/exec": "nothing below cmd starts programs",
		"os/signal": "belongs into cmd", "os/user": "belongs into cmd", "syscall": "belongs into cmd", "net": "nodes talk through sim.Env", "net/http": "belongs into cmd",
		"log": "return an error, or state a fact", "log/slog": "return an error, or state a fact", "path/filepath": "paths belong into cmd and visual/store", "plugin": "no plugins",
		"golang.org/x/sys/unix": "belongs into cmd", "golang.org/x/term": "belongs into cmd",
	},
	"random": {
		"math/rand": "use sim/rng, keyed by what is decided", "math/rand/v2": "use sim/rng, keyed by what is decided", "crypto/rand": "use sim/rng, keyed by what is decided",
		"hash/maphash": "its seed differs in every process: use hash/fnv or sim/rng", "golang.org/x/exp/rand": "use sim/rng, keyed by what is decided",
	},
	"address": {"unsafe": "addresses differ from run to run, and unsafe code may not build everywhere"},
}

func (p *pkg) checkImports() {
	for _, f := range p.Syntax {
		for _, spec := range f.Imports {
			if instead, ok := bannedImports[p.rule][strings.Trim(spec.Path.Value, `"`)]; ok {
				p.report(spec.Pos(), "import of %s: %s", spec.Path.Value, instead)
			}
		}
	}
}

// bannedUses are functions, methods and variables by what their use breaks.
var bannedUses = map[string]map[string]string{
	"io": {
		"fmt.Print": "write to an io.Writer", "fmt.Println": "write to an io.Writer", "fmt.Printf": "write to an io.Writer",
		"fmt.Scan": "read an io.Reader", "fmt.Scanf": "read an io.Reader", "fmt.Scanln": "read an io.Reader",
	},
	"clock": {
		"time.Now": "use Env.Now or Client.Now", "time.Since": "subtract two virtual times", "time.Until": "subtract two virtual times",
		"time.Sleep": "use Client.Sleep or Env.SetTimer", "time.After": "use Env.SetTimer", "time.AfterFunc": "use Env.SetTimer", "time.Tick": "use Env.SetTimer",
		"time.NewTimer": "use Env.SetTimer", "time.NewTicker": "use Env.SetTimer", "time.Local": "use time.UTC", "time.LoadLocation": "use time.UTC",
		"context.WithTimeout": "count steps, not seconds", "context.WithTimeoutCause": "count steps, not seconds",
		"context.WithDeadline": "count steps, not seconds", "context.WithDeadlineCause": "count steps, not seconds",
	},
	"goroutine": {
		"(*sync.WaitGroup).Go": "the simulator runs in one thread", "(*golang.org/x/sync/errgroup.Group).Go": "the simulator runs in one thread",
		"context.AfterFunc": "the simulator runs in one thread", "(*sync.Map).Range": "its order differs from run to run: use a slice",
	},
	"machine": {
		"runtime.NumCPU": "a run must not depend on the machine", "runtime.GOMAXPROCS": "a run must not depend on the machine",
		"runtime.NumGoroutine": "a run must not depend on the machine", "runtime.ReadMemStats": "a run must not depend on the machine",
		"os.Getenv": "a run depends on its case alone: make it a field or an option", "os.LookupEnv": "a run depends on its case alone: make it a field or an option",
		"os.Environ": "a run depends on its case alone: make it a field or an option", "os.ExpandEnv": "a run depends on its case alone: make it a field or an option",
		"os.Hostname": "a run depends on its case alone", "os.Getpid": "a run depends on its case alone",
	},
	"address": {
		"runtime/debug.Stack": "it holds addresses: take runtime.Callers and print functions and lines", "runtime.Stack": "it holds addresses: take runtime.Callers and print functions and lines",
		"(reflect.Value).Pointer": "addresses differ from run to run", "(reflect.Value).UnsafePointer": "addresses differ from run to run", "(reflect.Value).UnsafeAddr": "addresses differ from run to run",
	},
	"maporder": {
		"(reflect.Value).MapRange": "its order differs from run to run: sort the keys", "(reflect.Value).MapKeys": "its order differs from run to run: sort the keys",
	},
}

// checkCalls reports the uses that its rule bans, called or not.
func checkCalls(p *pkg) {
	for _, f := range p.Syntax {
		ast.Inspect(f, func(n ast.Node) bool {
			id, ok := n.(*ast.Ident)
			if !ok {
				return true
			}
			obj := p.TypesInfo.Uses[id]
			if obj == nil || obj.Pkg() == nil {
				return true
			}
			name := obj.Pkg().Path() + "." + obj.Name()
			if fn, ok := obj.(*types.Func); ok {
				name = fn.Origin().FullName()
			}
			if instead, ok := bannedUses[p.rule][name]; ok {
				p.report(id.Pos(), "%s: %s", name, instead)
			}
			return true
		})
	}
}

func checkIO(p *pkg) {
	p.checkImports()
	checkCalls(p)
	p.each(func(n ast.Node) {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return
		}
		if id, ok := call.Fun.(*ast.Ident); ok {
			if b, ok := p.TypesInfo.Uses[id].(*types.Builtin); ok && (b.Name() == "print" || b.Name() == "println") {
				p.report(n.Pos(), "%s writes to stderr: write to an io.Writer", b.Name())
			}
		}
	})
}

func checkRandom(p *pkg) { p.checkImports() }

func checkGoroutines(p *pkg) {
	checkCalls(p)
	p.each(func(n ast.Node) {
		switch n.(type) {
		case *ast.GoStmt:
			p.report(n.Pos(), "a goroutine: the scheduler would decide; post an event, or write a Client as blocking code")
		case *ast.SelectStmt:
			p.report(n.Pos(), "select chooses at random among what is ready: decide the order yourself")
		}
	})
}

// verbP matches the verb of fmt that prints an address.
var verbP = regexp.MustCompile(`%[-+# 0-9.*\[\]]*p`)

func checkAddresses(p *pkg) {
	p.checkImports()
	checkCalls(p)
	p.each(func(n ast.Node) {
		switch n := n.(type) {
		case *ast.BasicLit:
			if n.Kind == token.STRING && verbP.MatchString(n.Value) {
				p.report(n.Pos(), "%%p prints an address, which differs from run to run: print a name or a number of your own")
			}
		case *ast.Ident:
			if tn, ok := p.TypesInfo.Uses[n].(*types.TypeName); ok && tn == types.Universe.Lookup("uintptr") {
				p.report(n.Pos(), "uintptr holds an address, which differs from run to run: use an index")
			}
		}
	})
}

// checkFloats reports floating point that is computed when the program runs.
func checkFloats(p *pkg) {
	p.each(func(n ast.Node) {
		e, ok := n.(ast.Expr)
		if !ok {
			return
		}
		tv, ok := p.TypesInfo.Types[e]
		if !ok || !tv.IsValue() || tv.Value != nil {
			return
		}
		if b, ok := tv.Type.Underlying().(*types.Basic); ok && b.Info()&(types.IsFloat|types.IsComplex) != 0 {
			p.report(n.Pos(), "floating point may differ between platforms: use integers, or a ratio of integers")
		}
	})
}

// each visits every node of the package.
func (p *pkg) each(visit func(ast.Node)) {
	for _, f := range p.Syntax {
		ast.Inspect(f, func(n ast.Node) bool {
			if n != nil {
				visit(n)
			}
			return true
		})
	}
}
