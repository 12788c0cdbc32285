package history

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// porcupineData returns the test data of porcupine's module.
func porcupineData(t testing.TB) string {
	t.Helper()
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/anishathalye/porcupine").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	return filepath.Join(strings.TrimSpace(string(dir)), "test_data")
}

func readFile(t testing.TB, file string, f Format) []Event {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	events, err := Read(bytes.NewReader(text), filepath.Base(file), f)
	if err != nil {
		t.Fatal(err)
	}
	return events
}

// TestPorcupineHistories reads real histories: Jepsen's logs of etcd, and the key-value
// logs. The counts of lines by kind were taken from the files with other tools.
func TestPorcupineHistories(t *testing.T) {
	logs, err := filepath.Glob(filepath.Join(porcupineData(t), "jepsen", "*.log"))
	if err != nil || len(logs) != 103 { // number 95 is empty
		t.Fatalf("%d logs, %v", len(logs), err)
	}
	count := make(map[string]int)
	for _, file := range logs {
		events := readFile(t, file, Auto)
		for _, e := range events {
			count[e.Type.String()+" "+e.F]++
			if e.Type == Info && (e.Error != "timed-out" || !e.Value.IsNull()) {
				t.Errorf("%s: %+v", file, e)
			}
			if _, _, isPair := e.Value.AsPair(); isPair != (e.F == "cas" && e.Type != Info) {
				t.Errorf("%s: %+v", file, e)
			}
		}
		text, _ := os.ReadFile(file)
		if lines := bytes.Count(text, []byte("jepsen.util")); lines != len(events) {
			t.Errorf("%s: %d events of %d lines", file, len(events), lines)
		}
	}
	for what, want := range map[string]int{
		"invoke read": 2939, "invoke write": 2748, "invoke cas": 2836, "ok read": 2922, "ok write": 2122, "ok cas": 431,
		"fail cas": 1748, "fail read": 17, "info cas": 657, "info write": 626,
	} {
		if count[what] != want {
			t.Errorf("%s: %d, want %d", what, count[what], want)
		}
	}
	for name, want := range map[string]int{"c01-ok": 0, "c01-bad": 0, "c10-ok": 0, "c10-bad": 0, "c50-ok": 0, "c50-bad": 0} {
		file := filepath.Join(porcupineData(t), "kv", name+".txt")
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		want = bytes.Count(text, []byte("\n"))
		events := readFile(t, file, Auto)
		ops, err := Pair(events)
		if err != nil || len(events) != want || 2*len(ops) != want {
			t.Errorf("%s: %d events, %d operations of %d lines, %v", name, len(events), len(ops), want, err)
		}
		for _, op := range ops {
			if op.Outcome != OK || op.Key == "" || op.F == "get" && !op.Input.IsNull() {
				t.Errorf("%s: %+v", name, op)
			}
		}
	}
}
