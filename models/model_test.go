package models

import (
	"slices"
	"strings"
	"testing"

	"simrun/check"
	"simrun/check/specs"
	"simrun/history"
	"simrun/sim"
)

// Every model says of itself what people need to use it.
func TestModelsAreComplete(t *testing.T) {
	for _, m := range All() {
		if m.Name() == "" || m.Summary == "" || m.Spec == nil || len(m.System.Workloads) == 0 {
			t.Errorf("%+v: a name, a summary, a specification or a workload is missing", m)
		}
		for _, w := range m.System.Workloads {
			if m.Spec(w.Name) == nil || w.Summary == "" || w.Rate == 0 || w.Keys == 0 || len(w.Mix) == 0 {
				t.Errorf("%s: workload %s lacks a specification, a summary or a default", m.Name(), w.Name)
			}
		}
		var bugs, options []string
		for _, b := range m.Bugs {
			bugs = append(bugs, b.Name)
			if b.Summary == "" || b.Source == "" || len(b.Oracles) == 0 || seedsOf[b.Tier] == 0 || !strings.HasPrefix(b.ID, "B") {
				t.Errorf("%s: bug %s is not described: %+v", m.Name(), b.Name, b)
			}
		}
		for _, o := range m.Options {
			options = append(options, o.Name)
			if o.Summary == "" || len(o.Values) < 2 {
				t.Errorf("%s: option %s is not described", m.Name(), o.Name)
			}
		}
		if !slices.Equal(bugs, m.System.Bugs) || !slices.Equal(options, m.System.Options) {
			t.Errorf("%s: the system knows bugs %q and options %q, the model %q and %q", m.Name(), m.System.Bugs, m.System.Options, bugs, options)
		}
	}
}

func TestWrongNames(t *testing.T) {
	_, err := ByName("rfat")
	wantError(t, err, "rfat", `"raft"`)
	m, err := ByName("raft")
	if err != nil {
		t.Fatal(err)
	}
	if b, err := m.Bug("b04"); err != nil || b.Name != "truncate-on-stale-append" {
		t.Errorf("bug b04 is %q, %v", b.Name, err)
	}
	_, err = m.Bug("vote-not-persistent")
	wantError(t, err, "bug of raft", `"vote-not-persisted"`)
	wantError(t, m.CheckOptions(map[string]string{"reads": "indx"}), "option reads", `"index"`)
	if err := m.CheckOptions(map[string]string{"reads": "log"}); err != nil {
		t.Error(err)
	}
}

func wantError(t *testing.T, err error, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("error %v, want it to hold %q", err, part)
		}
	}
}

// A model of one's own is a value, and needs no registry.
func TestJudge(t *testing.T) {
	own := Model{System: sim.System{Name: "own"}, Spec: func(string) check.Spec { return specs.Register }}
	write := history.Event{Type: history.Invoke, F: "write", Value: history.Int(1)}
	wrote := history.Event{Index: 1, Time: 1, Type: history.OK, F: "write", Value: history.Int(1)}
	read := history.Event{Index: 2, Time: 2, Type: history.Invoke, F: "read"}
	saw := func(v int64) history.Event {
		return history.Event{Index: 3, Time: 3, Type: history.OK, F: "read", Value: history.Int(v)}
	}
	violation := []sim.Violation{{Check: Progress, Detail: "c1 waits"}, {Check: "election safety", Detail: "two"}, {Check: Progress, Detail: "again"}}
	for _, c := range []struct {
		name    string
		result  sim.Result
		outcome check.Outcome
		failed  []string
		summary string
	}{
		{"valid", sim.Result{History: []history.Event{write, wrote, read, saw(1)}}, check.Valid, nil, "linearizable, and all 3 other checks hold"},
		{"stale read", sim.Result{History: []history.Event{write, wrote, read, saw(2)}}, check.Violation, []string{Linearizability}, "linearizability: "},
		{"from inside", sim.Result{History: []history.Event{write, wrote}, Violations: violation}, check.Violation, []string{Progress, "election safety"}, "progress: c1 waits"},
	} {
		j, err := Judge(own, &c.result, nil, check.Options{})
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if j.Outcome != c.outcome || !slices.Equal(j.Failed(), c.failed) || !strings.HasPrefix(j.Summary, c.summary) {
			t.Errorf("%s: %v %q %q, want %v %q %q", c.name, j.Outcome, j.Failed(), j.Summary, c.outcome, c.failed, c.summary)
		}
	}
	_, err := Judge(Model{System: sim.System{Name: "bare"}}, &sim.Result{}, nil, check.Options{})
	wantError(t, err, "bare", "specification")
	_, err = Judge(own, &sim.Result{History: []history.Event{saw(1)}}, nil, check.Options{})
	wantError(t, err, "the history of own")
}

// Sentences about a run name its clients, whatever process they have become.
func TestClientOfAProcess(t *testing.T) {
	for p, want := range map[history.Process]string{1: "c1", 4: "c4", 5: "c1", 11: "c3"} {
		if got := clientOf(p, 4).String(); got != want {
			t.Errorf("process %d is %s, want %s", p, got, want)
		}
	}
}
