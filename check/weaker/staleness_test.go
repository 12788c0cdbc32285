package weaker_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"simrun/check"
	"simrun/check/specs"
	"simrun/check/weaker"
	"simrun/history"
	"simrun/internal/soak"
)

// orders tries every order of operations that keeps real time, as if reads began
// earlier by t, in which reads return one of the k latest values.
func orders(ops []history.Operation, t history.Time, k int) bool {
	precedes := func(a, b *history.Operation) bool {
		if a.Outcome == history.Info {
			return false
		}
		if b.F == "read" && t > 0 {
			return a.Return < b.Call-t
		}
		return a.Complete < b.Invoke
	}
	var from func(left []int, values []history.Value) bool
	from = func(left []int, values []history.Value) bool {
		if !slices.ContainsFunc(left, func(i int) bool { return ops[i].Outcome != history.Info }) {
			return true
		}
		for at, i := range left {
			op := &ops[i]
			if slices.ContainsFunc(left, func(j int) bool { return j != i && precedes(&ops[j], op) }) {
				continue
			}
			next := values
			switch op.F {
			case "read":
				if op.Outcome == history.OK && !slices.Contains(values[max(0, len(values)-k):], op.Output) {
					continue
				}
			case "write":
				next = append(slices.Clone(values), op.Input)
			case "cas":
				found, to, _ := op.Input.AsPair()
				if values[len(values)-1] != found {
					continue
				}
				next = append(slices.Clone(values), to)
			}
			if from(slices.Delete(slices.Clone(left), at, at+1), next) {
				return true
			}
		}
		return false
	}
	all := make([]int, len(ops))
	for i := range all {
		all[i] = i
	}
	return from(all, []history.Value{history.Null})
}

func TestStalenessAgreesWithEveryOrder(t *testing.T) {
	histories := soak.N(6_000, 100_000)
	stale, none, seen := 0, 0, map[int64]int{}
	for i := range histories {
		m := &maker{rng: rand.New(rand.NewPCG(5, uint64(i))), keys: []string{"x"}, cas: i%3 == 0, future: i%7 == 0}
		events := m.history(3+i%6, 1+i%3)
		ops := kept(t, specs.CASRegister, events)
		got, err := weaker.Staleness(specs.CASRegister, events, weaker.Options{})
		if err != nil {
			t.Fatal(err)
		}
		end := events[len(events)-1].Time + 1
		if !orders(ops, end, 1) {
			none++
			if got.Time.Outcome != check.Violation || got.Versions.Outcome != check.Violation {
				reports(t, events, "got %+v, but no age explains it", got)
			}
			if orders(ops, 0, 100) {
				reports(t, events, "some number of versions explains it, though no age does")
			}
			continue
		}
		age, k := history.Time(0), 1
		for !orders(ops, age, 1) {
			age++
		}
		for !orders(ops, 0, k) {
			k++
		}
		seen[int64(k)]++
		if age > 0 {
			stale++
		}
		if got.Time.Outcome != check.Valid || got.Time.Least != int64(age) || (age > 0) != (got.Time.Reason != "") {
			reports(t, events, "time: got %+v, want %d", got.Time, age)
		}
		if got.Versions.Outcome != check.Valid || got.Versions.Least != int64(k) {
			reports(t, events, "versions: got %+v, want %d", got.Versions, k)
		}
	}
	t.Logf("by versions: %v; %d explained by no age", seen, none)
	enough(t, "stale by some time", stale, histories)
	if none < histories/100 || seen[3] < histories/100 {
		t.Error("too few to mean anything")
	}
}

func TestStalenessIsUnknownWhereValuesRepeat(t *testing.T) {
	events := parse(t, `
		{"index":0,"time":0,"process":1,"type":"invoke","f":"write","value":1}
		{"index":1,"time":1,"process":1,"type":"ok","f":"write","value":1}
		{"index":2,"time":2,"process":1,"type":"invoke","f":"write","value":1}
		{"index":3,"time":3,"process":1,"type":"ok","f":"write","value":1}
		{"index":4,"time":4,"process":1,"type":"invoke","f":"read"}
		{"index":5,"time":5,"process":1,"type":"ok","f":"read"}`)
	got, err := weaker.Staleness(specs.Register, events, weaker.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got.Time.Outcome != check.Unknown || !strings.Contains(got.Time.Reason, "same value") {
		t.Errorf("time: %+v", got.Time)
	}
	if got.Versions.Outcome != check.Valid || got.Versions.Least != 3 {
		t.Errorf("versions: %+v", got.Versions)
	}
}

func TestQuestionsOfOtherObjectsAreRefused(t *testing.T) {
	if _, err := weaker.Sessions(specs.Queue, nil, weaker.Options{}); err == nil || !strings.Contains(err.Error(), "cas-register") {
		t.Error(err)
	}
	if _, err := weaker.Staleness(specs.MultiRegister, nil, weaker.Options{}); err == nil {
		t.Error("no error")
	}
	own := check.Define(check.Object[int64]{Name: "register", Init: 7, Step: func(n int64, op history.Operation) (int64, bool) { return n, op.Output == history.Int(n) }})
	if _, err := weaker.Sessions(own, nil, weaker.Options{}); err == nil {
		t.Error("an object was mistaken for another with the same name")
	}
	if _, err := weaker.Sequential(specs.Queue, nil, weaker.Options{Budget: -1}); err == nil {
		t.Error("no error")
	}
}

// If values repeat, the time is unknown, but the number of versions is known.
func TestVersionsOfRepeatingValuesAgreeWithEveryOrder(t *testing.T) {
	histories := soak.N(3_000, 30_000)
	behind := 0
	for i := range histories {
		m := &maker{rng: rand.New(rand.NewPCG(6, uint64(i))), keys: []string{"x"}, cas: i%3 == 0, repeating: true}
		events := m.history(3+i%6, 1+i%3)
		ops := kept(t, specs.CASRegister, events)
		got, err := weaker.Staleness(specs.CASRegister, events, weaker.Options{})
		if err != nil {
			t.Fatal(err)
		}
		k := int64(1)
		for k <= 8 && !orders(ops, 0, int(k)) {
			k++
		}
		if k > 1 {
			behind++
		}
		if k <= 8 && (got.Versions.Outcome != check.Valid || got.Versions.Least != k) || k > 8 && got.Versions.Outcome == check.Valid {
			reports(t, events, "got %+v, want %d", got.Versions, k)
		}
	}
	enough(t, "behind by a version or more", behind, histories)
}
