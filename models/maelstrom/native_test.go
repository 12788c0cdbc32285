//go:build unix

package maelstrom

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"simrun/check"
	"simrun/sim"
	"simrun/sim/fault"
	"simrun/sim/program/native"
	"simrun/trial"
)

// alive runs a command in real time, for a moment, as one node that crashes after its first answer.
func alive(t *testing.T, command string) *trial.Run {
	t.Helper()
	p, err := native.Command(command, native.Config{})
	if err != nil {
		t.Fatal(err)
	}
	m := Model(p)
	var faults []fault.Fault
	if faults, err = m.Profile.ParsePlan("plan", "on 1st ack crash n1 for 1ms"); err != nil {
		t.Fatal(err)
	}
	c := sim.Case{
		Seed: 1, Nodes: 1, Clients: 2, Duration: sim.Duration(300 * time.Millisecond), Faults: faults,
		Workload: sim.Workload{Name: "unique-ids", Rate: 50}, Recovery: sim.Recovery{Within: sim.Duration(time.Hour)}, // on a machine that is busy; else it ends soon
	}
	r, err := trial.Simulate(m, c, true, nil, check.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// A Python node runs as it is, over kill -9 too; and its results say what kind of run that was.
func TestNativePython(t *testing.T) {
	t.Parallel()
	r := alive(t, "python3 ../../examples/ids/python/ids.py durable")
	if r.Outcome != check.Valid {
		t.Fatalf("%v: %s", r.Outcome, r.Summary)
	}
	res, err := r.Results()
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	if err := res.Write(&text); err != nil {
		t.Fatal(err)
	}
	facts := ""
	for _, f := range trial.RunFacts(&r.Case, &res, r.History) {
		facts += f.Name + " " + f.Value + "\n"
	}
	for where, said := range map[string]string{"results.json": text.String(), "the facts": facts} {
		if !strings.Contains(said, "real time, not deterministic: the same seed gives the same faults, not the same run") {
			t.Errorf("%s does not say that the run was in real time:\n%s", where, said)
		}
	}
	if strings.Contains(facts, "virtual") {
		t.Errorf("the facts speak of virtual time:\n%s", facts)
	}
}

// The bug of the same node is found: without its file it hands out the same numbers again.
func TestNativePythonBug(t *testing.T) {
	t.Parallel()
	r := alive(t, "python3 ../../examples/ids/python/ids.py")
	answered := len(r.Unfired) == 0 // before the faults healed, as it is but on a machine that is very busy
	if answered && r.Outcome != check.Violation {
		t.Errorf("%v: %s, with %d restarts", r.Outcome, r.Summary, r.Activity.Restarts)
	}
}
