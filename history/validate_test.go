package history

import (
	"strings"
	"testing"
)

// parse reads a history in the project's format, without the index, which is the position.
func parse(t *testing.T, lines ...string) []Event {
	t.Helper()
	events := make([]Event, len(lines))
	for i, line := range lines {
		rec := record{}
		s := jsonScanner{text: []byte(line)}
		if err := s.record(&rec, true); err != nil {
			t.Fatalf("line %d: %v", i, err)
		}
		rec.Index = i
		events[i] = rec.Event
	}
	return events
}

func TestValidate(t *testing.T) {
	invoke := `{"time":1,"process":3,"type":"invoke","f":"write","key":"x","value":7}`
	ok := `{"time":2,"process":3,"type":"ok","f":"write","key":"x","value":7}`
	info := `{"time":2,"process":3,"type":"info","f":"write","key":"x","value":7}`
	for _, c := range []struct {
		name  string
		lines []string
		want  string // empty: valid
	}{
		{"nothing", nil, ""},
		{"complete", []string{invoke, ok}, ""},
		{"pending at the end", []string{invoke}, ""},
		{"info", []string{invoke, info}, ""},
		{"equal times", []string{invoke, strings.Replace(ok, `:2`, `:1`, 1)}, ""},
		{"completion that leaves out the key", []string{invoke, strings.Replace(ok, `"key":"x",`, ``, 1)}, ""},
		{"nemesis may complete what it did not invoke, twice", []string{
			`{"time":0,"process":"nemesis","type":"info","f":"partition"}`, `{"time":0,"process":"nemesis","type":"info","f":"partition"}`}, ""},

		{"completion without invocation", []string{ok}, "event 0: process 3 completes write without having invoked it"},
		{"completed twice", []string{invoke, ok, ok}, "event 2: process 3 completes write without having invoked it"},
		{"two open operations", []string{invoke, invoke}, "event 1: process 3 invokes write while its write at event 0 is still open"},
		{"used after info", []string{invoke, info, strings.Replace(invoke, `:1`, `:5`, 1)},
			"event 2: process 3 invokes write, but the info at event 1 ended this process: its write may still be running, so the client must continue as a new process"},
		{"completed after info", []string{invoke, info, ok}, "event 2: process 3 completes write, but the info at event 1 already ended this process"},
		{"time backwards", []string{strings.Replace(invoke, `:1`, `:9`, 1), ok}, "event 1: time runs backwards: 2 comes after 9 of event 0"},
		{"negative time", []string{strings.Replace(invoke, `:1`, `:-1`, 1)}, "event 0: time: expected 0 or more, got -1"},
		{"other operation", []string{invoke, strings.Replace(ok, "write", "read", 1)}, "event 1: process 3 completes read, but it invoked write at event 0"},
		{"other key", []string{invoke, strings.Replace(ok, `"x"`, `"y"`, 1)}, `event 1: process 3 completes write of key "y", but it invoked it for key "x" at event 0`},
		{"high process numbers", []string{strings.Replace(invoke, `:3`, `:70000`, 1), strings.Replace(ok, `:3`, `:70000`, 1), strings.Replace(ok, `:3`, `:70001`, 1)},
			"event 2: process 70001 completes write without having invoked it"},
		{"no name", []string{strings.Replace(invoke, "write", "", 1)}, "event 0: the operation has no name"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := Validate(parse(t, c.lines...))
			if got := message(err); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
			if ops, pairErr := Pair(parse(t, c.lines...)); message(pairErr) != c.want {
				t.Errorf("Pair: %v, %v", ops, pairErr)
			}
		})
	}
}

func message(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestValidateEventsThatNoFileCanHold(t *testing.T) {
	for want, e := range map[string]Event{
		"event 0: index: expected 0, got 7":                             {Index: 7, F: "read"},
		"event 0: process: expected 0 or more, got -2":                  {Process: -2, F: "read"},
		"event 0: type: expected invoke, ok, fail or info, got type(9)": {Type: 9, F: "read"},
	} {
		if got := message(Validate([]Event{e})); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestPair(t *testing.T) {
	ops, err := Pair(parse(t,
		`{"time":1,"process":0,"type":"invoke","f":"write","key":"x","value":1,"node":"n1"}`,
		`{"time":2,"process":"nemesis","type":"info","f":"crash","value":"n1"}`,
		`{"time":3,"process":1,"type":"invoke","f":"read","key":"x","value":null}`,
		`{"time":4,"process":1,"type":"ok","f":"read","key":"x","value":1,"node":"n2"}`,
		`{"time":5,"process":0,"type":"info","f":"write","key":"x","value":1,"error":"timeout"}`,
		`{"time":6,"process":1,"type":"invoke","f":"cas","key":"x","value":[1,2]}`,
		`{"time":7,"process":2,"type":"invoke","f":"read","key":"x","value":null}`,
		`{"time":8,"process":1,"type":"fail","f":"cas","key":"x","value":[1,2]}`,
	))
	if err != nil {
		t.Fatal(err)
	}
	want := []Operation{
		{Process: 0, F: "write", Key: "x", Input: Int(1), Outcome: Info, Call: 1, Return: Never, Invoke: 0, Complete: -1, Node: "n1", Error: "timeout"},
		{Process: 1, F: "read", Key: "x", Output: Int(1), Outcome: OK, Call: 3, Return: 4, Invoke: 2, Complete: 3, Node: "n2"},
		{Process: 1, F: "cas", Key: "x", Input: Ints(1, 2), Output: Ints(1, 2), Outcome: Fail, Call: 6, Return: 8, Invoke: 5, Complete: 7},
		{Process: 2, F: "read", Key: "x", Outcome: Info, Call: 7, Return: Never, Invoke: 6, Complete: -1},
	}
	if len(ops) != len(want) {
		t.Fatalf("got %d operations: %v", len(ops), ops)
	}
	for i := range want {
		if ops[i] != want[i] {
			t.Errorf("operation %d is %+v\nwant %+v", i, ops[i], want[i])
		}
	}
	if !ops[1].Before(ops[2]) || ops[0].Before(ops[2]) || ops[2].Before(ops[3]) {
		t.Error("Before")
	}
	kept := WithoutIndeterminate(ops, func(f string) bool { return f == "read" })
	if len(kept) != 3 || kept[0] != want[0] || kept[1] != want[1] || kept[2] != want[2] {
		t.Errorf("without indeterminate reads: %v", kept)
	}
}
