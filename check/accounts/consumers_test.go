package accounts

import (
	"math/rand/v2"
	"strings"
	"testing"

	"simrun/check"
	"simrun/history"
	"simrun/internal/soak"
)

// polls makes a history of operations that end before the next begins: "1 assign {"a":0}", "2 poll [["a",0,7]]", "1 send a 7 0".
func polls(t *testing.T, lines ...string) (events []history.Event) {
	t.Helper()
	for _, line := range lines {
		words := strings.Fields(line)
		e := history.Event{Process: history.Process(words[0][0] - '0'), F: words[1]}
		input, output := history.Null, words[len(words)-1]
		if e.F == "send" {
			e.Key = words[2]
			input, _ = history.ParseValue(words[3])
		}
		result, err := history.ParseValue(output)
		if err != nil {
			t.Fatal(err)
		}
		e.Type, e.Value = history.Invoke, input
		events = append(events, e)
		e.Type, e.Value = history.OK, result
		if output == "false" {
			e.Type, e.Value, e.Error = history.Fail, history.Null, "no answer"
		}
		events = append(events, e)
	}
	for i := range events {
		events[i].Index, events[i].Time = i, history.Time(i)
	}
	return events
}

func TestConsumersThatAssignThemselvesKeys(t *testing.T) {
	sends := []string{`9 send a 10 0`, `9 send a 11 1`, `9 send a 12 2`}
	end := `9 final [["a",0,10],["a",1,11],["a",2,12]]`
	for _, c := range []struct {
		says  string // "" if all is well
		lines []string
	}{
		{"", []string{`1 assign {"a":0}`, `1 poll [["a",0,10]]`, `1 poll [["a",1,11],["a",2,12]]`}},
		{"begins at offset 0 of a, and the process had polled offset 0", []string{`1 assign {"a":0}`, `1 poll [["a",0,10]]`, `1 poll [["a",0,10],["a",1,11]]`}},
		{"begins at offset 2 of a, the process had polled up to 0, and 1 is left out", []string{`1 assign {"a":0}`, `1 poll [["a",0,10]]`, `1 poll [["a",2,12]]`}},
		{"", []string{`1 poll [["a",0,10]]`, `1 poll [["a",2,12]]`}},                                         // it was not assigned
		{"", []string{`1 assign {"a":0}`, `1 poll [["a",0,10]]`, `1 assign {"a":0}`, `1 poll [["a",2,12]]`}}, // it was assigned anew
		{"", []string{`1 assign {"a":0}`, `1 poll [["a",0,10]]`, `1 assign false`, `1 poll [["a",2,12]]`}},   // or may have been
		{"", []string{`1 assign {"a":0}`, `1 poll [["a",0,10]]`, `2 assign {"a":1}`, `2 poll [["a",1,11]]`}}, // others are others
		{"process 2 at event 13 was assigned offset 2 of a, and nobody had polled so far", []string{`1 assign {"a":0}`, `1 poll [["a",0,10]]`, `2 assign {"a":1}`, `2 assign {"a":2}`}},
	} {
		r, err := Kafka.Check(polls(t, append(append(sends, c.lines...), end)...), check.Options{Untimed: true})
		if err != nil {
			t.Fatal(err)
		}
		if (r.Outcome == check.Violation) != (c.says != "") || !strings.Contains(r.Reason, c.says) {
			t.Errorf("%q: %v %s, want %q", c.lines, r.Outcome, r.Reason, c.says)
		}
	}
}

// Polls are judged as by a look at each pair of them.
func TestConsumersAgainstPairs(t *testing.T) {
	right, wrong := 0, 0
	for seed := range uint64(soak.N(3_000, 100_000)) {
		r := rand.New(rand.NewPCG(seed, 9))
		var ops []history.Operation
		for i := range 3 + r.IntN(5) {
			op := history.Operation{Process: history.Process(r.IntN(2)), Outcome: history.OK, Invoke: 2 * i, Complete: 2*i + 1}
			if r.IntN(3) == 0 {
				op.F, op.Output = "assign", history.Object(map[string]history.Value{"a": history.Int(r.Int64N(3))})
			} else {
				from := r.Int64N(3)
				var list []history.Value
				for offset := from; offset < from+r.Int64N(3); offset++ {
					list = append(list, history.List(history.String("a"), history.Int(offset), history.Int(offset)))
				}
				op.F, op.Output = "poll", history.List(list...)
			}
			ops = append(ops, op)
		}
		e := &ending{l: &ledger{ops: ops}}
		l, _ := openLogs(e)
		e.Report = Report{}
		l.external()
		l.ahead()
		if want := badPolls(ops); (e.Outcome == check.Violation) != want {
			t.Fatalf("seed %d: %v %s, want a violation: %v\n%v", seed, e.Outcome, e.Reason, want, ops)
		} else if want {
			wrong++
		} else {
			right++
		}
	}
	if right < 300 || wrong < 300 {
		t.Errorf("%d right histories and %d wrong ones", right, wrong)
	}
}

// badPolls looks at each operation, and at all before it.
func badPolls(ops []history.Operation) bool {
	shown := map[int64]bool{}
	for _, op := range ops {
		if op.F == "poll" {
			for _, o := range shownBy(op) {
				shown[o] = true
			}
		}
	}
	for i, op := range ops {
		if op.F == "assign" {
			highest := int64(0)
			for _, before := range ops[:i] {
				for _, o := range shownBy(before) {
					highest = max(highest, o+1)
				}
			}
			if at, _ := op.Output.Field("a"); at.Compare(history.Int(highest)) > 0 {
				return true
			}
		}
		now := shownBy(op)
		if len(now) == 0 {
			continue
		}
		last, assigned := int64(-1), false
		for _, before := range ops[:i] {
			switch {
			case before.Process != op.Process:
			case before.F == "assign":
				last, assigned = -1, true
			default:
				for _, o := range shownBy(before) {
					last = max(last, o)
				}
			}
		}
		if !assigned || last < 0 {
			continue
		}
		if now[0] <= last {
			return true
		}
		for o := last + 1; o < now[0]; o++ {
			if shown[o] {
				return true
			}
		}
	}
	return false
}

// shownBy lists the offsets that a poll returned.
func shownBy(op history.Operation) (list []int64) {
	if op.F == "poll" {
		records, _ := recordsOf(op.Output)
		for _, r := range records {
			list = append(list, r.offset)
		}
	}
	return list
}

func TestEcho(t *testing.T) {
	said := func(answer string) []history.Event {
		return []history.Event{{Process: 1, Type: history.Invoke, F: "echo", Value: history.String("a")}, {Index: 1, Process: 1, Type: history.OK, F: "echo", Value: history.String(answer)}}
	}
	if r, err := Echo.Check(said("a"), check.Options{}); err != nil || r.Outcome != check.Valid {
		t.Error(r, err)
	}
	if r, err := Echo.Check(said("b"), check.Options{Untimed: true}); err != nil || r.Outcome != check.Violation || r.Reason != `"b" was answered to process 1 at event 0, who had said "a"` {
		t.Error(r.Reason, err)
	}
}
