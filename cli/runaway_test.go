package cli

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"simrun/check/specs"
	"simrun/history"
	"simrun/models"
	"simrun/sim"
	"simrun/sim/rng"
)

// runaway is a model of two nodes whose bugs make a handler run away, in some seeds.
func runaway() models.Model {
	return models.Model{
		Name: "runaway", Nodes: 2,
		Boot: func(env *sim.Env) sim.Node { return &runner{env: env} },
		Client: func(c *sim.Client) {
			for op, more := c.Next(); more; op, more = c.Next() {
				if _, err := c.Call(1, []byte("x"), time.Second); err != nil {
					c.Info(err.Error())
					continue
				}
				c.OK(op.Value)
			}
		},
		Workloads: []models.Workload{{Name: "write", Spec: specs.Register, Rate: 20, Mix: []sim.Weight{{F: "write", Weight: 1}},
			Next: func(t *sim.Turn) sim.Op { return sim.Op{F: "write", Value: history.Int(t.Unique())} }}},
		Bugs: []models.Bug{{Name: "spin"}, {Name: "hoard"}, {Name: "storm"}, {Name: "recurse"}, {Name: "chatter"}},
	}
}

type runner struct {
	env  *sim.Env
	kept [][]byte
}

var strikes = rng.Of("strikes")

func (r *runner) Request(from sim.Caller, _ []byte) {
	if r.env.Bug("chatter") {
		os.Stdout.WriteString("chatter without an end of line, ")
	}
	if r.env.Rand(strikes, 0).N(3) == 0 {
		switch {
		case r.env.Bug("spin"):
			r.spin()
		case r.env.Bug("hoard"):
			r.hoard()
		case r.env.Bug("storm"):
			r.env.Send(2, []byte("storm"))
		case r.env.Bug("recurse"):
			r.recurse(0)
		}
	}
	r.env.Reply(from, []byte("y"))
}

// Receive answers a message with two.
func (r *runner) Receive(from sim.NodeID, payload []byte) {
	r.env.Send(from, payload)
	r.env.Send(from, payload)
}

func (r *runner) spin() {
	os.Stdout.WriteString("spinning\n")
	for n := 0; ; n++ {
		r.kept = nil
	}
}

func (r *runner) hoard() {
	for {
		r.kept = append(r.kept, bytes.Repeat([]byte("x"), 1<<16))
	}
}

func (r *runner) recurse(n int) int {
	if n < 0 {
		return n
	}
	return r.recurse(n+1) + 1
}

// sweepRunaway sweeps eight seeds of the model with a bug.
func sweepRunaway(t *testing.T, bug string, flags ...string) (code int, r sweepResults, said string) {
	t.Helper()
	dir := t.TempDir()
	cmd := exec.Command("runaway", append([]string{"sweep", "--bug", bug, "--seeds", "1-8", "--duration", "1s", "--recovery", "0", "--nemesis", "none",
		"--workers", "2", "--shrink", "0", "--verify", "0", "--format", "json"}, flags...)...)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Path = filepath.Join(dir, "runaway") // TestMain goes by the name
	if err := os.Symlink(self, cmd.Path); err != nil {
		t.Fatal(err)
	}
	var out, stderr bytes.Buffer
	cmd.Err, cmd.Dir, cmd.Stdout, cmd.Stderr = nil, dir, &out, &stderr
	cmd.Env = append(os.Environ(), "TMPDIR="+dir)
	if err := cmd.Run(); err != nil {
		code = exitCode(t, err)
	}
	text := out.String()
	if err := json.Unmarshal([]byte(text[max(0, strings.Index(text, "{")):]), &r); err != nil {
		t.Fatalf("%v: %s\n%s", err, &out, &stderr)
	}
	return code, r, text[:max(0, strings.Index(text, "{"))] + stderr.String()
}

// A seed that runs away is reported with the place, and the sweep goes on: it is undecided if it took too much, an internal error if it ended its
// process, and a violation if it was the cluster that did not come to rest. None is taken for a verdict, or for the end of the sweep.
func TestRunawaySeeds(t *testing.T) {
	for _, c := range []struct {
		bug     string
		flags   []string
		code    int
		outcome string
		says    string
	}{
		{"spin", []string{"--seed-time", "3s"}, exitUnknown, "given up", "given up after 3s, in simrun/cli.(*runner).spin"},
		{"hoard", []string{"--seed-memory", "64MiB"}, exitUnknown, "given up", " MiB of memory, in "},
		{"storm", nil, exitViolation, "violation", "limits: a storm: "},
		{"storm", []string{"--max-events", "2000"}, exitViolation, "violation", "limits: the run took 2000 events and was not over"},
		{"recurse", nil, exitInternal, "internal error", "the process that ran it ended: fatal error: stack overflow"},
	} {
		code, r, said := sweepRunaway(t, c.bug, c.flags...)
		runaways := r.Outcomes[c.outcome]
		if code != c.code || runaways == 0 || r.Outcomes["valid"] == 0 || runaways+r.Outcomes["valid"] != 8 || r.Done != 8 || !r.Complete {
			t.Errorf("%s: exit code %d, %+v\n%s", c.bug, code, r, said)
		}
		if len(r.Causes) != 1 || r.Causes[0].Seeds != runaways {
			t.Errorf("%s: causes %+v", c.bug, r.Causes)
		}
		for _, f := range r.Failures {
			if f.Outcome != c.outcome || !strings.Contains(f.Reason, c.says) {
				t.Errorf("%s: seed %d: %s: %s", c.bug, f.Seed, f.Outcome, f.Reason)
			}
		}
		if strings.Contains(said, "goroutine ") {
			t.Errorf("%s: a stack is shown:\n%s", c.bug, said)
		}
	}
}

// What a model prints is passed on, and no report is lost in it.
func TestModelThatPrints(t *testing.T) {
	code, r, said := sweepRunaway(t, "chatter")
	if code != 0 || r.Outcomes["valid"] != 8 || !strings.Contains(said, "chatter without an end of line, ") {
		t.Errorf("exit code %d, %+v\n%.300s", code, r, said)
	}
}

// An interrupt does not wait for a seed that never ends, and the sweep goes on with it.
func TestInterruptedRunaway(t *testing.T) {
	dir := t.TempDir()
	cmd := exec.Command("runaway", "sweep", "--bug", "spin", "--seeds", "1-8", "--nemesis", "none", "--workers", "1", "--verify", "0", "--seed-time", "1h")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Path, cmd.Err, cmd.Dir = filepath.Join(dir, "runaway"), nil, dir
	if err := os.Symlink(self, cmd.Path); err != nil {
		t.Fatal(err)
	}
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
	cmd.Process.Signal(syscall.SIGINT)
	io.Copy(io.Discard, lines)
	if code := exitCode(t, cmd.Wait()); code != 128+int(syscall.SIGINT) {
		t.Errorf("exit code %d\n%s", code, &stderr)
	}
	if !strings.Contains(stderr.String(), "interrupted after ") || !strings.Contains(stderr.String(), "--seeds 1-8 --resume") {
		t.Errorf("says %s", &stderr)
	}
}

// The place is that of the goroutine that can run, below the runtime's own functions.
func TestPlaceInStacks(t *testing.T) {
	stacks := `goroutine 5 [running]:
simrun/cli.runningPlace()
	/a/seedworker.go:1 +0x1

goroutine 1 [chan receive]:
main.waits()
	/a/main.go:2 +0x1

goroutine 7 [runnable]:
runtime.mallocgc(0x10, 0x1)
	/go/malloc.go:3 +0x1
mine/store.(*node).Receive(0xc000, {0x1, 0x2})
	/a/store.go:4 +0x1
`
	if got := placeIn(stacks); got != "mine/store.(*node).Receive" {
		t.Errorf("%q", got)
	}
	if got := placeIn(strings.Split(stacks, "goroutine 7")[0]); got != "" {
		t.Errorf("%q, though nobody runs", got)
	}
}

// Numbers of bytes are read as people write them.
func TestParseBytes(t *testing.T) {
	for text, want := range map[string]int64{"0": 0, "1000": 1000, "512MiB": 512 << 20, "1GiB": 1 << 30, "3KiB": 3 << 10} {
		if n, err := parseBytes("seed-memory", text); n != want || err != nil {
			t.Errorf("%s: %d, %v", text, n, err)
		}
	}
	if !slices.ContainsFunc([]string{"", "1G", "-1", "9999999999GiB", "x"}, func(text string) bool { _, err := parseBytes("seed-memory", text); return err == nil }) {
		return
	}
	t.Error("a wrong number of bytes is read")
}
