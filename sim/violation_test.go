package sim_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"simrun/history"
	"simrun/sim"
)

// only wants exactly one violation.
func only(t *testing.T, r *sim.Result, check string, node sim.NodeID, detail string) {
	t.Helper()
	if len(r.Violations) != 1 {
		t.Fatalf("violations %+v, want one of %s", r.Violations, check)
	}
	v := r.Violations[0]
	if v.Check != check || v.Node != node || !regexp.MustCompile("^"+detail+"$").MatchString(v.Detail) {
		t.Errorf("violation %+v, want %s at %v: %s", v, check, node, detail)
	}
}

func TestAssertion(t *testing.T) {
	c := quiet(1)
	c.Bugs = []sim.BugName{"assert"}
	r := run(t, c)
	only(t, r, "assertion", 1, "the log has three entries")
	crashed, booted := sim.Time(0), sim.Time(0)
	for _, rec := range r.Trace.Records {
		switch {
		case rec.Kind == sim.Crash && rec.Node == 1:
			crashed = rec.Time
		case rec.Kind == sim.Boot && rec.Node == 1:
			booted = rec.Time
		}
	}
	if crashed != r.Violations[0].Time || booted != sim.Time(time.Second) {
		t.Errorf("n1 crashed at %v and booted at %v, want %v and the end of the fault phase", crashed, booted, r.Violations[0].Time)
	}
}

func TestPanicOfANode(t *testing.T) {
	c := quiet(1)
	c.Bugs = []sim.BugName{"panic"}
	r := run(t, c)
	only(t, r, "panic", 1, `runtime error: index out of range \[3\] with length 0, at simrun/sim_test/toy_test.go:\d+, in .*`)
	if r.End != r.Violations[0].Time {
		t.Errorf("the run ended at %v, want at the panic, %v", r.End, r.Violations[0].Time)
	}
	if err := history.Validate(r.History); err != nil {
		t.Error(err)
	}
}

func TestPanicsElsewhere(t *testing.T) {
	boom := func() { panic("boom") }
	for name, s := range map[string]script{
		"client": {cli: func(c *sim.Client) { c.Sleep(ms); boom() }},
		"boot":   {boot: func(*sim.Env) { boom() }},
		"timer": {
			boot:  func(env *sim.Env) { env.SetTimer(0, ms) },
			timer: func(*sim.Env, sim.TimerID) { boom() },
		},
	} {
		who := sim.NodeID(1)
		if name == "client" {
			who = sim.ClientID(1)
		}
		t.Run(name, func(t *testing.T) {
			only(t, s.play(t, sim.Case{}), "panic", who, `boom, at simrun/sim_test/violation_test.go:\d+, in .*`)
		})
	}
}

// A client of a case misuses the engine: the answer is a violation with a sentence.
func TestMisuse(t *testing.T) {
	for _, tc := range []struct {
		s    script
		want string
	}{
		{script{cli: func(c *sim.Client) { c.OK(history.Null) }}, "sim: c1 completed an operation that is not open"},
		{script{cli: func(c *sim.Client) { c.Call(3, nil, ms) }}, "sim: Call to n3, which is not a server of the case"},
		{script{cli: func(c *sim.Client) { c.Option("x") }}, "sim: script asks for option x, which it does not list"},
		{script{boot: func(e *sim.Env) { e.Bug("x") }}, "sim: script asks for bug x, which it does not list"},
		{script{boot: func(e *sim.Env) { e.Send(0, nil) }}, "sim: Send to nobody, which is not a server of the case"},
		{script{boot: func(e *sim.Env) { e.Reply(sim.Caller{Client: -2}, nil) }}, "sim: Reply to c2, which is not in the case"},
		{script{boot: func(e *sim.Env) { e.SetTimer(64, ms) }}, "sim: timer 64: a node has the timers 0 to 61"},
		{script{boot: func(e *sim.Env) { e.Rand(0, 0).N(0) }}, "rng: N of an empty range"},
	} {
		r := tc.s.play(t, sim.Case{})
		if len(r.Violations) != 1 || r.Violations[0].Check != "panic" || !strings.HasPrefix(r.Violations[0].Detail, tc.want+", at simrun/sim_test/violation_test.go:") {
			t.Errorf("violations %+v, want %q", r.Violations, tc.want)
		}
	}
}

// A client that never sleeps makes events without end, and time stands still.
func TestLimit(t *testing.T) {
	s := script{
		req: func(env *sim.Env, from sim.Caller, _ []byte) { env.Reply(from, nil) },
		cli: func(c *sim.Client) {
			for {
				c.Call(1, nil, ms)
			}
		},
	}
	r := s.play(t, sim.Case{Limits: sim.Limits{Events: 1000}})
	only(t, r, "limits", 0, "the run took 1000 events and was not over")
	if r.Events != 1000 || r.End != 0 {
		t.Errorf("%d events to %v", r.Events, r.End)
	}
}

func TestMonitorIsHeardOnce(t *testing.T) {
	s := toySystem
	s.Monitors = func(*sim.Case) []sim.Monitor { return []sim.Monitor{&always{}} }
	r, err := sim.RunTraced(s, quiet(1))
	if err != nil {
		t.Fatal(err)
	}
	only(t, r, "always", r.Violations[0].Node, `applied \d+ as number 1`)
	ev := r.Violations[0].Event
	found := false
	for _, rec := range r.Trace.Records {
		found = found || rec.Kind == sim.Violated && rec.Event == ev && strings.HasPrefix(rec.Text, "always: applied")
	}
	if !found {
		t.Error("the trace does not report it")
	}
}

type always struct{}

func (always) Name() string                                   { return "always" }
func (always) Observe(_ sim.Sighting, f sim.Fact) *sim.Breach { return sim.Breachf("%s", f) }

// The planted bug answers before the sync: a crash at the right moment loses what was
// acknowledged. The fixed twin loses nothing.
func TestEarlyAckLosesWrites(t *testing.T) {
	lost := func(bugs ...sim.BugName) (seeds int) {
		for seed := range sim.Seed(100) {
			c := quiet(seed)
			c.Bugs = bugs
			c.Faults = plan("on 9th ack crash n1 for 100ms")
			r, err := sim.Run(toySystem, c)
			if err != nil {
				t.Fatal(err)
			}
			if vanished(r.History) {
				seeds++
			}
		}
		return seeds
	}
	if n := lost("early-ack"); n < 20 {
		t.Errorf("the bug showed in %d of 100 seeds, want at least 20", n)
	}
	if n := lost(); n != 0 {
		t.Errorf("the correct twin lost writes in %d of 100 seeds", n)
	}
}

// vanished reports whether a read returned less than what a write, or a read, completed before it
// was invoked had shown: values of the toy grow along its log only per client, so it counts
// whether an acknowledged value that was read is followed by a read of 0.
func vanished(events []history.Event) bool {
	ops, err := history.Pair(events)
	if err != nil {
		panic(err)
	}
	for _, w := range ops {
		if w.F != "write" || w.Outcome != history.OK {
			continue
		}
		for _, r := range ops {
			if r.F == "read" && r.Outcome == history.OK && w.Before(r) && stale(ops, w, r) {
				return true
			}
		}
	}
	return false
}

// stale reports whether r returned a value that was surely overwritten by w before r began.
func stale(ops []history.Operation, w, r history.Operation) bool {
	got, _ := r.Output.AsInt()
	if got == 0 {
		return true
	}
	for _, first := range ops {
		if v, _ := first.Input.AsInt(); first.F == "write" && v == got {
			return first.Before(w) && first.Outcome == history.OK
		}
	}
	return false
}

func TestProgress(t *testing.T) {
	for _, tc := range []struct {
		plan string
		want string
	}{
		{"at 500ms crash n1 forever", `2s after the faults healed, c1 waits for its write since .*, asked n1, which is down; c2 waits .*; c3 .*; c4 .*`},
		{"at 500ms pause n1 forever", `2s after the faults healed, c1 waits for its write since .*, asked n1; c2 waits .*; c3 .*; c4 .*`},
		{"at 500ms isolate n1 forever", `2s after the faults healed, .*c\d waits for its write since .*, asked n1.*`},
	} {
		c := quiet(1)
		c.Faults = plan(tc.plan)
		c.Workload.Mix = []sim.Weight{{F: "read", Weight: 0}}
		r := run(t, c)
		only(t, r, "progress", 0, tc.want)
		if want := sim.Time(3 * time.Second); r.End != want {
			t.Errorf("%s: the run ended at %v, want %v", tc.plan, r.End, want)
		}
	}
	for _, line := range []string{
		"at 500ms crash n5 forever", "at 500ms isolate n5 forever", "at 500ms cut n1,n2,n3,n4 > n5 forever", "at 500ms pause n4,n5 forever",
		"at 500ms crash n1 for 200ms", "at 500ms partition n1,n2 | n3,n4,n5",
	} {
		c := quiet(1)
		c.Faults = plan(line)
		if r := run(t, c); len(r.Violations) > 0 {
			t.Errorf("%s: %+v", line, r.Violations)
		}
	}
}

// With replicas that never converge, the violation says which.
func TestNotConverged(t *testing.T) {
	s := toySystem
	s.Converged = func(nodes []sim.Node) string { return fmt.Sprintf("%d nodes differ", len(nodes)) }
	for line, want := range map[string]string{
		"at 500ms crash n2 for 100ms":             "5 nodes differ",
		"at 500ms crash n5 forever":               "4 nodes differ",
		"at 500ms isolate n4 forever":             "4 nodes differ",
		"at 500ms cut n1 > n4 forever":            "",
		"at 500ms skew n3 +10ms forever":          "5 nodes differ",
		"at 500ms slow n3 by 1ms forever":         "5 nodes differ",
		"at 500ms pause n3 forever":               "4 nodes differ",
		"at 500ms stall-sync n3 forever":          "",
		"at 500ms partition n1 | n2,n3 | n4 | n5": "5 nodes differ",
	} {
		c := quiet(1)
		c.Faults = plan(line)
		r, err := sim.Run(s, c)
		if err != nil {
			t.Fatal(err)
		}
		if want == "" {
			want = "0 nodes differ"
		}
		only(t, r, "progress", 0, "2s after the faults healed, "+want)
	}
}

func TestSometimes(t *testing.T) {
	c := quiet(1)
	c.Faults = plan("at 100ms crash n2,n3 for 50ms", "at 300ms crash n3 for 50ms")
	r := run(t, c)
	if len(r.Sometimes) != 1 || r.Sometimes[0] != (sim.Mark{Name: "restarted", Count: 3}) {
		t.Errorf("marks %v, want restarted 3 times", r.Sometimes)
	}
	if r := run(t, quiet(1)); len(r.Sometimes) != 0 {
		t.Errorf("marks %v, want none", r.Sometimes)
	}
}
