package check_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"simrun/check"
	"simrun/check/specs"
	"simrun/history"
)

func porcupineDir(t testing.TB) string {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/anishathalye/porcupine").Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

func etcdLabels(t testing.TB, dir string) map[int]bool {
	src, err := os.ReadFile(filepath.Join(dir, "porcupine_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	m := map[int]bool{}
	for _, x := range regexp.MustCompile(`checkJepsen\(t, (\d+), (true|false)\)`).FindAllStringSubmatch(string(src), -1) {
		n, _ := strconv.Atoi(x[1])
		m[n] = x[2] == "true"
	}
	return m
}

var line = regexp.MustCompile(`^INFO\s+jepsen\.util\s+-\s+(\d+)\s+:(\w+)\s+:(\w+)\s+(.*)$`)

func readLog(t testing.TB, path string) []history.Event {
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var ev []history.Event
	for _, l := range strings.Split(string(b), "\n") {
		m := line.FindStringSubmatch(l)
		if m == nil {
			continue
		}
		p, _ := strconv.Atoi(m[1])
		e := history.Event{Index: len(ev), Process: history.Process(p), F: m[3]}
		switch m[2] {
		case "ok":
			e.Type = history.OK
		case "fail":
			e.Type = history.Fail
		case "info":
			e.Type = history.Info
		}
		if strings.HasPrefix(m[4], ":") {
			e.Error = m[4]
		} else if m[4] != "nil" {
			v, err := history.ParseValue(strings.ReplaceAll(m[4], " ", ","))
			if err != nil {
				t.Fatal(err)
			}
			e.Value = v
		}
		ev = append(ev, e)
	}
	return ev
}

func TestEtcdTmp(t *testing.T) {
	dir := porcupineDir(t)
	for n, want := range etcdLabels(t, dir) {
		ev := readLog(t, filepath.Join(dir, "test_data/jepsen", fmt.Sprintf("etcd_%03d.log", n)))
		v, err := check.Linearizable(specs.CASRegister, ev, check.Options{})
		if err != nil {
			t.Errorf("%d: %v", n, err)
			continue
		}
		if (v.Outcome == check.Valid) != want {
			t.Errorf("%d: %v, want %v", n, v, want)
		}
		if v.Outcome == check.Violation {
			t.Logf("%d: %d of %d core %v opt %v confirmed %v steps %d: %s", n, v.Inevitable, len(ev), v.Core, v.Optional, v.Confirmed, v.Steps, v.Reason)
		}
	}
}
