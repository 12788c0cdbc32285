package history

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

var anyText = rapid.OneOf(
	rapid.SampledFrom([]string{"", "x", "read", "txn", "nemesis", ":a", "5", "null", "a\"b\\c\n\t\x01", "é😀\u2028", "a,b;c {[(", "#_", "1/2", "nil"}),
	rapid.StringN(0, 8, 40),
)

// anyValue generates values of all kinds.
func anyValue(depth int) *rapid.Generator[Value] {
	return rapid.Custom(func(t *rapid.T) Value {
		most := 7
		if depth == 0 {
			most = 5
		}
		switch rapid.IntRange(0, most).Draw(t, "kind") {
		case 0:
			return Null
		case 1:
			return Bool(rapid.Bool().Draw(t, "bool"))
		case 2:
			return Int(rapid.Int64().Draw(t, "int"))
		case 3:
			return String(anyText.Draw(t, "string"))
		case 4:
			return mustParse(rapid.StringMatching(`-?[1-9][0-9]{0,24}(\.[0-9]{1,5})?(e-?[0-9]{1,3})?`).Draw(t, "number"))
		case 5:
			return List(Int(rapid.Int64Range(0, 3).Draw(t, "k")), Null)
		case 6:
			return List(rapid.SliceOfN(anyValue(depth-1), 0, 4).Draw(t, "list")...)
		default:
			var members []jsonMember
			for _, name := range rapid.SliceOfNDistinct(anyText, 0, 4, func(s string) string { return String(s).text }).Draw(t, "names") {
				members = append(members, jsonMember{String(name).text, anyValue(depth-1).Draw(t, "member").AppendJSON(nil)})
			}
			text, err := appendObject(nil, members)
			if err != nil {
				t.Fatal(err)
			}
			return mustParse(string(text))
		}
	})
}

// anyHistory generates valid histories: every process does one thing at a time,
// and an info ends it.
func anyHistory(t *rapid.T) []Event {
	value := anyValue(2)
	if rapid.Bool().Draw(t, "pairs only") {
		value = rapid.SampledFrom([]Value{List(Int(1), Null), Ints(1, 2), List(String("a"), Int(3))})
	}
	type state struct{ f, key string }
	open := map[Process]*state{}
	ended := map[Process]bool{}
	var events []Event
	var now Time
	for i := range rapid.IntRange(0, 12).Draw(t, "events") {
		now += Time(rapid.Int64Range(0, 1<<40).Draw(t, "delay"))
		e := Event{Index: i, Time: now, Value: value.Draw(t, "value"), Node: String(anyText.Draw(t, "node")).text, Error: String(anyText.Draw(t, "error")).text}
		e.Process = rapid.SampledFrom([]Process{0, 1, 2, 70000, Nemesis}).Draw(t, "process")
		for ended[e.Process] {
			e.Process += 100
		}
		switch s := open[e.Process]; {
		case e.Process == Nemesis:
			e.Type, e.F = Type(rapid.IntRange(0, 3).Draw(t, "type")), String(anyText.Draw(t, "f")).text
		case s == nil:
			e.F, e.Key = String(anyText.Draw(t, "f")).text, String(anyText.Draw(t, "key")).text
			if e.F == "" {
				e.F = "read"
			}
			open[e.Process] = &state{e.F, e.Key}
		default:
			e.Type, e.F, e.Key = Type(rapid.IntRange(1, 3).Draw(t, "type")), s.f, s.key
			if rapid.IntRange(0, 9).Draw(t, "key left out") == 0 {
				e.Key = ""
			}
			ended[e.Process] = e.Type == Info
			delete(open, e.Process)
		}
		events = append(events, e)
	}
	return events
}

// TestWrittenHistoriesAreReadAgain checks that Read returns the events that Write wrote, in each format that can be written.
func TestWrittenHistoriesAreReadAgain(t *testing.T) {
	lookalikes := 0
	for range 10 {
		rapid.Check(t, func(t *rapid.T) {
			events := anyHistory(t)
			if err := Validate(events); err != nil {
				t.Fatalf("the generator is wrong: %v", err)
			}
			if looksIndependent(events) {
				lookalikes++
			}
			checkWritten(t, events)
			if ops, err := Pair(events); err != nil {
				t.Fatal(err)
			} else if err := checkPaired(events, ops); err != nil {
				t.Fatal(err)
			}
		})
	}
	if lookalikes == 0 {
		t.Error("no history looked like one of independent keys")
	}
}

// checkPaired compares Pair with its definition, looked up the slow way.
func checkPaired(events []Event, ops []Operation) error {
	n := 0
	for i, e := range events {
		if e.Process == Nemesis || e.Type != Invoke {
			continue
		}
		op := ops[n]
		n++
		if op.Invoke != i || op.Process != e.Process || op.Input != e.Value || op.Call != e.Time || op.Key != e.Key {
			return fmt.Errorf("operation %+v of event %+v", op, e)
		}
		want := Operation{Outcome: Info, Return: Never, Complete: -1}
		for _, c := range events[i+1:] {
			if c.Process != e.Process {
				continue
			}
			if c.Type != Info {
				want = Operation{Outcome: c.Type, Return: c.Time, Complete: c.Index, Output: c.Value}
			}
			break
		}
		if op.Outcome != want.Outcome || op.Return != want.Return || op.Complete != want.Complete || op.Output != want.Output {
			return fmt.Errorf("operation %+v, want the completion of %+v", op, want)
		}
	}
	if n != len(ops) {
		return fmt.Errorf("%d operations of %d invocations", len(ops), n)
	}
	return nil
}
