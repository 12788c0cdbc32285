package trial

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"simrun/check"
	"simrun/sim"
)

// sampleResults has every kind of check.
func sampleResults() Results {
	seed := sim.Seed(1<<64 - 1)
	verdict := check.Verdict{Outcome: check.Violation, Spec: "kv", Engine: "window", Reason: `c1 read "<b>"`, Key: "x", Core: []int{0, 2}, Optional: []int{0}, Inevitable: 3, Confirmed: true, Steps: 12}
	return Results{
		Outcome: check.Violation, Summary: "two leaders", Seed: &seed, Model: "raft", Workload: "kv", Digest: "00ff",
		Checks: []Check{
			VerdictCheck(Linearizability, verdict),
			ViolationCheck(sim.Violation{Check: "election safety", Detail: "two leaders", Sighting: sim.Sighting{Time: 7, Event: 3, Node: 2}, Evidence: []sim.Evidence{{Sighting: sim.Sighting{Time: 5, Event: 2, Node: 1}, Shows: "became leader", After: []string{"at 1s crash n1"}}}}),
			{Name: "log matching", Outcome: check.Valid}, {Name: "progress", Outcome: check.Unknown},
		},
		Exercise: &Exercise{Changes: 4, Activity: sim.Activity{Faults: 3, Fired: 2, Leaders: 1}}, Unfired: []string{"at 1s crash n1"},
		Ops: Ops{OK: 1, Info: 1}, Events: 12, Simulated: 1_000, Case: json.RawMessage(`{"version":1,"model":"a>b & c"}`), Version: "0.1.0",
	}
}

// What is written reads back the same, an outcome as true, false or "unknown".
func TestResultsComeBack(t *testing.T) {
	var b bytes.Buffer
	want := sampleResults()
	if err := want.Write(&b); err != nil {
		t.Fatal(err)
	}
	got, err := ParseResults("results.json", b.Bytes())
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v\nwant %+v", got, err, want)
	}
	_, err = ParseResults("results.json", []byte(`{"valid": "maybe"}`))
	wantError(t, err, "results.json", `true, false or "unknown"`)
}

func TestResultsAreReadable(t *testing.T) {
	var b bytes.Buffer
	res := sampleResults()
	if err := res.Write(&b); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(b.String(), "\n")
	if lines[1] != `  "valid": false,` {
		t.Errorf("the first member is %q", lines[1])
	}
	if !strings.Contains(b.String(), "\n    {\"name\":\"log matching\",\"valid\":true},\n    {\"name\":\"progress\",\"valid\":\"unknown\"}\n  ],\n") {
		t.Errorf("the checks are not on lines of their own:\n%s", b.String())
	}
}
