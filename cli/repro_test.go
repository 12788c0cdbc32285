package cli

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"simrun/check"
	"simrun/models"
	"simrun/models/all"
	"simrun/sim"
	"simrun/sim/nemesis"
	"simrun/sim/shrink"
	"simrun/trial"
)

// fewRepros are the bugs whose exported tests are run. Those of the whole bench take more than twelve minutes.
var fewRepros = []struct{ model, bug string }{{"raft", "stale-local-read"}, {"flake", "counter-in-memory"}, {"primarybackup", "no-fencing"}}

// The test that shrink writes compiles in a module of the user's own. It fails as long as the bug is there, and passes without it.
func TestExportedTests(t *testing.T) {
	var subjects []subject
	for _, f := range fewRepros {
		one, err := benchSubjects(all.Models(), f.model, []string{f.bug})
		if err != nil {
			t.Fatal(err)
		}
		subjects = append(subjects, one...)
	}
	broken := map[string]string{} // file name to test
	for i, s := range subjects {
		text := exported(t, s, i)
		if text == "" && s.bug.Tier != models.Hard {
			t.Errorf("%s of %s is not found", s.bug.Name, s.model.Name)
		}
		if text != "" {
			broken[fmt.Sprintf("bug%d_test.go", i)] = text
		}
	}
	if len(broken) == 0 {
		t.Fatal("no test was exported")
	}
	mended := map[string]string{}
	bugs := regexp.MustCompile(`"bugs": \[[^\]]*\]`)
	for name, text := range broken {
		if mended[name] = bugs.ReplaceAllString(text, `"bugs": []`); mended[name] == text {
			t.Errorf("the test names no bug:\n%s", text)
		}
	}
	dir := userModule(t)
	out := goTest(t, dir, broken)
	if fails := strings.Count(out, "--- FAIL: Test"); fails != len(broken) || strings.Contains(out, "--- PASS: Test") {
		t.Errorf("%d of %d tests fail before the repair:\n%s", fails, len(broken), out)
	}
	out = goTest(t, dir, mended)
	if passes := strings.Count(out, "--- PASS: Test"); passes != len(mended) || strings.Contains(out, "--- FAIL: Test") {
		t.Errorf("%d of %d tests pass after it:\n%s", passes, len(mended), out)
	}
	t.Logf("the exported tests of %d bugs of %d fail before the repair, and pass after it", len(broken), len(subjects))
}

// exported is the test of the first failing run of a bug, made a little smaller, with a name that no other has; "" if none is found.
func exported(t *testing.T, sub subject, i int) string {
	t.Helper()
	s := &trial.Setup{Model: sub.model, Base: sim.Case{Bugs: []sim.BugName{sub.bug.Name}}, Nemesis: nemesis.Swarm}
	if err := s.Check(); err != nil {
		t.Fatal(err)
	}
	b := trial.Bench{Workers: 2}
	small, err := b.ShrinkFirst(t.Context(), s, sub.bug, true, shrink.Options{Runs: 40, Workers: 2})
	if err != nil || small.Seed == 0 {
		if err != nil {
			t.Errorf("%s of %s: %v", sub.bug.Name, sub.model.Name, err)
		}
		return ""
	}
	run, err := trial.Simulate(sub.model, small.Case, false, nil, check.Options{})
	if err != nil {
		t.Fatal(err)
	}
	text, err := reproTest(run, small.Check)
	if err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("%sSeed%d", testName(sub.model.Name), run.Case.Seed)
	return string(bytes.ReplaceAll(text, []byte("func Test"+name), fmt.Appendf(nil, "func TestBug%d%s", i, name)))
}

// userModule makes a module of a user's own, which imports simrun.
func userModule(t *testing.T) string {
	t.Helper()
	there, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, args := range [][]string{
		{"mod", "init", "example.com/mine"},
		{"mod", "edit", "-require", "simrun@v0.0.0", "-replace", "simrun=" + there},
	} {
		cmd := exec.Command("go", args...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("go %v: %v\n%s", args, err, out)
		}
	}
	return dir
}

// goTest runs tests of Go in the module, and returns what go test prints.
func goTest(t *testing.T, dir string, files map[string]string) string {
	t.Helper()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for _, args := range [][]string{{"mod", "tidy"}, {"test", "-v", "."}} {
		cmd := exec.Command("go", args...)
		cmd.Dir, cmd.Env = dir, append(os.Environ(), "GOFLAGS=-mod=mod")
		out, err := cmd.CombinedOutput()
		if args[0] == "test" {
			return string(out)
		}
		if err != nil {
			t.Fatalf("go %v: %v\n%s", args, err, out)
		}
	}
	return ""
}
