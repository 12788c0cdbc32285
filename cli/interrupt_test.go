package cli

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"

	"simrun/check"
	"simrun/history"
	"simrun/internal/count"
)

// simrun returns a command that runs this program in a process of its own, in dir.
func simrun(t *testing.T, dir string, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(t.TempDir(), "simrun") // TestMain goes by the name
	if err := os.Symlink(self, program); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, args...)
	cmd.Dir = dir
	return cmd
}

func exitCode(t *testing.T, err error) int {
	t.Helper()
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		t.Fatalf("ended with %v", err)
	}
	return exit.ExitCode()
}

// TestInterruptedCheck interrupts a check while it waits for its history.
func TestInterruptedCheck(t *testing.T) {
	dir := t.TempDir()
	cmd := simrun(t, dir, "check", "-", "--spec", "register")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	// More than a pipe holds: when it is written, the program is reading, and its
	// handler of the signal is in place.
	line := `{"index":0,"time":1,"process":0,"type":"invoke","f":"write","value":7}` + "\n"
	if _, err := io.WriteString(in, line+strings.Repeat(" ", 1<<20)); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if code := exitCode(t, cmd.Wait()); code != 130 {
		t.Errorf("exit code %d, want 130", code)
	}
	if got := stderr.String(); got != "simrun: interrupted; nothing was stored\n" {
		t.Errorf("says %q", got)
	}
	if left := everything(t, dir); len(left) > 0 {
		t.Errorf("%v is left", left)
	}
}

// TestInterruptedSweep interrupts a sweep after its first failing seed, and goes on as it says.
func TestInterruptedSweep(t *testing.T) {
	dir := t.TempDir()
	cmd := simrun(t, dir, "sweep", "--bug", "stale-local-read", "--seeds", "1-1000000000", "--max-failures", "0", "--workers", "2")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(out)
	if _, err := lines.ReadString('\n'); err != nil {
		t.Fatalf("%v\n%s", err, &stderr)
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	rest, err := io.ReadAll(lines)
	if err != nil {
		t.Fatal(err)
	}
	if code := exitCode(t, cmd.Wait()); code != exitViolation {
		t.Errorf("exit code %d, want %d", code, exitViolation)
	}
	done := regexp.MustCompile(`(?m)^violation: ([\d,]+) seeds: `).FindStringSubmatch(string(rest))
	next := regexp.MustCompile(`(?m)^interrupted after ([\d,]+) seeds; go on with:\n  \S+ sweep .*--seeds 1-1000000000 --resume$`).FindStringSubmatch(stderr.String())
	if done == nil || next == nil || done[1] != next[1] {
		t.Errorf("does not say where it stands:\n%s\n%s", rest, &stderr)
	}
	kept, err := os.ReadFile(filepath.Join(dir, "store", "raft-kv", "sweep.json"))
	var state keptSweep
	if err != nil || json.Unmarshal(kept, &state) != nil || count.Grouped(uint64(state.State.Next-1)) != done[1] || len(state.Failed) == 0 {
		t.Errorf("%v; %s seeds are done, and what is written down is %.300s", err, done[1], kept)
	}
	for _, path := range everything(t, dir) {
		if strings.Contains(path, ".partial") {
			t.Errorf("%s is left", path)
		}
	}
}

// everything lists the files below a folder.
func everything(t *testing.T, dir string) (list []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && path != dir {
			list = append(list, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// TestCrashIsASentence plants a panic in a command and in work that it does.
func TestCrashIsASentence(t *testing.T) {
	for name, f := range map[string]func(a *app) error{
		"direct": func(*app) error { panic("planted") },
		"in work": func(a *app) error {
			return a.work(t.Context(), func() error { panic(errors.New("planted")) })
		},
		"in a specification": func(*app) error {
			events := []history.Event{{Type: history.Invoke, F: "x", Key: "a"}, {Index: 1, Type: history.OK, F: "x", Key: "a"}}
			for i, key := range []string{"b", "c", "d"} { // several objects, on several cores
				events = append(events, history.Event{Index: 2 * (i + 1), Type: history.Invoke, F: "x", Key: key}, history.Event{Index: 2*(i+1) + 1, Type: history.OK, F: "x", Key: key})
			}
			_, err := check.Linearizable(check.Define(check.Object[int]{Name: "broken", Step: func(int, history.Operation) (int, bool) { panic("planted") }}), events, check.Options{})
			return err
		},
		"in an index": func(*app) error { _ = os.Args[len(os.Args)]; return nil },
	} {
		t.Setenv("TMPDIR", t.TempDir())
		var stderr bytes.Buffer
		a := &app{stderr: &stderr}
		code := func() (code int) {
			defer a.recovered(&code)
			if err := f(a); err != nil {
				return a.fail(err)
			}
			return 0
		}()
		got := stderr.String()
		if code != exitInternal || !strings.HasPrefix(got, "simrun: internal error: ") || !strings.Contains(got, "interrupt_test.go:") ||
			!strings.Contains(got, "Please report it") || !detailed(t, got) || strings.Contains(got, "goroutine") || strings.Count(got, "\n") != 2 {
			t.Errorf("%s: code %d, says\n%s", name, code, got)
		}
	}
}

// detailed reports whether a message names a file with the stack of the crash.
func detailed(t *testing.T, message string) bool {
	m := regexp.MustCompile(`, and (\S+/simrun-crash-\S+\.txt)\.`).FindStringSubmatch(message)
	if m == nil {
		return false
	}
	text, err := os.ReadFile(m[1])
	return err == nil && strings.Contains(string(text), "planted") == strings.Contains(message, "planted") && strings.Contains(string(text), "interrupt_test.go")
}

// What can't be recovered does not end with the code of a verdict: Go's own is that of unknown.
func TestFatalErrorIsNoVerdict(t *testing.T) {
	dir := t.TempDir()
	cmd := exec.Command("overflow", "run", "--seed", "1")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Path = filepath.Join(dir, "overflow")
	if err := os.Symlink(self, cmd.Path); err != nil {
		t.Fatal(err)
	}
	cmd.Err, cmd.Dir = nil, t.TempDir()
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	err = cmd.Run()
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if status := exit.Sys().(syscall.WaitStatus); !status.Signaled() || 128+int(status.Signal()) != exitCrashed {
		t.Errorf("ended with %v", err)
	}
	if !strings.Contains(stderr.String(), "stack overflow") {
		t.Errorf("says %.300s", &stderr)
	}
	if left := everything(t, cmd.Dir); slices.ContainsFunc(left, func(name string) bool { return strings.HasSuffix(name, "index.html") }) {
		t.Errorf("left %v", left)
	}
}

// Each signal that ends the program has the code that a shell gives it, whenever it comes.
func TestSignals(t *testing.T) {
	// Whoever runs the tests under nohup ignores SIGHUP, and so would the programs that the test starts.
	hup := make(chan os.Signal, 1)
	signal.Notify(hup, syscall.SIGHUP)
	defer signal.Stop(hup)
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		for _, early := range []bool{true, false} {
			dir := t.TempDir()
			cmd := simrun(t, dir, "check", "-", "--spec", "register")
			in, err := cmd.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			if !early { // it is reading when more than a pipe holds was written
				if _, err := io.WriteString(in, strings.Repeat(" ", 1<<20)); err != nil {
					t.Fatal(err)
				}
			}
			if err := cmd.Process.Signal(sig); err != nil {
				t.Fatal(err)
			}
			err = cmd.Wait()
			var exit *exec.ExitError
			if !errors.As(err, &exit) {
				t.Fatalf("%v: %v", sig, err)
			}
			status := exit.Sys().(syscall.WaitStatus)
			if code := status.ExitStatus(); code != 128+int(sig) && !(status.Signaled() && status.Signal() == sig) {
				t.Errorf("%v, early %v: %v", sig, early, err)
			}
			if left := everything(t, dir); len(left) > 0 {
				t.Errorf("%v is left", left)
			}
		}
	}
}

// A sweep ends when nobody reads its results any more, and what it reported is stored.
func TestNobodyReads(t *testing.T) {
	dir := t.TempDir()
	cmd := simrun(t, dir, "sweep", "--bug", "stale-local-read", "--seeds", "1-1000000000", "--max-failures", "0", "--workers", "2")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReaderSize(out, 16).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	out.Close()
	switch code := exitCode(t, cmd.Wait()); code {
	case exitViolation, 128 + int(syscall.SIGPIPE):
	default:
		t.Errorf("exit code %d after %q", code, line)
	}
	stored := 0
	for _, path := range everything(t, dir) {
		if strings.Contains(path, ".partial") {
			t.Errorf("%s is left", path)
		}
		if filepath.Base(path) == "case.json" {
			stored++
		}
	}
	if stored == 0 {
		t.Error("what was reported is not stored")
	}
}
