package trial

import (
	"slices"
	"strings"
	"testing"

	"simrun/check"
	"simrun/check/txn"
	"simrun/history"
	"simrun/models"
	"simrun/sim"
)

// isolatedModel promises snapshot isolation, and with the option level=strict more.
func isolatedModel() models.Model {
	return models.Model{Name: "own", Workloads: []models.Workload{{Name: "register", Isolation: func(c *sim.Case) txn.Level {
		if c.Options["level"] == "strict" {
			return txn.StrictSerializable
		}
		return txn.SnapshotIsolation
	}}}}
}

// did is a history of transactions of clients that run at the same time: what each does, and what became of it.
func did(t *testing.T, outcomes ...string) []history.Event {
	t.Helper()
	var events []history.Event
	value := func(text string) history.Value {
		v, err := history.ParseValue(text)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for i, text := range outcomes {
		events = append(events, history.Event{Index: i, Time: history.Time(i), Process: history.Process(i + 1), Type: history.Invoke, F: "txn", Value: value(text)})
	}
	for i, text := range outcomes {
		at := len(outcomes) + i
		events = append(events, history.Event{Index: at, Time: history.Time(at), Process: history.Process(i + 1), Type: history.OK, F: "txn", Value: value(text)})
	}
	return events
}

// The options of a case decide what transactions are promised, and a violation has the name of its anomaly and the time at which the last of its
// transactions ended.
func TestJudgeAnIsolationLevel(t *testing.T) {
	skew := []string{`[["r",1,null],["w",2,7]]`, `[["r",2,null],["w",1,8]]`, `[["r",9,null]]`}
	lost := []string{`[["r",1,null],["w",1,7]]`, `[["r",1,null],["w",1,8]]`}
	for _, c := range []struct {
		level   string
		outcome check.Outcome
		did     []string
		summary string
		at      sim.Time
	}{
		{"", check.Valid, skew, "snapshot-isolation holds, and all 3 other checks hold", 0},
		{"strict", check.Violation, skew, "G2-item: T1 read 1 = nothing, so it came before T2", 4},
		{"", check.Violation, lost, "lost-update: T1 and T2 both read nothing from 1 and wrote it", 3},
		{"", check.Unknown, nil, "snapshot-isolation: nothing to decide", 0},
	} {
		r := &sim.Result{End: 100, History: did(t, c.did...), Case: sim.Case{Clients: 3, Options: map[sim.OptionName]string{"level": c.level}}}
		j, err := Judge(isolatedModel(), r, nil, check.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if j.Outcome != c.outcome || !strings.HasPrefix(j.Summary, c.summary) || j.Checks[0].Time != c.at || j.Isolation == nil {
			t.Errorf("level %q: %v at %v: %s; want %v at %v: %s", c.level, j.Outcome, j.Checks[0].Time, j.Summary, c.outcome, c.at, c.summary)
		}
		if c.outcome == check.Violation && (len(j.Checks[0].Core) != 2 || len(j.Isolation.Transactions) != 2) {
			t.Errorf("level %q: core %v, transactions %v", c.level, j.Checks[0].Core, j.Isolation.Transactions)
		}
	}
}

// Failures are told apart by their anomaly alone, whatever keys and values it shows.
func TestCauseOfAnAnomaly(t *testing.T) {
	run := func(did []history.Event) *Run {
		r := &sim.Result{History: did, Case: sim.Case{Clients: 2}}
		j, err := Judge(isolatedModel(), r, nil, check.Options{})
		if err != nil {
			t.Fatal(err)
		}
		return &Run{Model: isolatedModel(), Result: r, Judgement: j}
	}
	lost := run(did(t, `[["r",1,null],["w",1,7]]`, `[["r",1,null],["w",1,8]]`))
	again := run(did(t, `[["r","x",null],["w","x",70],["w","x",71]]`, `[["r","x",null],["w","x",80]]`))
	forked := run(did(t, `[["w",1,1]]`, `[["w",2,2]]`, `[["r",1,1],["r",2,null]]`, `[["r",1,null],["r",2,2]]`))
	cause, _ := CauseOf(lost, nil, check.Options{})
	other, _ := CauseOf(again, nil, check.Options{})
	third, _ := CauseOf(forked, nil, check.Options{})
	if !cause.Same(&other) || !cause.In(again.Model, again.Result) || cause.String() != "lost-update" {
		t.Errorf("%v and %v are told apart", &cause, &other)
	}
	if cause.Same(&third) || cause.In(forked.Model, forked.Result) || third.String() != "long-fork" {
		t.Errorf("%v and %v are not told apart", &cause, &third)
	}
}

// What was exercised are the transactions that wrote; of anomalies that a run shows again and again the first is kept.
func TestTransactionsOfARun(t *testing.T) {
	var many []string
	for key := range 5 {
		k := string(rune('1' + key))
		many = append(many, `[["r",`+k+`,null],["w",`+k+`,1]]`, `[["r",`+k+`,null],["w",`+k+`,2]]`)
	}
	events := did(t, append(many, `[["r",1,null]]`)...)
	r := &sim.Result{History: events, Case: sim.Case{Clients: 11}}
	j, err := Judge(isolatedModel(), r, nil, check.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, a := range j.Isolation.Anomalies {
		names = append(names, a.Name)
	}
	slices.Sort(names)
	if len(slices.Compact(slices.Clone(names))) != len(names) || len(names) == 0 {
		t.Errorf("anomalies %q", names)
	}
	if n := writers(events); n != 10 {
		t.Errorf("%d transactions wrote, want 10", n)
	}
	results := Results{Isolation: j.Isolation}
	if facts := RunFacts(&r.Case, &results, nil); !slices.ContainsFunc(facts, func(f sim.Field) bool { return f.Name == "promised" && f.Value == "snapshot-isolation" }) {
		t.Errorf("facts %v", facts)
	}
}
