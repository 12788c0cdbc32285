package wasi_test

import (
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"simrun/sim"
	"simrun/sim/program"
	"simrun/sim/program/wasi"
)

// gossipCase is a run with crashes, pauses, a cut and clocks that jump.
func gossipCase(seed sim.Seed) sim.Case {
	c := aCase("at 100ms crash n1 for 50ms", "at 150ms pause n2 for 50ms", "at 200ms partition n1 | n2,n3 for 50ms", "at 250ms skew n3 -3s", "at 300ms crash n3 keeping torn for 10ms")
	c.Nodes, c.Seed, c.Duration = 3, seed, sim.Duration(400*ms)
	return c
}

// gossip runs three nodes that gossip, and returns a text of all that could differ: digest, hashes of memory, lines and logs.
func gossip(t testing.TB, guest *wasi.Program, seed sim.Seed, memory *memories) string {
	s := &stage{program: guest, args: []string{"gossip"}, environ: []string{fmt.Sprint("SEED=", seed)}}
	r := s.play(t, gossipCase(seed))
	if len(s.exits) > 0 {
		t.Fatalf("%v\n%s", s.exits, text(s.logs))
	}
	said := sha256.Sum256([]byte(strings.Join(append(s.lines, s.logs...), "\n")))
	return fmt.Sprintf("seed %d: digest %v, %d lines %x, memory %v", seed, r.Digest, len(s.lines), said[:4], memory.take())
}

// memories collects the hashes of memory that one run leaves.
type memories struct{ list []string }

func (m *memories) add(node sim.NodeID, boot int, hash [32]byte) {
	m.list = append(m.list, fmt.Sprintf("%v.%d %x", node, boot, hash[:4]))
}

func (m *memories) take() []string {
	defer func() { m.list = nil }()
	return m.list
}

const seeds = 2

// alone runs the seeds one after the other, of a program in Go and of one in Rust.
func alone(t testing.TB) string {
	var all []string
	for _, load := range []func(testing.TB, wasi.Config) *wasi.Program{goGuest, rustGuest} {
		var m memories
		guest := load(t, wasi.Config{OnEnd: m.add})
		for seed := range sim.Seed(seeds) {
			all = append(all, gossip(t, guest, seed, &m))
		}
	}
	return strings.Join(all, "\n")
}

// The same case gives the same digest, output and memory: again, on one core and on four, in another process, and next to seven others that
// use the same program. Another seed gives another run.
func TestDeterministic(t *testing.T) {
	first := alone(t)
	list := strings.Split(first, "\n")
	for i := range list {
		for j := range i {
			if strings.SplitN(list[i], ":", 2)[1] == strings.SplitN(list[j], ":", 2)[1] {
				t.Errorf("two seeds, one run: %s", list[i])
			}
		}
		if n := strings.Count(list[i], "."); n != 5 {
			t.Errorf("%d lives of nodes, expected 5: %s", n, list[i])
		}
	}
	for _, cores := range []int{1, 4} {
		before := runtime.GOMAXPROCS(cores)
		if again := alone(t); again != first {
			t.Errorf("on %d cores\n%s\nexpected\n%s", cores, again, first)
		}
		runtime.GOMAXPROCS(before)
	}
	other := exec.Command(os.Args[0], "-test.run=^TestOtherProcess$", "-test.v")
	other.Env = append(os.Environ(), otherProcess+"="+cache())
	out, err := other.CombinedOutput()
	if err != nil || !strings.Contains(string(out), first+"\n") {
		t.Errorf("in another process %v\n%s\nexpected\n%s", err, out, first)
	}
}

// otherProcess is set in another process of a test, to the folder that it shares with the first.
const otherProcess = "SIMRUN_WASI_OTHER_PROCESS"

// TestOtherProcess prints what TestDeterministic compares, when that runs it.
func TestOtherProcess(t *testing.T) {
	if os.Getenv(otherProcess) != "" {
		fmt.Println(alone(t))
	}
}

// Eight simulations share a program, and none disturbs another.
func TestParallel(t *testing.T) {
	guest := goGuest(t, wasi.Config{})
	run := func(seed sim.Seed) string {
		s := &stage{program: guest, args: []string{"gossip"}}
		r, err := sim.Run(s.system(), gossipCase(seed))
		return fmt.Sprint(r.Digest, err, len(s.lines), s.exits)
	}
	const n = 8
	var want, got [n]string
	for i := range want {
		want[i] = run(sim.Seed(i % 2))
	}
	var all sync.WaitGroup
	for i := range got {
		all.Go(func() { got[i] = run(sim.Seed(i % 2)) })
	}
	all.Wait()
	if got != want {
		t.Errorf("%v, expected %v", got, want)
	}
}

// Random bytes differ between nodes, boots and seeds, and are the same again.
func TestRandom(t *testing.T) {
	guest := cGuest(t, wasi.Config{})
	run := func(seed sim.Seed) string {
		s := &stage{program: guest, args: []string{"random"}}
		s.atExit = func(env *sim.Env, e program.Exit) { env.Exit(e.Reason, 6*time.Second) }
		c := aCase()
		c.Nodes, c.Seed = 2, seed
		s.play(t, c)
		return text(s.lines)
	}
	one, two := run(1), run(2)
	seen := map[string]bool{}
	for line := range strings.Lines(one + two) {
		seen[line] = true
	}
	if len(seen) != 8 {
		t.Errorf("%d different draws of two nodes in two lives and with two seeds, expected 8:\n%s%s", len(seen), one, two)
	}
	if again := run(1); again != one {
		t.Errorf("again\n%s, expected\n%s", again, one)
	}
}

// Where there is no compiler for the machine, the same happens: also a program without end stops at the same place.
func TestInterpreter(t *testing.T) {
	module, err := cModule()
	if err != nil {
		t.Fatal(err)
	}
	run := func(load func(string, []byte, wasi.Config) (*wasi.Program, error), args string, fuel int64) string {
		var m memories
		guest, err := load("guest.wasm", module, wasi.Config{OnEnd: m.add, Fuel: fuel})
		if err != nil {
			t.Fatal(err)
		}
		defer guest.Close()
		s := &stage{program: guest, args: []string{args}}
		s.client = func(c *sim.Client) { c.Call(1, []byte("hello"), time.Second) }
		r := s.play(t, aCase())
		return fmt.Sprint(r.Digest, m.take(), s.lines, s.exits)
	}
	for _, args := range []string{"spin", "clock", "files", "random", "echo"} {
		want := run(wasi.Load, args, 300_000)
		if got := run(wasi.LoadInterpreted, args, 300_000); got != want {
			t.Errorf("%s: interpreted\n%s, expected\n%s", args, got, want)
		}
		if less := run(wasi.Load, args, 200_000); args == "spin" && less == want {
			t.Errorf("a busy loop left the same with less fuel: %s", less)
		}
	}
}
