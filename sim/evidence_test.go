package sim_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"simrun/sim"
)

// shown are the pieces of evidence as text, with whole words alone where times are drawn.
func shown(v sim.Violation) string {
	var list []string
	for _, e := range v.Evidence {
		if e.Event == 0 || e.Event > v.Event || e.Time > v.Time {
			list = append(list, fmt.Sprintf("%v lies after the violation", e))
		}
		list = append(list, fmt.Sprint(e.Node, " ", e.Shows))
	}
	return strings.Join(list, "\n")
}

// A lack of progress comes with what is known of each node, of who waits, and of the faults that are still in force.
func TestEvidenceOfNoProgress(t *testing.T) {
	for line, want := range map[string][]string{
		"at 500ms crash n1 forever":   {"n1 went down, and is down", "at 500ms crash n1 forever, which is still in force", "c1 waits for its write", "n5 is "},
		"at 500ms pause n1 forever":   {"n1 was paused, and is paused", "at 500ms pause n1 forever, which is still in force"},
		"at 500ms isolate n1 forever": {"n1 is ", "; cut off from n2, n3, n4, n5", "; cut off from n1"},
	} {
		c := quiet(1)
		c.Faults = plan(line)
		c.Workload.Mix = []sim.Weight{{F: "read", Weight: 0}}
		r := run(t, c)
		if len(r.Violations) != 1 {
			t.Fatalf("%s: violations %v", line, r.Violations)
		}
		got := shown(r.Violations[0])
		for _, w := range want {
			if !strings.Contains(got, w) {
				t.Errorf("%s: the evidence lacks %q:\n%s", line, w, got)
			}
		}
		if strings.Contains(got, "lies after") || !slices.IsSortedFunc(r.Violations[0].Evidence, func(a, b sim.Evidence) int { return int(a.Time - b.Time) }) {
			t.Errorf("%s: the evidence is not in order of time:\n%s", line, got)
		}
	}
}

type quits struct{}

func (quits) String() string { return "quits" }
func (quits) Halts() string  { return "its disk is damaged" }

// A node that says that it takes no more part is named by the verdict, until it is started again.
func TestHaltedNodeIsNamed(t *testing.T) {
	for line, named := range map[string]bool{"at 500ms pause n1 for 10ms": true, "at 500ms crash n2 for 10ms": false} {
		first := true
		code := script{boot: func(env *sim.Env) {
			if env.ID() == 2 && first {
				first = false
				env.Report(quits{})
			}
		}}
		s := code.system()
		s.Converged = func([]sim.Node) string { return "they differ" }
		c := sim.Case{Nodes: 2, Clients: 1, Faults: plan(line)}
		r, err := sim.Run(s, c)
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Violations) != 1 || strings.Contains(r.Violations[0].Detail, "; n2 halted: its disk is damaged") != named ||
			strings.Contains(shown(r.Violations[0]), "n2 halted: its disk is damaged") != named {
			t.Errorf("%q: %+v, want n2 named: %v", line, r.Violations, named)
		}
	}
}

// A monitor names what it contradicts, and the engine adds the fact.
func TestEvidenceOfAMonitor(t *testing.T) {
	s := toySystem
	s.Monitors = func(*sim.Case) []sim.Monitor { return []sim.Monitor{&second{}} }
	r, err := sim.Run(s, quiet(1))
	if err != nil {
		t.Fatal(err)
	}
	v := r.Violations[0]
	if got := shown(v); len(v.Evidence) != 2 || !strings.Contains(got, " first: applied") || v.Evidence[1].Sighting != v.Sighting || v.Evidence[0].Event == 0 {
		t.Errorf("the evidence of %+v is\n%s", v, got)
	}
}

// second dislikes the second fact.
type second struct{ first sim.Sighting }

func (*second) Name() string { return "second" }
func (m *second) Observe(at sim.Sighting, f sim.Fact) *sim.Breach {
	if m.first.Event == 0 {
		m.first = at
		return nil
	}
	return sim.Breachf("a second fact").Against(m.first, "first: %v", f)
}

// The faults behind what was seen: the one that ended the life before, and those that kept away what a timer waited for.
func TestBehind(t *testing.T) {
	trace := &sim.Trace{Records: []sim.Record{
		{Event: 1, Kind: sim.Boot, Node: 1},
		{Event: 2, Kind: sim.Boot, Node: 2},
		{Event: 3, Time: 10, Cause: 2, Kind: sim.Send, Node: 2, Peer: 1, Message: 1},
		{Event: 4, Time: 20, Cause: 3, Kind: sim.Deliver, Node: 1, Peer: 2, Message: 1},
		{Event: 5, Time: 25, Kind: sim.FaultOn, Text: "at 25ns pause n2 for 30ns"},
		{Event: 6, Time: 26, Kind: sim.FaultOn, Text: "at 26ns pause n3 for 30ns"}, // nobody waits for n3
		{Event: 7, Time: 30, Kind: sim.FaultOn, Text: "at 30ns crash n1 for 5ns"},
		{Event: 7, Time: 30, Kind: sim.Crash, Node: 1},
		{Event: 8, Time: 35, Cause: 7, Kind: sim.FaultOff},
		{Event: 8, Time: 35, Kind: sim.Boot, Node: 1},
		{Event: 9, Time: 50, Cause: 4, Kind: sim.TimerRun, Node: 1},
		{Event: 9, Time: 50, Kind: sim.FactSeen, Node: 1, Text: "candidate"},
		{Event: 10, Time: 55, Cause: 5, Kind: sim.FaultOff},
	}}
	b := sim.NewBehind(trace, 3)
	for _, c := range []struct {
		at   sim.Sighting
		want string
	}{
		{sim.Sighting{Event: 9, Node: 1}, "[at 30ns crash n1 for 5ns at 25ns pause n2 for 30ns]"},
		{sim.Sighting{Event: 4, Node: 1}, "[]"},
		{sim.Sighting{Event: 99, Node: 1}, "[]"},
	} {
		if got := fmt.Sprint(b.Of(c.at)); got != c.want {
			t.Errorf("behind %v: %s, want %s", c.at, got, c.want)
		}
	}
	if at := trace.Record(sim.Sighting{Event: 9, Node: 1}, "candidate"); at != 11 {
		t.Errorf("the fact is record %d, want 11", at)
	}
}
