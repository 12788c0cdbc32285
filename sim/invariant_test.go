package sim_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"simrun/history"
	"simrun/sim"
	"simrun/sim/fault"
	"simrun/sim/nemesis"
)

// consistent says what in a trace cannot be; nil if nothing.
func consistent(r *sim.Result) error {
	type state struct{ up, paused bool }
	nodes := map[sim.NodeID]*state{}
	open := map[uint64]bool{}  // messages on their way
	faults := map[string]int{} // in force
	var last sim.Record
	for _, rec := range r.Trace.Records {
		if rec.Time < last.Time || rec.Event < last.Event {
			return fmt.Errorf("%+v follows %+v", rec, last)
		}
		if rec.Cause > rec.Event || rec.Event > r.Events {
			return fmt.Errorf("%+v has a cause, or an event, in the future", rec)
		}
		last = rec
		n := nodes[rec.Node]
		if n == nil {
			n = &state{}
			nodes[rec.Node] = n
		}
		handler := rec.Node > 0 && (rec.Kind == sim.Deliver || rec.Kind == sim.TimerRun || rec.Kind == sim.SyncDone)
		if handler && (!n.up || n.paused) {
			return fmt.Errorf("%+v on a node with %+v", rec, *n)
		}
		switch rec.Kind {
		case sim.Boot:
			if n.up {
				return fmt.Errorf("%+v of a node that is up", rec)
			}
			n.up = true
		case sim.Crash:
			if !n.up {
				return fmt.Errorf("%+v of a node that is down", rec)
			}
			*n = state{}
		case sim.Pause:
			n.paused = true
		case sim.Resume:
			if !n.paused {
				return fmt.Errorf("%+v of a node that is not paused", rec)
			}
			n.paused = false
		case sim.Send:
			if open[rec.Message] {
				return fmt.Errorf("%+v is sent twice", rec)
			}
			open[rec.Message] = true
		case sim.Deliver, sim.Drop:
			if !open[rec.Message] {
				return fmt.Errorf("%+v was not sent, or has ended before", rec)
			}
			open[rec.Message] = false
		case sim.FaultOn:
			faults[rec.Text]++
		case sim.FaultOff:
			if faults[rec.Text]--; faults[rec.Text] < 0 {
				return fmt.Errorf("%+v ends a fault that is not in force", rec)
			}
		}
	}
	return nil
}

// Whatever the plan, even beyond what the toy survives, the engine stays consistent: its trace
// tells a possible story, its history is valid, and a second run is the same.
func TestEveryRunIsConsistent(t *testing.T) {
	families, begun := map[string]bool{}, 0
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.Uint64Range(0, 1<<32).Draw(t, "seed")
		c := sim.Case{
			Seed: sim.Seed(seed), Nodes: rapid.IntRange(1, 7).Draw(t, "nodes"), Clients: rapid.IntRange(1, 5).Draw(t, "clients"),
			Duration: sim.Duration(500 * time.Millisecond), Recovery: sim.Recovery{Within: sim.Duration(200 * time.Millisecond)},
			Limits: sim.Limits{Events: 50_000},
		}
		c.Network.Refuse = rapid.Bool().Draw(t, "refuse")
		c.Network.Client = sim.Duration(rapid.IntRange(0, 3_000_000).Draw(t, "client latency"))
		c.Network.Loss = sim.Ratio{Num: rapid.Int64Range(0, 20).Draw(t, "loss"), Den: 100}
		profile := fault.Profile{Leader: "primary", Events: []fault.EventDecl{{Event: "apply"}}}
		p, err := nemesis.Draw(nemesis.Swarm, nemesis.Cluster{Nodes: c.Nodes, Duration: time.Duration(c.Duration), Profile: profile, Beyond: true}, seed)
		if err != nil {
			t.Fatal(err)
		}
		c.Faults = p.Faults
		for _, f := range p.Families {
			families[f] = true
		}
		r, err := sim.RunTraced(toySystem, c)
		if err != nil {
			t.Fatal(err)
		}
		begun += len(r.Resolved)
		for _, v := range r.Violations {
			if v.Check == "panic" || v.Check == "limits" {
				t.Fatalf("%+v", v)
			}
		}
		if err := consistent(r); err != nil {
			t.Fatal(err)
		}
		if err := history.Validate(r.History); err != nil {
			t.Fatal(err)
		}
		if again, err := sim.Run(toySystem, c); err != nil || again.Digest != r.Digest {
			t.Fatalf("the second run has digest %v, %v; want %v", again.Digest, err, r.Digest)
		}
		c.Faults = r.Resolved
		if again, err := sim.Run(toySystem, c); err != nil || again.Digest != r.Digest {
			t.Fatalf("the resolved plan gives digest %v, %v; want %v", again.Digest, err, r.Digest)
		}
	})
	if !testing.Short() && (len(families) < 8 || begun < 200) { // -short lets rapid draw a fifth
		t.Errorf("only %d families with %d faults were seen", len(families), begun)
	}
}

// A fault that waited for an event comes before what else happens at its time, as one does that is written with that time: the resolved plan is the same run, also where
// the answer to the event arrives at that very nanosecond.
func TestResolvedPlanAtTheTimeOfAnAnswer(t *testing.T) {
	for latency := range sim.Duration(4) {
		c := sim.Case{Seed: 75, Nodes: 1, Clients: 1, Duration: sim.Duration(500 * time.Millisecond), Faults: plan("after 31ms on 3rd synced crash it for 369ms")}
		c.Network.Client = latency
		r, err := sim.Run(toySystem, c)
		if err != nil || len(r.Resolved) != 1 {
			t.Fatal(err, r.Resolved)
		}
		c.Faults = r.Resolved
		if again, err := sim.Run(toySystem, c); err != nil || again.Digest != r.Digest {
			t.Errorf("client latency %v: the resolved plan %q gives digest %v, %v; want %v", latency, r.Resolved, again.Digest, err, r.Digest)
		}
	}
}
