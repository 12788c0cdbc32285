package cli

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// A user's own program, in a module of its own, has every command for the user's model. The commands are those of the guide.
func TestUsersOwnProgram(t *testing.T) {
	guide, err := os.ReadFile(root + "/docs/guide.md")
	if err != nil {
		t.Fatal(err)
	}
	there, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "mine")
	if err := os.CopyFS(dir, os.DirFS("testdata/readme/mine")); err != nil {
		t.Fatal(err)
	}
	do := func(want int, line string) string {
		t.Helper()
		if !strings.Contains(string(guide), line+"\n") && !strings.Contains(string(guide), line+" ") {
			t.Errorf("the guide does not say %q", line)
		}
		cmd := exec.Command("sh", "-c", strings.ReplaceAll(line, "../simrun", there))
		cmd.Dir, cmd.Env = dir, append(os.Environ(), "GOFLAGS=-mod=mod")
		out, err := cmd.CombinedOutput()
		code := 0
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			code = exit.ExitCode()
		} else if err != nil {
			t.Fatal(err)
		}
		if code != want {
			t.Fatalf("%s: exit code %d, want %d\n%s", line, code, want, out)
		}
		return string(out)
	}
	says := func(text string, parts ...string) {
		t.Helper()
		for _, p := range parts {
			if !regexp.MustCompile(p).MatchString(text) {
				t.Errorf("%q is missing in:\n%s", p, text)
			}
		}
	}
	do(0, "go mod init example.com/mine")
	do(0, "go mod edit -require simrun@v0.0.0 -replace simrun=../simrun")
	do(0, "go mod tidy")
	do(0, "go build -o mine .")

	says(do(0, "./mine list models"), `^store: a register on one server\n`)
	out, err := exec.Command(filepath.Join(dir, "mine"), "--help").CombinedOutput()
	if err != nil {
		t.Fatal(err)
	}
	says(string(out), `mine run --bug no-sync`, `mine run +store on a faulty network`)
	says(do(0, "./mine run --seed 1"), `model +store · register`, `cluster +1 node,`, `(?m)^valid: `)
	says(do(0, "./mine sweep --seeds 1-200"), `(?m)^valid: 200 seeds`)
	says(do(1, "./mine sweep --bug no-sync --seeds 1-200 --max-failures 1 --shrink 0"), `linearizability: `)
	says(do(1, "./mine replay"), `the same run as stored`)
	says(do(1, "./mine shrink"), `shrunk from \d+ faults? and \d+ operations to 1 and \d`)
	says(do(0, "./mine show"), `index.html`)
	page, err := os.ReadFile(filepath.Join(dir, "store/latest/index.html"))
	if err != nil {
		t.Fatal(err)
	}
	says(string(page), "store · register · bug no-sync", `mine replay `)

	// The test that shrink wrote runs in the user's module, fails, and holds without the bug.
	says(do(1, "mkdir -p repro && cp store/*/*/repro_test.go repro && go test ./repro"), "--- FAIL: TestStoreSeed", "linearizability")
	repro := filepath.Join(dir, "repro", "repro_test.go")
	text, err := os.ReadFile(repro)
	if err != nil {
		t.Fatal(err)
	}
	fixed := strings.ReplaceAll(string(text), `"no-sync"`, "")
	if err := os.WriteFile(repro, []byte(fixed), 0o666); err != nil {
		t.Fatal(err)
	}
	again := exec.Command("go", "test", "./repro")
	again.Dir = dir
	if out, err := again.CombinedOutput(); err != nil {
		t.Errorf("without the bug the test of the small case fails: %v\n%s", err, out)
	}

	// The commit that broke the model is found by its case.
	cases, err := filepath.Glob(filepath.Join(dir, "store", "*", "*", smallCaseFile))
	if err != nil || len(cases) != 1 {
		t.Fatal(cases, err)
	}
	replaceIn(t, cases[0], `"no-sync"`, "", filepath.Join(dir, "case.json"))
	commit := func(message string) {
		t.Helper()
		git := "git -c user.name=Ann -c user.email=ann@example.com "
		cmd := exec.Command("sh", "-c", "git init --quiet && git add go.mod go.sum main.go store/*.go && "+git+"commit --quiet -m '"+message+"'")
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	commit("Store what was written")
	replaceIn(t, filepath.Join(dir, "store", "store.go"), `s.env.Bug("no-sync")`, "true", filepath.Join(dir, "store", "store.go"))
	commit("Answer sooner")
	says(do(0, "./mine bisect --case case.json --good HEAD~1 --bad HEAD"), `the commit that broke the case is [0-9a-f]{40}\n  Answer sooner\n`, `bad there: linearizability: `)

	// A case of a model that a program lacks says so.
	out, err = simrun(t, dir, "replay", "store/latest/case.json").CombinedOutput()
	if code := exitCode(t, err); code != exitUsage {
		t.Errorf("exit code %d", code)
	}
	says(string(out), `case of model "store", and this program has .*raft.*: run it with a program whose main is cli\.Main`)
}

// replaceIn writes a file with another text in place of one.
func replaceIn(t *testing.T, file, old, new, to string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil || !strings.Contains(string(text), old) {
		t.Fatalf("%s: %v; it does not hold %s", file, err, old)
	}
	if err := os.WriteFile(to, []byte(strings.ReplaceAll(string(text), old, new)), 0o666); err != nil {
		t.Fatal(err)
	}
}
