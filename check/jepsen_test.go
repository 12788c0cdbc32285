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
	"simrun/internal/soak"
)

// porcupineDir is the folder of porcupine's module, which has its test data.
func porcupineDir(t testing.TB) string {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/anishathalye/porcupine").Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

// recorded is a recorded history, and whether porcupine's own tests call it linearizable.
type recorded struct {
	name   string
	events []history.Event
	valid  bool
}

// jepsenHistories returns the histories of etcd that Jepsen recorded in 2014.
func jepsenHistories(t testing.TB) []recorded {
	dir := porcupineDir(t)
	tests, err := os.ReadFile(filepath.Join(dir, "porcupine_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	var all []recorded
	for _, m := range regexp.MustCompile(`checkJepsen\(t, (\d+), (true|false)\)`).FindAllStringSubmatch(string(tests), -1) {
		n, _ := strconv.Atoi(m[1])
		name := fmt.Sprintf("etcd_%03d.log", n)
		all = append(all, recorded{name, readHistory(t, filepath.Join(dir, "test_data", "jepsen", name)), m[2] == "true"})
	}
	return all
}

// kvHistories returns porcupine's histories of a key-value store.
func kvHistories(t testing.TB) []recorded {
	var all []recorded
	for _, clients := range []string{"c01", "c10", "c50"} {
		for _, label := range []string{"ok", "bad"} {
			name := clients + "-" + label + ".txt"
			all = append(all, recorded{name, readHistory(t, filepath.Join(porcupineDir(t), "test_data", "kv", name)), label == "ok"})
		}
	}
	return all
}

func readHistory(t testing.TB, path string) []history.Event {
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	events, err := history.Read(f, filepath.Base(path), history.Auto)
	if err != nil {
		t.Fatal(err)
	}
	return events
}

func TestRecordedHistories(t *testing.T) {
	etcd, kv := jepsenHistories(t), kvHistories(t)
	count := map[bool]int{}
	for i, r := range etcd {
		count[r.valid]++
		judge(t, r, specs.CASRegister, "auto")
		if i%soak.N(4, 1) == 0 { // porcupine alone takes long: a quarter of them, and all of them in soak
			judge(t, r, specs.CASRegister, "porcupine")
		}
	}
	if len(etcd) != 102 || count[true] != 23 {
		t.Errorf("%d histories, %d of them linearizable; want 102 and 23", len(etcd), count[true])
	}
	for _, r := range kv {
		judge(t, r, specs.KV, "auto")
		if soak.Deep || !strings.HasPrefix(r.name, "c50-") { // of 50 clients porcupine takes a quarter of a minute
			judge(t, r, specs.KV, "porcupine")
		}
	}
}

// judge checks a recorded history with its certificate, by each of the engines.
func judge(t *testing.T, r recorded, spec check.Spec, engines ...string) {
	for _, engine := range engines {
		v, err := check.Linearizable(spec, r.events, check.Options{Engine: engine})
		switch {
		case err != nil:
			t.Errorf("%s by %s: %v", r.name, engine, err)
		case v.Outcome == check.Unknown || (v.Outcome == check.Valid) != r.valid:
			t.Errorf("%s by %s: %v %s", r.name, engine, v.Outcome, v.Reason)
		case r.valid:
			if err := check.Replay(spec, r.events, v.Witness); err != nil {
				t.Errorf("%s by %s: %v", r.name, engine, err)
			}
		case !v.Confirmed || v.Reason == "":
			t.Errorf("%s by %s: the core %v is not confirmed", r.name, engine, v.Core)
		default:
			t.Logf("%s by %s: %s", r.name, v.Engine, v.Reason)
		}
	}
}
