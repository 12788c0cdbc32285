package sim_test

import (
	"strings"
	"testing"
	"time"

	"simrun/history"
	"simrun/sim"
)

// hearing is a server that counts the requests it gets, by call, and says when the second of three comes.
type hearing struct {
	env   *sim.Env
	heard map[sim.Caller]int
	at    map[sim.Caller][]sim.Time
}

func (h *hearing) Receive(sim.NodeID, []byte) {}
func (h *hearing) Request(from sim.Caller, p []byte) {
	h.heard[from]++
	h.at[from] = append(h.at[from], h.env.Now())
	h.env.Report(quirk("asked"))
	h.env.Reply(from, p)
}

// hearingRun runs two clients that ask one server every 20 ms, in the order of the mix.
func hearingRun(t *testing.T, c sim.Case) (*sim.Result, *hearing, error) {
	t.Helper()
	h := &hearing{heard: map[sim.Caller]int{}, at: map[sim.Caller][]sim.Time{}}
	s := sim.System{
		Name: "hearing",
		Boot: func(env *sim.Env) sim.Node { h.env = env; return h },
		Client: func(c *sim.Client) {
			for op, ok := c.Next(); ok; op, ok = c.Next() {
				if _, err := c.Call(1, []byte(op.F), 50*time.Millisecond); err != nil {
					c.Info(err.Error())
				} else {
					c.OK(history.Null)
				}
			}
		},
		Workloads: []sim.WorkloadKind{{Name: "ask", Rate: 50, Mix: []sim.Weight{{F: "read", Weight: 1}, {F: "write", Weight: 1}},
			Next: func(t *sim.Turn) sim.Op { return sim.Op{F: t.Pick()} }}},
	}
	c.Nodes, c.Clients, c.Recovery.Skip = 1, 2, true
	if c.Duration == 0 {
		c.Duration = sim.Duration(4 * time.Second)
	}
	r, err := sim.RunTraced(s, c)
	return r, h, err
}

// Of requests some come twice, as calls that were made before, and some late, within the bound.
func TestRequestsLateAndTwice(t *testing.T) {
	by := 30 * time.Millisecond
	_, h, err := hearingRun(t, sim.Case{Seed: 1, Network: sim.Network{Requests: sim.Requests{Late: sim.Ratio{Num: 1, Den: 4}, Twice: sim.Ratio{Num: 1, Den: 4}, By: sim.Duration(by)}}})
	if err != nil {
		t.Fatal(err)
	}
	twice, apart := 0, sim.Time(0)
	for call, n := range h.heard {
		if n == 2 {
			twice++
			apart = max(apart, h.at[call][1]-h.at[call][0])
		}
	}
	if all := len(h.heard); twice < all/6 || twice > all/3 || apart <= 0 || apart > sim.Time(by)+1 {
		t.Errorf("%d of %d requests came twice, at most %v later", twice, all, apart)
	}
	if _, h, _ := hearingRun(t, sim.Case{Seed: 1}); len(h.heard) == 0 {
		t.Error("nobody asked")
	} else {
		for call, n := range h.heard {
			if n > 1 {
				t.Fatalf("%v came %d times where requests come once", call, n)
			}
		}
	}
}

// A request is late, or comes twice, by an override alone.
func TestRequestOverrides(t *testing.T) {
	troubled := sim.Network{Requests: sim.Requests{Late: sim.Ratio{Num: 1, Den: 1000000}, By: 1}}
	r, _, err := hearingRun(t, sim.Case{Seed: 1, Network: troubled})
	if err != nil {
		t.Fatal(err)
	}
	key := ""
	for _, rec := range r.Trace.Records {
		if rec.Kind == sim.Send && strings.HasPrefix(rec.Key, "c2>n1 ") {
			key = rec.Key
			break
		}
	}
	_, h, err := hearingRun(t, sim.Case{Seed: 1, Overrides: []sim.Override{{Key: "twice " + key, Value: 1}, {Key: "late " + key, Value: int64(7 * time.Millisecond)}}})
	if err != nil {
		t.Fatal(err)
	}
	first := sim.Caller{Client: sim.ClientID(2), Call: 1}
	if got := h.at[first]; len(got) != 2 || got[1] < 7*sim.Time(time.Millisecond) {
		t.Errorf("the request of %s came at %v, want it twice and late", key, got)
	}
	for call, n := range h.heard {
		if call != first && n != 1 {
			t.Errorf("%v came %d times", call, n)
		}
	}
}

// The mix of operations changes at a time, and with an event.
func TestMixPhases(t *testing.T) {
	only := func(f, not string) []sim.Weight { return []sim.Weight{{F: f, Weight: 1}, {F: not, Weight: 0}} }
	r, _, err := hearingRun(t, sim.Case{Seed: 1, Workload: sim.Workload{Mix: only("read", "write"), Phases: []sim.MixPhase{
		{From: sim.Duration(time.Second), Mix: only("write", "read")},
		{From: sim.Duration(2 * time.Second), On: "ack", Mix: only("read", "write")},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	seen := map[bool]map[string]int{false: {}, true: {}}
	for _, e := range r.History {
		second := e.Time >= sim.Time(time.Second) && e.Time < 2*sim.Time(time.Second)
		if near := e.Time % sim.Time(time.Second); e.Type == history.Invoke && near > 30_000_000 { // the event comes a moment after two seconds
			seen[second][e.F]++
		}
	}
	if seen[true]["read"] > 0 || seen[true]["write"] == 0 || seen[false]["write"] > 0 || seen[false]["read"] == 0 {
		t.Errorf("in the second second %v, in the others %v", seen[true], seen[false])
	}
}

func TestRequestsAndPhasesRefused(t *testing.T) {
	for _, c := range []struct {
		of   sim.Case
		want string
	}{
		{sim.Case{Network: sim.Network{Requests: sim.Requests{Late: sim.Ratio{Num: 1, Den: 2}}}}, "say by how long"},
		{sim.Case{Network: sim.Network{Requests: sim.Requests{By: 1, Late: sim.Ratio{Num: 3, Den: 2}}}}, "expected one like 1/100"},
		{sim.Case{Overrides: []sim.Override{{Key: "late n1>n2 1s#0"}}}, "expected a decision"},
		{sim.Case{Overrides: []sim.Override{{Key: "loss c1>n2 1s#0"}}}, "expected a decision"},
		{sim.Case{Workload: sim.Workload{Phases: []sim.MixPhase{{On: "electd"}}}}, "phase 1 of the mix"},
		{sim.Case{Workload: sim.Workload{Phases: []sim.MixPhase{{From: 2}, {From: 1}}}}, "expected times in order"},
		{sim.Case{Workload: sim.Workload{Phases: []sim.MixPhase{{Mix: []sim.Weight{{F: "wriet", Weight: 1}}}}}}, `did you mean "write"?`},
	} {
		if _, _, err := hearingRun(t, c.of); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v, want %s", c.of, err, c.want)
		}
	}
}
