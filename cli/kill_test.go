package cli

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"simrun/internal/soak"
	"simrun/visual/store"
)

// Runs that are killed at any moment leave nothing half written that anybody could take
// for a run; what was reported is there; and the next run sweeps up what is left.
func TestKilledRuns(t *testing.T) {
	dir := t.TempDir()
	r := rand.New(rand.NewPCG(1, 2))
	reported := regexp.MustCompile(`(?m)^  report  (\S+)/index.html$`)
	killed := 0
	for range soak.N(15, 300) {
		cmd := simrun(t, dir, "run", "--bug", "stale-local-read", "--duration", "1s", "--recovery", "0")
		var out bytes.Buffer
		cmd.Stdout = &out
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		kill := time.AfterFunc(time.Duration(r.Int64N(int64(150*time.Millisecond))), func() { cmd.Process.Kill() })
		if cmd.Wait(); kill.Stop() {
			continue // it was over before
		}
		killed++
		for _, m := range reported.FindAllStringSubmatch(out.String(), -1) {
			if _, err := store.Load(filepath.Join(dir, m[1])); err != nil {
				t.Errorf("what was reported is not there: %v", err)
			}
		}
		for _, run := range runsIn(t, dir) {
			if _, err := store.Load(run); err != nil {
				t.Errorf("half written: %v", err)
			}
		}
	}
	cmd := simrun(t, dir, "run", "--duration", "1s", "--recovery", "0", "--seed", "1")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	for _, path := range everything(t, dir) {
		if strings.Contains(path, ".partial") {
			t.Errorf("%s is left", path)
		}
	}
	if t.Logf("%d runs were killed", killed); killed == 0 {
		t.Error("no run was killed")
	}
}

// runsIn lists the folders of runs in the store of a folder.
func runsIn(t *testing.T, dir string) []string {
	runs, err := filepath.Glob(filepath.Join(dir, "store", "*-*", "*"))
	if err != nil {
		t.Fatal(err)
	}
	var folders []string
	for _, run := range runs {
		if info, err := os.Stat(run); err == nil && info.IsDir() && !strings.Contains(run, ".partial") {
			folders = append(folders, run)
		}
	}
	return folders
}
