package shrink_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"simrun/history"
	"simrun/sim"
	"simrun/sim/fault"
	"simrun/sim/shrink"
)

// answerer is a server without state: it answers every request with the request.
type answerer struct{ env *sim.Env }

func (a answerer) Receive(sim.NodeID, []byte)              {}
func (a answerer) Request(from sim.Caller, payload []byte) { a.env.Reply(from, payload) }
func (a answerer) Timer(sim.TimerID)                       {}
func (a answerer) Synced(sim.SyncID, error)                {}
func (a answerer) Describe() sim.State                     { return sim.State{Role: "server", Epoch: uint64(a.env.ID())} }

func system() sim.System {
	return sim.System{
		Name:    "answerer",
		Profile: fault.Profile{Roles: []string{"server"}},
		Boot:    func(env *sim.Env) sim.Node { return answerer{env} },
		Client: func(c *sim.Client) {
			for op, ok := c.Next(); ok; op, ok = c.Next() {
				if _, err := c.Call(1, []byte{1}, 50*time.Millisecond); err != nil {
					c.Info(err.Error())
					continue
				}
				c.OK(op.Value)
			}
		},
		Workloads: []sim.WorkloadKind{{
			Name: "ask",
			Rate: 50,
			Next: func(t *sim.Turn) sim.Op { return sim.Op{F: "ask", Value: history.Int(t.Unique())} },
		}},
	}
}

func plan(t *testing.T, text string) []fault.Fault {
	t.Helper()
	p, err := fault.ParsePlan("", text)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

const busyPlan = `
at 100ms loss 1/10
at 312.5ms pause n4 for 333.3ms
at 500ms isolate n2,n3 for 700ms
at 1203.7ms crash role server for 211.9ms
at 1.5s crash n2 for 100ms
at 2s partition halves for 1s
at 2.5s pause n3 for 200ms
`

// needsCrashAndPause fails where n5, the server of the highest epoch, crashed, n3 paused later, and
// the third client's operation of value 7 is open or done.
func needsCrashAndPause(r *sim.Result) bool {
	crashed, paused, asked := false, false, false
	for _, f := range r.Resolved {
		crashed = crashed || strings.Contains(f.String(), "crash n5")
		paused = paused || crashed && strings.Contains(f.String(), "pause n3")
	}
	for _, e := range r.History {
		asked = asked || e.Type == history.Invoke && e.F == "ask" && e.Value == history.Int(7)
	}
	return crashed && paused && asked
}

func TestShrinkLeavesWhatTheFailureNeeds(t *testing.T) {
	c := sim.Case{Seed: 5, Faults: plan(t, busyPlan), Network: sim.Network{Loss: sim.Ratio{Num: 1, Den: 20}}}
	reports := 0
	got, err := shrink.Shrink(t.Context(), system(), c, needsCrashAndPause, shrink.Options{Each: func(shrink.Report) { reports++ }})
	if err != nil {
		t.Fatal(err)
	}
	if !got.Complete || !got.Minimal || reports != got.Runs {
		t.Errorf("complete %v, minimal %v after %d runs with %d reports, want true, true and a report for each run", got.Complete, got.Minimal, got.Runs, reports)
	}
	var lines []string
	for _, f := range got.Case.Faults {
		lines = append(lines, f.String())
	}
	if want := []string{"at 0s crash n5", "at 0s pause n3"}; !slices.Equal(lines, want) {
		t.Errorf("the plan is left as %q, want %q", lines, want)
	}
	if want := []string{"c3#1"}; !slices.Equal(got.Case.Workload.Only, want) { // Unique is 4·1+3
		t.Errorf("the operations left are %q, want %q", got.Case.Workload.Only, want)
	}
	// The value 7 is the third of four clients' second: with fewer clients it would be another's.
	if got.Case.Clients != 4 || got.Case.Nodes != 5 || !got.Case.Recovery.Skip || got.Case.Network.Loss.Num != 0 {
		t.Errorf("left are %d clients, %d nodes, recovery skipped %v, loss %v; want 4, 5, true, 0",
			got.Case.Clients, got.Case.Nodes, got.Case.Recovery.Skip, got.Case.Network.Loss)
	}
	if d := time.Duration(got.Case.Duration); d > 50*time.Millisecond {
		t.Errorf("the fault phase is left %v long, want little more than the second operation of a client takes to come", d)
	}
	r, err := sim.Run(system(), got.Case)
	if err != nil || !needsCrashAndPause(r) {
		t.Errorf("what is left does not fail: %v", err)
	}
}

func TestShrinkStopsWithTheSmallestSoFar(t *testing.T) {
	c := sim.Case{Seed: 5, Faults: plan(t, busyPlan)}
	got, err := shrink.Shrink(t.Context(), system(), c, needsCrashAndPause, shrink.Options{Runs: 10})
	if err != nil {
		t.Fatal(err)
	}
	if got.Complete || got.Runs != 10 {
		t.Errorf("complete %v after %d runs, want false after 10", got.Complete, got.Runs)
	}
	if r, err := sim.Run(system(), got.Case); err != nil || !needsCrashAndPause(r) {
		t.Errorf("the smallest so far does not fail: %v", err)
	}
}

func TestShrinkRefusesWhatDoesNotFail(t *testing.T) {
	_, err := shrink.Shrink(t.Context(), system(), sim.Case{Seed: 5}, func(*sim.Result) bool { return false }, shrink.Options{})
	if err == nil || !strings.Contains(err.Error(), "does not fail") {
		t.Errorf("the error is %v, want one that says that the case does not fail", err)
	}
}
