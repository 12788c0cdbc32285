package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// program is a user's program that answers to replay as simrun does, without a model behind it.
const fakeProgram = `package main

import "os"

func main() {
	if len(os.Args) < 3 || os.Args[1] != "replay" {
		os.Exit(99)
	}
	if _, err := os.Stat(os.Args[2]); err != nil {
		os.Exit(98)
	}
	%s
}
`

const (
	isGood  = `os.Stdout.WriteString("{\"valid\": true, \"summary\": \"linearizable\", \"digest\": \"d\"}")`
	isBad   = `os.Stdout.WriteString("{\"valid\": false, \"summary\": \"durability: lost\", \"digest\": \"d\"}"); os.Exit(1)`
	refuses = `os.Stderr.WriteString("simrun: unknown option\n"); os.Exit(254)`
	broken  = `no Go`
)

// history makes a repository whose commits hold these programs, and goes there. It returns the commits, from 1.
func repositoryOf(t *testing.T, programs ...string) []string {
	t.Helper()
	for name, value := range map[string]string{
		"GIT_CONFIG_GLOBAL": os.DevNull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_AUTHOR_NAME": "Ann", "GIT_AUTHOR_EMAIL": "ann@example.com",
		"GIT_COMMITTER_NAME": "Ann", "GIT_COMMITTER_EMAIL": "ann@example.com", "TMPDIR": t.TempDir(), "GOFLAGS": "-mod=mod", "GOWORK": "off",
	} {
		t.Setenv(name, value)
	}
	dir := t.TempDir()
	t.Chdir(dir)
	git := func(args ...string) string {
		t.Helper()
		out, err := exec.Command("git", args...).CombinedOutput()
		if err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
		return strings.TrimSpace(string(out))
	}
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	git("init", "--quiet")
	write("go.mod", "module example.com/mine\n\ngo 1.26\n")
	write("case.json", "{}")
	commits := []string{""}
	for i, p := range programs {
		if err := os.MkdirAll(filepath.Join("cmd", "mine"), 0o777); err != nil {
			t.Fatal(err)
		}
		write(filepath.Join("cmd", "mine", "main.go"), fmt.Sprintf(fakeProgram, p)+fmt.Sprintf("\n// %d\n", i+1))
		git("add", ".")
		git("commit", "--quiet", "-m", fmt.Sprintf("Change %d", i+1))
		commits = append(commits, git("rev-parse", "HEAD"))
	}
	return commits
}

// clean fails the test if a worktree or a file is left, or the user's worktree was changed.
func clean(t *testing.T) {
	t.Helper()
	list, err := exec.Command("git", "worktree", "list").Output()
	if err != nil || bytes.Count(list, []byte("\n")) != 1 {
		t.Errorf("worktrees %s %v", list, err)
	}
	if status, err := exec.Command("git", "status", "--short").Output(); err != nil || len(status) > 0 {
		t.Errorf("the worktree was changed: %s %v", status, err)
	}
	if left, err := filepath.Glob(filepath.Join(os.Getenv("TMPDIR"), "*simrun*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

// Bisect finds the commit that broke a case, and the one that mended it, passes over what can't be tested, and says where that hides the answer.
func TestBisect(t *testing.T) {
	c := repositoryOf(t, isGood, broken, isGood, isBad, refuses, isBad, isGood, isGood, broken, isBad)
	bisect := func(good, bad int, more ...string) (code int, out, said string) {
		t.Helper()
		var stdout, stderr bytes.Buffer
		args := append([]string{"simrun", "bisect", "--case", "case.json", "--good", c[good], "--bad", c[bad], "--package", "./cmd/mine"}, more...)
		code = run(nil, args, strings.NewReader(""), &stdout, &stderr)
		clean(t)
		return code, stdout.String(), stderr.String()
	}
	code, out, said := bisect(1, 6)
	if code != 0 || !strings.HasPrefix(out, "the commit that broke the case is "+c[4]+"\n  Change 4\n  Ann, ") || !strings.Contains(out, "bad there: durability: lost") {
		t.Errorf("code %d, says\n%s%s", code, out, said)
	}
	code, out, said = bisect(8, 6, "--format", "json")
	var f found
	if err := json.Unmarshal([]byte(out), &f); err != nil || code != 0 || f.First != good || f.Commit.Commit != c[7] || len(f.Tested) != 3 {
		t.Errorf("code %d, %v, says\n%s%s", code, err, out, said)
	}
	code, out, said = bisect(8, 10)
	if code != exitUnknown || !strings.HasPrefix(out, "the commit that broke the case is one of these") || !strings.Contains(out, c[9]) || !strings.Contains(out, c[10]) || !strings.Contains(said, "it can't be built: ") {
		t.Errorf("code %d, says\n%s%s", code, out, said)
	}
	for _, wrong := range []struct {
		good, bad int
		says      string
	}{
		{4, 6, "--good " + c[4] + ": the case is bad there (durability: lost)"},
		{1, 5, "--bad " + c[5] + ": the case is skipped there (it can't run the case: exit code 254, simrun: unknown option)"},
		{1, 1, "are the same commit"},
	} {
		if code, _, said := bisect(wrong.good, wrong.bad); code != exitUsage || !strings.Contains(said, wrong.says) {
			t.Errorf("good %d, bad %d: code %d, says %s", wrong.good, wrong.bad, code, said)
		}
	}
}

// An interrupt ends a search, and leaves nothing behind.
func TestInterruptedBisect(t *testing.T) {
	c := repositoryOf(t, isGood, isBad)
	ctx, cancel := context.WithCancel(t.Context())
	a := &app{stdout: &bytes.Buffer{}, stderr: writer(func(b []byte) (int, error) { cancel(); return len(b), nil })}
	err := a.bisect(ctx, &bisectFlags{file: "case.json", good: c[1], bad: c[2], pkg: "./cmd/mine", format: "text"})
	if !errors.Is(err, errInterrupted) {
		t.Errorf("ends with %v", err)
	}
	clean(t)
}

// writer is a writer that is a function.
type writer func([]byte) (int, error)

func (w writer) Write(b []byte) (int, error) { return w(b) }

// What bisect can't begin with is said in one sentence.
func TestBisectRefuses(t *testing.T) {
	c := repositoryOf(t, isGood)
	for _, wrong := range []struct{ args, says string }{
		{"--good a --bad b", "bisect needs --case: a case file, or the folder of a run"},
		{"--case case.json --bad b", "bisect needs --good: a revision where the case passes"},
		{"--case nothere --good a --bad b", "nothere: there is no such run or case"},
		{"--case case.json --good nothere --bad b", "--good nothere: there is no such revision in "},
		{"--case case.json --good HEAD --bad " + c[1], "--package: no package below this folder has a main that imports simrun/cli; say which is your program"},
	} {
		var stderr bytes.Buffer
		code := run(nil, append([]string{"simrun", "bisect"}, strings.Fields(wrong.args)...), strings.NewReader(""), &bytes.Buffer{}, &stderr)
		if code != exitUsage || !strings.Contains(stderr.String(), wrong.says) {
			t.Errorf("%s: code %d, says %s", wrong.args, code, &stderr)
		}
	}
}
