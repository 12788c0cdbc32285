package search

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"simrun/check/specs"
	"simrun/history"
	"simrun/models"
	"simrun/sim"
	"simrun/sim/fault"
	"simrun/trial"
)

// bird is a server that answers writes. With bugs it fails: "deep" if a node restarts twice while it holds two numbers; "option" if the case has
// another option; "clock" differs in each run.
type bird struct {
	env   *sim.Env
	count int
}

type sang struct{ n int }

func (s sang) String() string       { return fmt.Sprint("sang ", s.n) }
func (s sang) Trigger() fault.Event { return "sang" }

// ticks make the bug "clock" depend on what no case says.
var ticks int

func (b *bird) Receive(sim.NodeID, []byte) {}
func (b *bird) Describe() sim.State {
	return sim.State{Role: "bird", Epoch: uint64(b.env.Boots()), Detail: []sim.Field{{Name: "count", Value: fmt.Sprint(b.count)}}}
}

func (b *bird) Request(from sim.Caller, _ []byte) {
	b.count++
	b.env.Report(sang{b.count % 3})
	b.env.Broadcast([]byte("heard"))
	switch {
	case b.env.Bug("deep") && b.env.Boots() > 3:
		b.env.Fatal("it has restarted too often")
	case b.env.Bug("option") && b.env.Option("tune") == "low":
		b.env.Fatal("it sings low")
	case b.env.Bug("site") && b.env.Buggify("cough"):
		b.env.Fatal("it coughs")
	case b.env.Bug("clock") && b.env.Boots() > 1:
		ticks++
		b.env.Reply(from, []byte(fmt.Sprint(ticks)))
		return
	}
	b.env.Reply(from, []byte("y"))
}

func aviary() models.Model {
	return models.Model{
		Name: "aviary", Nodes: 3,
		Boot: func(env *sim.Env) sim.Node { return &bird{env: env} },
		Client: func(c *sim.Client) {
			for op, more := c.Next(); more; op, more = c.Next() {
				if _, err := c.Call(1, []byte("x"), 100*time.Millisecond); err != nil {
					c.Info(err.Error())
					continue
				}
				c.OK(op.Value)
			}
		},
		Workloads: []models.Workload{{Name: "write", Spec: specs.Register, Rate: 20, Keys: 2, Mix: []sim.Weight{{F: "write", Weight: 1}, {F: "rewrite", Weight: 1}},
			Next: func(t *sim.Turn) sim.Op { return sim.Op{F: "write", Value: history.Int(t.Unique())} }}},
		Options: []models.Option{{Name: "tune", Values: []string{"high", "low", "off-key"}, Weaker: []string{"off-key"}}},
		Sites:   []models.Site{{Name: "cough", Summary: "it coughs"}},
		Profile: fault.Profile{Roles: []string{"bird"}, Events: []fault.EventDecl{{Event: "sang"}}},
		Bugs:    []models.Bug{{Name: "deep"}, {Name: "option"}, {Name: "site"}, {Name: "clock"}},
	}
}

func searchFor(bug sim.BugName, workers int) *Search {
	s := &Search{
		Setup: trial.Setup{Model: aviary(), Base: sim.Case{Duration: sim.Duration(3 * time.Second)}, Nemesis: "swarm"},
		Free:  FreeFor(models.Bug{}), Seed: 3, Runs: 80, Workers: workers, Verify: true,
	}
	if bug != "" {
		s.Base.Bugs = []sim.BugName{bug}
	}
	return s
}

func do(t *testing.T, s *Search) (Summary, []*Report) {
	t.Helper()
	var all []*Report
	s.Each = func(r *Report) { all = append(all, r) }
	sum, err := s.Do(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return sum, all
}

// What a search does is decided by its seed, whatever the number of workers.
func TestSearchIsDeterministic(t *testing.T) {
	one, runs := do(t, searchFor("deep", 1))
	three, others := do(t, searchFor("deep", 3))
	if !reflect.DeepEqual(one, three) || !reflect.DeepEqual(runs, others) {
		t.Error("one worker and three do different searches")
	}
	other := searchFor("deep", 1)
	other.Seed = 4
	if _, others := do(t, other); others[5].Case.Seed == runs[5].Case.Seed {
		t.Error("two seeds share runs")
	}
}

// What a search finds is found by its case alone, with the same digest, and within the claims.
func TestFoundCasesReplayAlone(t *testing.T) {
	for _, bug := range []sim.BugName{"deep", "option", "site"} {
		sum, _ := do(t, searchFor(bug, 2))
		if len(sum.Failures) == 0 {
			t.Fatalf("%s was not found", bug)
		}
		for _, r := range sum.Failures[:min(4, len(sum.Failures))] {
			run, err := trial.Simulate(aviary(), r.Case, false, nil, trial.Setup{}.Options)
			if err != nil || run.Outcome != r.Outcome || run.Events != r.Events || len(run.Beyond)+len(run.Weaker) > 0 {
				t.Errorf("%s, run %d: %v, %v, %d events, want %v, %d; beyond %v %v", bug, r.Run, err, run.Outcome, run.Events, r.Outcome, r.Events, run.Beyond, run.Weaker)
			}
			m, _ := watched(aviary())
			probed, err := sim.Run(m.System(), r.Case)
			if err != nil || probed.Digest != run.Digest {
				t.Errorf("%s, run %d: the probe changes the run", bug, r.Run)
			}
		}
	}
	if sum, _ := do(t, searchFor("", 2)); len(sum.Failures) > 0 {
		t.Errorf("the fixed twin fails: %s", sum.Failures[0].Summary)
	}
}

// Two runs of one case that differ are found within 50 runs, and few runs are run twice later.
func TestNondeterminismIsFoundSoon(t *testing.T) {
	s := searchFor("clock", 1)
	s.MaxFailures = 1
	sum, _ := do(t, s)
	if len(sum.Failures) == 0 || sum.Failures[0].Err == nil || sum.Failures[0].Run > 50 {
		t.Fatalf("in %d runs no two runs of a case differed, and %d were run twice", sum.Runs, sum.Verified)
	}
	quiet := searchFor("", 1)
	quiet.Runs = 200
	sum, all := do(t, quiet)
	late := 0
	for _, r := range all[100:] {
		if r.Verified {
			late++
		}
	}
	if !all[0].Verified || !all[3].Verified || late > 15 || len(sum.Failures) > 0 {
		t.Errorf("%d runs were run twice, %d of the last 100, and %d failed", sum.Verified, late, len(sum.Failures))
	}
}

// What a setup or a bug asks for stays, and weak options are never drawn.
func TestWhatIsNotFreeStays(t *testing.T) {
	s := searchFor("", 1)
	s.Free = Free{}
	s.Base.Options = map[sim.OptionName]string{"tune": "low"}
	_, all := do(t, s)
	for _, r := range all {
		c := r.Case
		if c.Options["tune"] != "low" || c.Nodes != 3 || c.Clients != 4 || c.Workload.Rate != 20 || c.Duration != s.Base.Duration {
			t.Fatalf("run %d draws %v: %+v", r.Run, r.Drawn, c)
		}
	}
	s = searchFor("", 1)
	_, all = do(t, s)
	tunes, nodes := map[string]int{}, map[int]int{}
	for _, r := range all {
		tunes[r.Case.Options["tune"]]++
		nodes[r.Case.Nodes]++
	}
	if tunes["off-key"] > 0 || tunes["low"] == 0 || len(nodes) < 4 {
		t.Errorf("drew tunes %v and nodes %v", tunes, nodes)
	}
}

// A search uses what it may spend, and stops at what it is told.
func TestSearchStops(t *testing.T) {
	s := searchFor("option", 1)
	s.MaxFailures = 2
	if sum, _ := do(t, s); len(sum.Failures) != 2 || sum.Complete {
		t.Errorf("%d failures, complete %v", len(sum.Failures), sum.Complete)
	}
	s = searchFor("", 1)
	s.Events = 1
	if sum, _ := do(t, s); sum.Runs != generation || sum.Complete {
		t.Errorf("%d runs with events for one generation", sum.Runs)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if sum, err := searchFor("", 1).Do(ctx); err != nil || sum.Runs == 80 || sum.Complete {
		t.Errorf("%d runs after an interrupt, %v", sum.Runs, err)
	}
	bad := searchFor("none", 1)
	if _, err := bad.Do(t.Context()); err == nil || !strings.Contains(err.Error(), "unknown bug") {
		t.Errorf("got %v", err)
	}
}

// Cases that are made of others run, and stay within the claims.
func TestMutationsStayWithinTheClaims(t *testing.T) {
	s := searchFor("", 1)
	s.Runs = 320
	_, all := do(t, s)
	made := 0
	for _, r := range all {
		if slices.Contains(r.Drawn, Choice{"plan", mutated}) {
			made++
			if b := aviary().Profile.Claims.Breaches(r.Case.Faults, r.Case.Nodes); len(b) > 0 || r.Err != nil {
				t.Fatalf("run %d: %v %v", r.Run, b, r.Err)
			}
		}
	}
	if made < 8 {
		t.Errorf("%d of 320 cases were made of others", made)
	}
}

// A reordered case has the run of the one it is made of up to the messages that come in another order.
func TestReorderedCases(t *testing.T) {
	s := searchFor("", 1)
	if err := s.Check(); err != nil {
		t.Fatal(err)
	}
	d := drawing{&s.Setup, axes(&s.Model, Free{}, true)}
	c := s.Base
	c.Seed = 9
	x, events := d.courseOf(c)
	if len(x.letters) == 0 || events == 0 {
		t.Fatal("the run has no messages")
	}
	was, err := sim.RunTraced(s.Model.System(), c)
	if err != nil {
		t.Fatal(err)
	}
	moved := 0
	for seed := range sim.Seed(20) {
		again := d.reorder(seed, &kept{c: c, course: x})
		r, err := sim.RunTraced(s.Model.System(), again)
		if err != nil {
			t.Fatal(err)
		}
		if len(again.Overrides) == 0 || len(again.Overrides) > overrideMost || again.Seed != 9 {
			t.Errorf("seed %d: %d overrides", seed, len(again.Overrides))
		}
		if diff := sim.Differ(was.Trace.Records, r.Trace.Records); diff != nil {
			moved++
		}
	}
	if moved < 18 {
		t.Errorf("%d of 20 runs differ", moved)
	}
}

// Requests that are late or come twice are beyond what a model claims that does not say so, and the search does not draw them for it.
func TestRequestsAreAClaim(t *testing.T) {
	c := sim.Case{Seed: 1, Duration: sim.Duration(time.Second), Network: sim.Network{Requests: sim.Requests{Late: sim.Ratio{Num: 1, Den: 2}, By: 1}}}
	run, err := trial.Simulate(aviary(), c, false, nil, trial.Setup{}.Options)
	if err != nil || len(run.Beyond) != 1 {
		t.Errorf("beyond %v, %v", run.Beyond, err)
	}
	claims := searchFor("", 1)
	claims.Model.Profile.Claims.Repeats = true
	for s, want := range map[*Search]bool{searchFor("", 1): false, claims: true} {
		_, all := do(t, s)
		if drew := slices.ContainsFunc(all, func(r *Report) bool { return r.Case.Network.Requests != (sim.Requests{}) }); drew != want {
			t.Errorf("drew requests: %v, want %v", drew, want)
		}
	}
}
