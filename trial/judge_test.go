package trial

import (
	"maps"
	"strings"
	"testing"

	"simrun/check"
	"simrun/check/accounts"
	"simrun/check/specs"
	"simrun/history"
	"simrun/models"
	"simrun/sim"
)

// A model of one's own is a value, and needs no registry.
func TestJudge(t *testing.T) {
	own := models.Model{Name: "own", Workloads: []models.Workload{{Name: "register", Spec: specs.Register}}}
	write := history.Event{Type: history.Invoke, F: "write", Value: history.Int(1)}
	wrote := history.Event{Index: 1, Time: 1, Type: history.OK, F: "write", Value: history.Int(1)}
	read := history.Event{Index: 2, Time: 2, Type: history.Invoke, F: "read"}
	saw := func(v int64) history.Event {
		return history.Event{Index: 3, Time: 3, Type: history.OK, F: "read", Value: history.Int(v)}
	}
	at := func(t sim.Time) sim.Sighting { return sim.Sighting{Time: t} }
	violation := []sim.Violation{{Check: Progress, Sighting: at(5), Detail: "c1 waits"}, {Check: "election safety", Sighting: at(7), Detail: "two"}, {Check: Progress, Sighting: at(9), Detail: "again"}}
	late := []sim.Violation{{Check: Panic, Sighting: at(9), Detail: "at n1"}}
	for _, c := range []struct {
		name    string
		result  sim.Result
		outcome check.Outcome
		failed  []string
		summary string
	}{
		{"valid", sim.Result{History: []history.Event{write, wrote, read, saw(1)}}, check.Valid, nil, "linearizable, and all 3 other checks hold"},
		{"nothing happened", sim.Result{}, check.Unknown, nil, "linearizability: nothing to decide: the history has no operation"},
		{"nothing completed", sim.Result{History: []history.Event{write}}, check.Unknown, nil, "linearizability: nothing to decide: the only operation did not complete"},
		{"failures alone", sim.Result{History: []history.Event{write, {Index: 1, Time: 1, Type: history.Fail, F: "write"}}}, check.Valid, nil, "linearizable, and all 3 other checks hold"},
		{"stale read", sim.Result{History: []history.Event{write, wrote, read, saw(2)}}, check.Violation, []string{Linearizability}, "linearizability: "},
		{"stale read, then a panic", sim.Result{History: []history.Event{write, wrote, read, saw(2)}, Violations: late}, check.Violation, []string{Linearizability, Panic}, "linearizability: "},
		{"from inside, then a stale read", sim.Result{History: []history.Event{write, wrote, read, saw(2)}, Violations: []sim.Violation{{Check: "election safety", Sighting: at(1), Detail: "two"}}}, check.Violation, []string{"election safety", Linearizability}, "election safety: two"},
		{"from inside", sim.Result{History: []history.Event{write, wrote}, Violations: violation}, check.Violation, []string{Progress, "election safety"}, "progress: c1 waits"},
	} {
		j, err := Judge(own, &c.result, nil, check.Options{})
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if j.Outcome != c.outcome || Names(j.Failed()) != strings.Join(c.failed, ", ") || !strings.HasPrefix(j.Summary, c.summary) {
			t.Errorf("%s: %v %q %q, want %v %q %q", c.name, j.Outcome, Names(j.Failed()), j.Summary, c.outcome, c.failed, c.summary)
		}
	}
	_, err := Judge(models.Model{Name: "bare", Workloads: []models.Workload{{Name: "free"}}}, &sim.Result{}, nil, check.Options{})
	wantError(t, err, "bare", "specification")
	_, err = Judge(own, &sim.Result{History: []history.Event{saw(1)}}, nil, check.Options{})
	wantError(t, err, "the history of own")
}

// What is promised may be less than linearizability: then an account is asked.
func TestJudgeAnAccount(t *testing.T) {
	own := models.Model{Name: "own", Workloads: []models.Workload{{Name: "g-set", Account: accounts.GSet}}}
	add := history.Event{Type: history.Invoke, F: "add", Value: history.Int(1)}
	added := history.Event{Index: 1, Time: 1, Type: history.OK, F: "add", Value: history.Int(1)}
	read := history.Event{Index: 2, Time: 2, Type: history.Invoke, F: "final"}
	for want, saw := range map[string]history.Value{
		"g-set holds, and all 3 other checks hold":                                              history.Ints(1),
		"g-set: 1 was acknowledged to c1 at 1ns, and is missing in the final read by c1 at 3ns": history.Ints(),
	} {
		r := &sim.Result{End: 9, History: []history.Event{add, added, read, {Index: 3, Time: 3, Type: history.OK, F: "final", Value: saw}}}
		for i := range r.History {
			r.History[i].Process = 1
		}
		r.Case.Clients = 1
		j, err := Judge(own, r, nil, check.Options{})
		if err != nil {
			t.Fatal(err)
		}
		first, broken := j.Checks[0], strings.HasPrefix(want, "g-set: ")
		if j.Summary != want || j.Spec != "g-set" || first.Name != "g-set" || len(j.Figures) == 0 || broken != (first.Outcome == check.Violation) || broken && first.Time != 9 {
			t.Errorf("%+v, want %s", j, want)
		}
		lost := Cause{Check: "g-set", Kinds: kindsOf("7 was acknowledged to c3 at 2s, and is missing in the final read by c2 at 3s")}
		other := Cause{Check: "g-set", Kinds: kindsOf("7 was read by c3 at 2s, and nobody had added it")}
		if lost.In(own, r) != broken || other.In(own, r) || (&Cause{Check: Linearizability}).In(own, r) || (&Cause{Check: Panic}).In(own, r) {
			t.Errorf("%s: why it fails is wrong", want)
		}
		if _, err := Judge(own, r, specs.Register, check.Options{}); err == nil {
			t.Error("a set is no register, and a specification that was named counts")
		}
	}
}

// A case with a bug that another workload or other options show than the defaults runs with those, unless the case names some.
func TestABugChoosesWhatShowsIt(t *testing.T) {
	next := func(*sim.Turn) sim.Op { return sim.Op{F: "read"} }
	own := models.Model{
		Name: "own", Boot: func(*sim.Env) sim.Node { return nil }, Client: func(*sim.Client) {},
		Workloads: []models.Workload{{Name: "first", Mix: []sim.Weight{{F: "read", Weight: 1}}, Next: next}, {Name: "second", Mix: []sim.Weight{{F: "read", Weight: 1}}, Next: next}},
		Options:   []models.Option{{Name: "speed", Values: []string{"slow", "fast"}}, {Name: "depth", Values: []string{"flat", "deep"}}},
		Bugs:      []models.Bug{{Name: "anywhere"}, {Name: "there", Workload: "second", Options: map[sim.OptionName]string{"speed": "fast"}}},
	}
	for _, c := range []struct {
		base     sim.Case
		workload string
		options  map[sim.OptionName]string
	}{
		{sim.Case{}, "first", nil},
		{sim.Case{Bugs: []sim.BugName{"anywhere"}}, "first", nil},
		{sim.Case{Bugs: []sim.BugName{"anywhere", "there"}}, "second", map[sim.OptionName]string{"speed": "fast"}},
		{sim.Case{Bugs: []sim.BugName{"there"}, Workload: sim.Workload{Name: "first"}}, "first", map[sim.OptionName]string{"speed": "fast"}},
		{sim.Case{Bugs: []sim.BugName{"there"}, Options: map[sim.OptionName]string{"speed": "slow"}}, "second", map[sim.OptionName]string{"speed": "slow"}},
		{sim.Case{Bugs: []sim.BugName{"there"}, Options: map[sim.OptionName]string{"depth": "deep"}}, "second", map[sim.OptionName]string{"speed": "fast", "depth": "deep"}},
	} {
		drawn, err := Draw(own, c.base, "none", false)
		if err != nil || drawn.Workload.Name != c.workload || !maps.Equal(drawn.Options, c.options) {
			t.Errorf("%v with %v: %s %v, %v", c.base.Bugs, c.base.Options, drawn.Workload.Name, drawn.Options, err)
		}
	}
	own.Bugs[1].Options = map[sim.OptionName]string{"speed": "fats"}
	wantError(t, own.Check(), "bug there", "speed=fats")
	own.Bugs[1].Workload = "third"
	wantError(t, own.Check(), "bug there", "third")
}

// Sentences about a run name its clients, whatever process they have become.
func TestClientOfAProcess(t *testing.T) {
	for p, want := range map[history.Process]string{1: "c1", 4: "c4", 5: "c1", 11: "c3"} {
		if got := clientOf(p, 4).String(); got != want {
			t.Errorf("process %d is %s, want %s", p, got, want)
		}
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
