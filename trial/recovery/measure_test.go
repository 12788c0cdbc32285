package recovery_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"simrun/check/specs"
	"simrun/history"
	"simrun/models"
	"simrun/sim"
	"simrun/trial"
	"simrun/trial/recovery"
)

// single is one node that answers every client at once. With the bug "sleeps" it has forgotten how to when it restarts.
func single() models.Model {
	return models.Model{
		Name: "single",
		Boot: func(env *sim.Env) sim.Node {
			if env.Boots() > 1 && env.Bug("sleeps") {
				return &node{}
			}
			return &node{env}
		},
		Client: func(c *sim.Client) {
			for {
				if _, more := c.Next(); !more {
					return
				}
				if _, err := c.Call(1, []byte("x"), 50*time.Millisecond); err != nil {
					c.Fail(err.Error())
					continue
				}
				c.OK(history.Null)
			}
		},
		Workloads: []models.Workload{{Name: "reads", Spec: specs.Register, Rate: 50, Keys: 1, Mix: []sim.Weight{{F: "read", Weight: 1}},
			Next: func(*sim.Turn) sim.Op { return sim.Op{F: "read"} }}},
		Bugs:  []models.Bug{{Name: "sleeps"}},
		Nodes: 1,
	}
}

type node struct{ env *sim.Env }

func (*node) Receive(sim.NodeID, []byte) {}
func (n *node) Request(from sim.Caller, b []byte) {
	if n.env != nil {
		n.env.Reply(from, b)
	}
}

func scenario(t *testing.T, name string) recovery.Scenario {
	t.Helper()
	list := recovery.Scenarios()
	i := slices.IndexFunc(list, func(s recovery.Scenario) bool { return s.Name == name })
	if i < 0 {
		t.Fatalf("no scenario %s", name)
	}
	return list[i]
}

func measured(t *testing.T, name string, workers int, bugs ...sim.BugName) recovery.Row {
	t.Helper()
	done := 0
	row, err := recovery.Measure(context.Background(), trial.Setup{Model: single(), Base: sim.Case{Bugs: bugs}}, scenario(t, name), 20, workers, func() { done++ })
	if err != nil {
		t.Fatal(err)
	}
	if row.Skipped == "" && done != 20 {
		t.Errorf("%d seeds are done", done)
	}
	return row
}

// A node that is down for a second is back a second later, and one that never answers again never is.
func TestMeasure(t *testing.T) {
	within := func(q recovery.Quantiles, low, high time.Duration) bool {
		return q.P50 >= recovery.Figure(low) && q.Max <= recovery.Figure(high) && q.P50 <= q.P95 && q.P95 <= q.Max
	}
	quiet := measured(t, "none", 1)
	if quiet.Fired != 20 || quiet.Violations+quiet.Unknown > 0 || !within(quiet.First, 0, 40*time.Millisecond) || quiet.Back != (recovery.Quantiles{}) || quiet.Failed.Max > 0 {
		t.Errorf("none: %+v", quiet)
	}
	crash := measured(t, "crash-all", 1)
	if crash.Fired != 20 || !within(crash.First, time.Second, 1100*time.Millisecond) || !within(crash.Back, time.Second, 1100*time.Millisecond) || crash.Failed.P50 < 50 || crash.Missing.P50 < 150 {
		t.Errorf("crash-all: %+v", crash)
	}
	if c := crash.Curve; len(c) != 70 || c[5].Median < 0.8 || c[15].Median > 0 || c[40].Median < 0.8 {
		t.Errorf("crash-all: the curve is %v", c)
	}
	sleeps := measured(t, "crash-all", 1, "sleeps")
	if !sleeps.First.P50.Never() || !sleeps.Back.P50.Never() || sleeps.Violations != 20 || sleeps.Wrong != 1 {
		t.Errorf("sleeps: %+v", sleeps)
	}
	if text, err := json.Marshal(sleeps.Back); err != nil || string(text) != `{"max":null,"p50":null,"p95":null}` {
		t.Errorf("%s, %v", text, err)
	}
}

// What a model does not claim, or has not got, is not measured, and says why.
func TestWhatIsNotMeasured(t *testing.T) {
	for name, why := range map[string]string{
		"crash-leader": "it has no leader",
		"empty-disk":   "1 of 1 nodes come back with an empty disk, and 0 may",
	} {
		if row := measured(t, name, 1); row.Skipped != why || len(row.Curve) > 0 {
			t.Errorf("%s: %q, want %q", name, row.Skipped, why)
		}
	}
	if row := measured(t, "partition", 1); row.Fired != 0 || len(row.Curve) > 0 {
		t.Errorf("the minority of one node is nobody: %+v", row)
	}
}

// The same seeds give the same figures, however many work on them.
func TestMeasureIsDeterministic(t *testing.T) {
	var texts [2][]byte
	for i, workers := range []int{1, 4} {
		var err error
		if texts[i], err = json.Marshal(measured(t, "loss", workers)); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(texts[0], texts[1]) {
		t.Errorf("%s\n%s", texts[0], texts[1])
	}
}

// A model that panics is an internal error, which names the seed.
func TestMeasureSaysWhoPanicked(t *testing.T) {
	m := single()
	m.Workloads[0].Spec = nil
	m.Workloads[0].Next = func(*sim.Turn) sim.Op { panic("no idea") }
	_, err := recovery.Measure(context.Background(), trial.Setup{Model: m}, scenario(t, "none"), 3, 1, func() {})
	var internal *trial.InternalError
	if !errors.As(err, &internal) || !strings.Contains(err.Error(), "seed 1") {
		t.Errorf("%v", err)
	}
}

// scripted is one node that answers at once, but not in the first half second after the onset; a client that asks each 100 ms waits for 50 ms.
func scripted(quiet func(now sim.Time) bool) models.Model {
	m := single()
	m.Boot = func(env *sim.Env) sim.Node { return &quietNode{env, quiet} }
	m.Client = func(c *sim.Client) {
		for {
			began := c.Now()
			if _, more := c.Next(); !more {
				return
			}
			if _, err := c.Call(1, []byte("x"), 50*time.Millisecond); err != nil {
				c.Fail(err.Error())
			} else {
				c.OK(history.Null)
			}
			c.Sleep(100*time.Millisecond - time.Duration(c.Now()-began))
		}
	}
	m.Workloads[0].Rate = 0
	return m
}

type quietNode struct {
	env   *sim.Env
	quiet func(now sim.Time) bool
}

func (*quietNode) Receive(sim.NodeID, []byte) {}
func (n *quietNode) Request(from sim.Caller, b []byte) {
	if !n.quiet(n.env.Now()) {
		n.env.Reply(from, b)
	}
}

// A run with a known answer: ten calls a second, of which the five from the onset on get none.
func TestMeasureOfAKnownRun(t *testing.T) {
	m := scripted(func(now sim.Time) bool {
		return now >= recovery.Onset && now < recovery.Onset+sim.Time(500*time.Millisecond)
	})
	row, err := recovery.Measure(context.Background(), trial.Setup{Model: m, Base: sim.Case{Clients: 1}}, scenario(t, "none"), 3, 1, func() {})
	if err != nil {
		t.Fatal(err)
	}
	all := func(f recovery.Figure) recovery.Quantiles { return recovery.Quantiles{P50: f, P95: f, Max: f} }
	half := recovery.Figure(500 * time.Millisecond)
	if row.Failed != all(5) || row.Missing != all(5) || row.First != all(half) || row.Back != all(half) || row.Goodput != 10 {
		t.Errorf("%+v", row)
	}
	never, err := recovery.Measure(context.Background(), trial.Setup{Model: scripted(func(now sim.Time) bool { return now < recovery.Onset }), Base: sim.Case{Clients: 1}}, scenario(t, "none"), 3, 1, func() {})
	if err != nil || never.Silent != 3 || never.Fired != 3 || len(never.Curve) > 0 {
		t.Errorf("%+v, %v", never, err)
	}
}

// A plan of one's own begins when the goodput before it has been measured.
func TestPlanned(t *testing.T) {
	m := single()
	s, err := recovery.Planned(&m, "mine", "at 4s pause n1 for 1s\nat 6s crash n1 for 500ms\n")
	if err != nil {
		t.Fatal(err)
	}
	row, err := recovery.Measure(context.Background(), trial.Setup{Model: m}, s, 2, 1, func() {})
	if err != nil || row.Name != "mine" || row.Ends != sim.Time(2500*time.Millisecond) {
		t.Errorf("%+v, %v", row, err)
	}
	if _, err := recovery.Planned(&m, "mine", "at 3s pause n1 for 1s\n"); err == nil || !strings.Contains(err.Error(), "begins before 4s") {
		t.Errorf("%v", err)
	}
}
