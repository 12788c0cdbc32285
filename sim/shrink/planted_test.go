package shrink_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"simrun/sim"
	"simrun/sim/fault"
	"simrun/sim/shrink"
)

// counting is a server that sends each other server a number every 20 ms, one more than the last. Whoever misses a number of n1 says so, and
// who was down begins anew.
type counting struct {
	env  *sim.Env
	next uint64
	last map[sim.NodeID]uint64
}

// missed is the fact that a number did not come, or came twice.
type missed struct {
	by, from sim.NodeID
	how      string
}

func (m missed) String() string { return fmt.Sprintf("%v: a number of %v %s", m.by, m.from, m.how) }

func boot(env *sim.Env) sim.Node {
	env.SetTimer(0, 20*time.Millisecond)
	return &counting{env: env, last: map[sim.NodeID]uint64{}}
}

func (c *counting) Timer(sim.TimerID) {
	c.next++
	for n := 1; n <= c.env.Nodes(); n++ {
		if to := sim.NodeID(n); to != c.env.ID() {
			c.env.Send(to, binary.LittleEndian.AppendUint64(nil, c.next))
		}
	}
	c.env.SetTimer(0, 20*time.Millisecond)
}

func (c *counting) Receive(from sim.NodeID, payload []byte) {
	n, last := binary.LittleEndian.Uint64(payload), c.last[from]
	switch {
	case last > 0 && n > last+1:
		c.env.Report(missed{c.env.ID(), from, "is missing"})
	case n == last:
		c.env.Report(missed{c.env.ID(), from, "came twice"})
	case n == 1 && last > 0:
		c.env.Report(missed{c.env.ID(), from, "is the first again"})
	}
	c.last[from] = max(n, last)
}

func (c *counting) Request(from sim.Caller, payload []byte) { c.env.Reply(from, payload) }

// complete is the invariant that every number comes once.
type complete struct{}

func (complete) Name() string { return "complete" }

func (complete) Observe(_ sim.Sighting, f sim.Fact) *sim.Breach { return sim.Breachf("%s", f) }

// countingSystem claims to survive that a minority is lost for good.
func countingSystem() sim.System {
	s := system()
	s.Name, s.Boot = "counting", boot
	s.Profile = fault.Profile{Claims: fault.Claims{Lost: fault.AMinority}}
	s.Monitors = func(*sim.Case) []sim.Monitor { return []sim.Monitor{complete{}} }
	return s
}

// shows is a failure by its evidence, as of any two nodes.
func shows(how string) func(*sim.Result) bool {
	return func(r *sim.Result) bool {
		return slices.ContainsFunc(r.Violations, func(v sim.Violation) bool {
			return v.Detail[len(v.Detail)-len(how):] == how
		})
	}
}

// What plants are left as: the one fault, or the one message, that the failure needs.
func TestPlantedCauses(t *testing.T) {
	for _, c := range []struct{ plan, how, want string }{
		{"at 300ms loss 1/20\nat 1s crash n2 for 100ms", "is missing", "1 override"},
		{"at 300ms duplicate 1/20\nat 1s pause n2 for 100ms", "came twice", "1 override"},
		{"at 200ms crash-loop n1,n3 every 100ms for 1s\nat 500ms loss 1/30", "is the first again", "crash"},
		{"at 200ms partition n1,n2 | n3,n4,n5 for 400ms\nat 400ms latency uniform 1ms 90ms for 1s", "is missing", "1 override"},
		{"at 200ms crash n1,n2,n4 for 100ms\nat 300ms pause n3 for 50ms", "is the first again", "crash"},
	} {
		got, err := shrink.Shrink(t.Context(), countingSystem(), sim.Case{Seed: 5, Nodes: 5, Duration: sim.Duration(2 * time.Second), Faults: plan(t, c.plan)}, shows(c.how), shrink.Options{})
		if err != nil {
			t.Fatal(err)
		}
		switch k := got.Case; {
		case got.Size.Faults != 1 || got.Size.Operations != 0 || k.Nodes > 2 || !got.Minimal:
			t.Errorf("%q became %d faults, %d operations on %d nodes, minimal %v: %v %v", c.plan, got.Size.Faults, got.Size.Operations, k.Nodes, got.Minimal, k.Faults, k.Overrides)
		case c.want == "1 override" && len(k.Overrides) != 1 && k.Faults[0].Kind != fault.Cut, c.want == "crash" && (len(k.Faults) != 1 || k.Faults[0].Kind != fault.Crash || k.Faults[0].Nodes().Len() != 1):
			t.Errorf("%q became %v %v, want %s", c.plan, k.Faults, k.Overrides, c.want)
		}
	}
}

// A reduction never makes a case larger, leaves what still fails, gives the same whatever the number of workers, and stays within the claims
// as far as the case does.
func TestShrinkKeepsItsPromises(t *testing.T) {
	s := countingSystem()
	rapid.Check(t, func(rt *rapid.T) {
		lines := rapid.SliceOfN(rapid.SampledFrom([]string{
			"at 100ms loss 1/10 for 200ms", "at 150ms crash any for 50ms", "at 200ms isolate n4 forever", "at 230ms isolate n2,n3 forever", "at 120ms partition bridge for 100ms",
			"at 50ms crash-loop n2 every 40ms for 200ms", "on 3rd boot pause it for 60ms", "at 90ms swizzle-clog for 100ms", "at 60ms duplicate 1/5", "at 10ms latency uniform 1ms 80ms",
		}), 1, 6).Draw(rt, "plan")
		text := ""
		for _, l := range lines {
			text += l + "\n"
		}
		how := rapid.SampledFrom([]string{"is missing", "came twice", "is the first again"}).Draw(rt, "how")
		c := sim.Case{Seed: sim.Seed(rapid.Uint64Range(1, 99).Draw(rt, "seed")), Nodes: 5, Duration: sim.Duration(400 * time.Millisecond), Faults: plan(t, text)}
		first, err := sim.Run(s, c)
		if err != nil || !shows(how)(first) {
			return
		}
		one, err := shrink.Shrink(t.Context(), s, c, shows(how), shrink.Options{Runs: 150})
		if err != nil {
			rt.Fatal(err)
		}
		several, err := shrink.Shrink(t.Context(), s, c, shows(how), shrink.Options{Runs: 150, Workers: 3})
		if err != nil || !reflect.DeepEqual(one, several) {
			rt.Fatalf("one worker finds\n%+v\nand three find\n%+v, %v", one, several, err)
		}
		if one.Size.Compare(one.From) > 0 {
			rt.Fatalf("%+v became %+v", one.From, one.Size)
		}
		claims := s.Profile.Claims
		if before, after := claims.Breaches(c.Faults, c.Nodes), claims.Breaches(one.Case.Faults, one.Case.Nodes); len(after) > len(before) {
			rt.Fatalf("%v goes beyond the claims: %v; before it was %v", one.Case.Faults, after, before)
		}
		if r, err := sim.Run(s, one.Case); err != nil || !shows(how)(r) {
			rt.Fatalf("what is left does not fail: %v", err)
		}
	})
}

// An interrupt leaves the smallest case so far.
func TestInterruptedShrink(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	c := sim.Case{Seed: 5, Nodes: 5, Duration: sim.Duration(2 * time.Second), Faults: plan(t, "at 300ms loss 1/20\nat 1s crash n1 for 100ms")}
	got, err := shrink.Shrink(ctx, countingSystem(), c, shows("is missing"), shrink.Options{Each: func(r shrink.Report) {
		if r.Runs == 12 {
			cancel()
		}
	}})
	if err != nil || !got.Interrupted || got.Complete || got.Minimal || got.Runs != 12 || got.Size.Compare(got.From) >= 0 {
		t.Fatalf("%+v, %v", got, err)
	}
	if r, err := sim.Run(countingSystem(), got.Case); err != nil || !shows("is missing")(r) {
		t.Errorf("the smallest so far does not fail: %v", err)
	}
}

// Two of five nodes may be lost for good, and two of four may not: the cluster stays as large as it must be.
func TestShrinkStaysWithinTheClaims(t *testing.T) {
	c := sim.Case{Seed: 5, Nodes: 5, Duration: sim.Duration(time.Second), Faults: plan(t, "at 100ms isolate n1,n2 forever")}
	both := func(r *sim.Result) bool {
		return slices.ContainsFunc(r.Resolved, func(f fault.Fault) bool {
			return f.Kind == fault.Isolate && f.Nodes().Len() == 2 && f.For == fault.Forever
		})
	}
	got, err := shrink.Shrink(t.Context(), countingSystem(), c, both, shrink.Options{})
	if err != nil || got.Case.Nodes != 5 || len(got.Case.Faults) != 1 {
		t.Errorf("it became %v on %d nodes, %v; want two nodes lost for good of five", got.Case.Faults, got.Case.Nodes, err)
	}
}

// An explanation shows of each part what happens without it, and a small change that makes the run valid.
func TestExplain(t *testing.T) {
	c := sim.Case{Seed: 5, Nodes: 2, Clients: 1, Duration: sim.Duration(150 * time.Millisecond), Faults: plan(t, "at 70ms crash n1 for 10ms"), Workload: sim.Workload{Only: []string{"c1#1"}}, Recovery: sim.Recovery{Skip: true}}
	valid := func(r *sim.Result) bool { return len(r.Violations) == 0 }
	e, err := shrink.Explain(t.Context(), countingSystem(), c, valid, 100)
	if err != nil {
		t.Fatal(err)
	}
	if len(e.Needs) != 2 || e.Needs[0].What != "at 70ms crash n1 for 10ms" || !valid(e.Needs[0].Without) || valid(e.Needs[1].Without) {
		t.Fatalf("%+v", e.Needs)
	}
	if d := e.Needs[0].Differs; d == nil || d.First != "n1 crashes at 0.070s" || d.Second == "" {
		t.Errorf("without the crash the run differs by %+v", d)
	}
	if e.Needs[1].What[:4] != "c1#1" {
		t.Errorf("the operation is %q", e.Needs[1].What)
	}
	if e.Nearest == nil || !valid(e.Nearest.Result) {
		t.Errorf("no change was found that makes the run valid: %+v", e.Nearest)
	}
}
