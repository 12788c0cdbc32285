package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestFullOutput writes results to a device that is always full.
func TestFullOutput(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer full.Close()
	for _, tc := range []struct {
		args []string
		want int
	}{
		{[]string{"list", "bugs"}, exitInternal},
		{[]string{"run", "--seed", "1", "--duration", "1s", "--nemesis", "none"}, exitInternal},
		{[]string{"run", "--bug", "stale-local-read"}, exitViolation},
	} {
		cmd := simrun(t, t.TempDir(), tc.args...)
		var stderr bytes.Buffer
		cmd.Stdout, cmd.Stderr = full, &stderr
		if code := exitCode(t, cmd.Run()); code != tc.want || !strings.Contains(stderr.String(), "the results could not be written") {
			t.Errorf("%q: exit code %d, want %d; says %q", tc.args, code, tc.want, &stderr)
		}
	}
}

// TestVerdictWithoutStore takes the store away between the start of a run and its end:
// the verdict is printed all the same.
func TestVerdictWithoutStore(t *testing.T) {
	dir := t.TempDir()
	// There is a file where the folder of the model's runs must be created.
	if err := os.MkdirAll(filepath.Join(dir, "store"), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "store", "raft-kv"), nil, 0o666); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		args []string
		want int
		says string
	}{
		{[]string{"run", "--bug", "stale-local-read"}, exitViolation, "violation: linearizability"},
		{[]string{"run", "--bug", "stale-local-read", "--format", "json"}, exitViolation, `"valid": false`},
		{[]string{"run", "--seed", "1", "--duration", "1s", "--nemesis", "none"}, exitInternal, "valid: "},
		{[]string{"sweep", "--bug", "stale-local-read", "--seeds", "1-100", "--max-failures", "2"}, exitViolation, "violation  not stored"},
	} {
		cmd := simrun(t, dir, tc.args...)
		var stdout, stderr bytes.Buffer
		cmd.Stdout, cmd.Stderr = &stdout, &stderr
		code := exitCode(t, cmd.Run())
		if code != tc.want || !strings.Contains(stdout.String(), tc.says) || strings.Count(stderr.String(), "raft-kv") == 0 {
			t.Errorf("%q: exit code %d, want %d; says %s%s", tc.args, code, tc.want, &stdout, &stderr)
		}
		if tc.says == "violation: linearizability" && !strings.Contains(stdout.String(), " run --bug stale-local-read --seed ") {
			t.Errorf("it does not say how to run it again:\n%s", &stdout)
		}
	}
}
