package check_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"simrun/check"
	"simrun/check/specs"
	"simrun/history"
)

// crowd is a register that many clients read while 2 is written over 1: half of them see each. If stale is set, one more
// client begins when one that saw 2 has returned, and sees 1.
func crowd(clients int, stale bool) []history.Event {
	var events []history.Event
	add := func(p int, t history.Type, f string, v history.Value) {
		events = append(events, history.Event{Index: len(events), Time: history.Time(len(events)), Process: history.Process(p), Type: t, F: f, Value: v})
	}
	add(0, history.Invoke, "write", history.Int(1))
	add(0, history.OK, "write", null)
	for p := range clients {
		add(p+1, history.Invoke, "read", null)
	}
	add(0, history.Invoke, "write", history.Int(2))
	for p := range clients {
		add(p+1, history.OK, "read", history.Int(int64(1+p%2)))
	}
	if stale {
		add(clients+1, history.Invoke, "read", null)
		add(clients+1, history.OK, "read", history.Int(1))
	}
	add(0, history.OK, "write", null)
	return events
}

// The windowed search keeps apart as many operations under way as there are.
func TestWindowOfManyClients(t *testing.T) {
	for _, clients := range []int{1, 2, 62, 63, 64, 65, 127, 128, 129, 200} {
		for _, engine := range []string{check.HastyEngine, check.PatientEngine} {
			if engine == check.PatientEngine && clients > 2 {
				continue // it tries every set of reads
			}
			for _, stale := range []bool{false, true} {
				want := check.Valid
				if stale && clients > 1 {
					want = check.Violation
				}
				events := crowd(clients, stale)
				v, err := check.Linearizable(specs.Register, events, check.Options{Engine: engine})
				if err != nil || v.Outcome != want {
					t.Errorf("%s, %d clients, stale %v: %v, want %v; %v %s", engine, clients, stale, v.Outcome, want, err, v.Reason)
				}
				if v.Outcome == check.Valid {
					if err := check.Replay(specs.Register, events, v.Witness); err != nil {
						t.Error(err)
					}
				}
			}
		}
	}
}

// A search spends at most its budget, counts at least one step for each operation, and gives the same answer when the
// budget is just enough.
func TestWindowKeepsItsBudget(t *testing.T) {
	unknown := 0
	for n, a := range alphabets {
		m := &maker{rng: rand.New(rand.NewPCG(79, uint64(n)))}
		for range 200 {
			events := m.history(&a, fuzzOperations)
			decide := func(budget int64) check.Verdict {
				v, err := check.Linearizable(a.spec, events, check.Options{Engine: check.HastyEngine, Budget: budget, AllowEmpty: true})
				if err != nil {
					t.Fatal(err)
				}
				return v
			}
			full := decide(0)
			completed := int64(0)
			for _, e := range events {
				if e.Type == history.OK {
					completed++
				}
			}
			if full.Outcome == check.Valid && full.Steps < completed {
				t.Fatalf("%s: %d steps for %d operations\n%s", a.name(), full.Steps, completed, dump(events))
			}
			if full.Outcome == check.Unknown || len(a.keys) > 1 || full.Steps < 2 {
				continue
			}
			if full.Outcome == check.Valid {
				if v := decide(full.Steps + 1); v.Outcome != full.Outcome || v.Steps != full.Steps {
					t.Fatalf("%s: %v after %d steps, but %v after %d with a budget of one more\n%s", a.name(), full.Outcome, full.Steps, v.Outcome, v.Steps, dump(events))
				}
			}
			half := full.Steps / 2
			v := decide(half)
			if v.Outcome == check.Unknown {
				unknown++
				if most := half + int64(len(events)); v.Steps > most {
					t.Fatalf("%s: %d steps with a budget of %d\n%s", a.name(), v.Steps, half, dump(events))
				}
			}
		}
	}
	if unknown < 500 {
		t.Errorf("only %d searches gave up", unknown)
	}
}

// A search that gives up says how far it came, if it came anywhere.
func TestWindowSaysHowFarItCame(t *testing.T) {
	events := crowd(20, false)
	decide := func(budget int64) string {
		v, err := check.Linearizable(specs.Register, events, check.Options{Engine: check.HastyEngine, Budget: budget})
		if err != nil || v.Outcome != check.Unknown {
			t.Fatalf("%v %v", v.Outcome, err)
		}
		return v.Reason
	}
	if got := decide(1); strings.Contains(got, "explained up to") {
		t.Errorf("after one step: %s", got)
	}
	if got, want := decide(30), fmt.Sprintf("explained up to event 23 of %d", len(events)); !strings.Contains(got, want) {
		t.Errorf("%q is missing: %s", want, got)
	}
}

// A search forgets states that it has left, and gives up when those that it needs take more than the bound.
func TestWindowBoundsItsMemory(t *testing.T) {
	var events []history.Event
	add := func(t history.Type, v history.Value) {
		events = append(events, history.Event{Index: len(events), Type: t, F: "append", Value: v})
	}
	for i := range int64(300) { // a list that grows is a new state each time
		add(history.Invoke, history.Int(i))
		add(history.OK, null)
	}
	for _, c := range []struct {
		bytes int
		want  check.Outcome
	}{{1 << 20, check.Valid}, {16 << 10, check.Valid}, {100, check.Unknown}} {
		back := check.Bound(1<<22, c.bytes)
		v, err := check.Linearizable(appendOnly, events, check.Options{Engine: check.HastyEngine})
		back()
		if err != nil || v.Outcome != c.want {
			t.Errorf("with %d bytes of states: %v, want %v: %v %s", c.bytes, v.Outcome, c.want, err, v.Reason)
		}
	}
	back := check.Bound(1, 1<<20)
	defer back()
	if v, err := check.Linearizable(specs.Counter, many("add", 6), check.Options{Engine: check.HastyEngine}); err != nil || v.Outcome != check.Unknown {
		t.Errorf("with one configuration: %v, want unknown: %v", v.Outcome, err)
	}
}

// appendOnly is a text that grows.
var appendOnly = check.Define(check.Object[string]{
	Name: "text",
	Step: func(s string, op history.Operation) (string, bool) { return s + op.Input.String(), true },
})

// many are operations of n clients at the same time.
func many(f string, n int) []history.Event {
	var events []history.Event
	for _, t := range []history.Type{history.Invoke, history.OK} {
		for p := range n {
			events = append(events, history.Event{Index: len(events), Process: history.Process(p), Type: t, F: f, Value: history.Int(int64(p + 1))})
		}
	}
	return events
}
