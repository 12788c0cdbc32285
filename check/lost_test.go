package check_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"simrun/check"
	"simrun/check/specs"
	"simrun/history"
)

// lost is the history of one client: n updates that completed, and a read that lacks the first.
func lost(spec check.Spec, n int) []history.Event {
	var events []history.Event
	do := func(f string, in, out history.Value) {
		for _, e := range []history.Event{{Type: history.Invoke, F: f, Value: in}, {Type: history.OK, F: f, Value: out}} {
			e.Index, e.Time = len(events), history.Time(1000*len(events))
			events = append(events, e)
		}
	}
	var seen, reads, all []history.Value
	for k := range int64(n) {
		v := history.Int(k)
		key := history.String(fmt.Sprint("k", k))
		write := history.List(history.List(history.String("w"), key, history.Int(k+1)))
		switch spec {
		case specs.Set:
			do("add", v, v)
		case specs.AppendList, specs.Log:
			do("append", v, v)
		case specs.Counter:
			do("add", history.Int(k+1), history.Null)
		case specs.MultiRegister:
			do("txn", write, write)
		}
		found := history.Null
		if k > 0 {
			seen, found = append(seen, v), history.Int(k+1)
		}
		reads = append(reads, history.List(history.String("r"), key, history.Null))
		all = append(all, history.List(history.String("r"), key, found))
	}
	switch spec {
	case specs.Log:
		do("read", history.Int(0), history.List(seen...))
	case specs.Counter:
		do("read", history.Null, history.Int(-1))
	case specs.MultiRegister:
		do("txn", history.List(reads...), history.List(all...))
	default:
		do("read", history.Null, history.List(seen...))
	}
	return events
}

// A lost element, as Jepsen often finds one: however many were added, the core is the addition of the missing one and the read.
func TestLostElement(t *testing.T) {
	for _, spec := range []check.Spec{specs.Set, specs.AppendList, specs.MultiRegister} {
		for _, n := range []int{10, 40, 80, 1000} {
			events := lost(spec, n)
			v, err := check.Linearizable(spec, events, check.Options{})
			if want := []int{0, 2 * n}; err != nil || !slices.Equal(v.Core, want) || len(v.Optional) > 0 || len(v.About) != 1 || !v.Minimal || !v.Confirmed {
				t.Errorf("%s of %d: core %v with %v about %v, minimal %v, confirmed %v, %v; want %v", spec.Name(), n, v.Core, v.Optional, v.About, v.Minimal, v.Confirmed, err, want)
			}
		}
	}
	v, _ := check.Linearizable(specs.Set, lost(specs.Set, 4), check.Options{})
	if want := "process 0 read → [1,2,3] from 8µs to 9µs, but process 0 had added 0 by 1µs, and it is missing"; v.Reason != want {
		t.Errorf("the reason is %q, want %q", v.Reason, want)
	}
}

// Where the values of an object depend on each other, explaining still ends, and says that the core may not be minimal.
func TestLargeCoresAreCalledSo(t *testing.T) {
	for _, spec := range []check.Spec{specs.Counter, specs.Log} {
		for _, n := range []int{10, 80, 1000} {
			v, err := check.Linearizable(spec, lost(spec, n), check.Options{})
			if err != nil || v.Outcome != check.Violation || len(v.Core) == 0 {
				t.Fatalf("%s of %d: %v, core %v, %v", spec.Name(), n, v.Outcome, v.Core, err)
			}
			if said := strings.HasSuffix(v.Reason, "; the core may not be minimal"); said == v.Minimal {
				t.Errorf("%s of %d: minimal is %v, and the reason ends %q", spec.Name(), n, v.Minimal, v.Reason[max(0, len(v.Reason)-60):])
			}
		}
	}
}

// Order in a list is two values next to each other.
func TestSwappedElements(t *testing.T) {
	var events []history.Event
	do := func(f string, in, out history.Value) {
		for _, e := range []history.Event{{Type: history.Invoke, F: f, Value: in}, {Type: history.OK, F: f, Value: out}} {
			e.Index, e.Time = len(events), history.Time(len(events))
			events = append(events, e)
		}
	}
	for k := range int64(50) {
		do("append", history.Int(k), history.Null)
	}
	list := make([]int64, 50)
	for i := range list {
		list[i] = int64(i)
	}
	list[20], list[21] = 21, 20
	do("read", history.Null, history.Ints(list...))
	v, err := check.Linearizable(specs.AppendList, events, check.Options{})
	// That 21 was appended, at any time after 20 was there, does not help.
	if want := []int{40, 100}; err != nil || !slices.Equal(v.Core, want) || !slices.Equal(v.Optional, []int{42}) || !v.Minimal || !v.Confirmed || len(v.About) != 2 {
		t.Errorf("core %v with %v about %v, minimal %v, confirmed %v, %v; want %v", v.Core, v.Optional, v.About, v.Minimal, v.Confirmed, err, want)
	}
}

// A culprit that says nothing of a value has no part in what is wrong with it.
func TestProjectionLeavesOutWhatSaysNothing(t *testing.T) {
	var ev []history.Event
	add := func(p history.Process, ty history.Type, f string, v history.Value) {
		ev = append(ev, history.Event{Index: len(ev), Time: history.Time(len(ev)), Process: p, Type: ty, F: f, Value: v})
	}
	b := history.Bool
	i := history.Int
	add(0, history.Invoke, "remove", i(1))
	add(0, history.OK, "remove", b(false))
	add(0, history.Invoke, "contains", i(2))
	add(0, history.Info, "contains", history.Null)
	add(1, history.Invoke, "read", history.Null)
	add(2, history.Invoke, "add", i(1))
	add(1, history.OK, "read", history.List())
	add(1, history.Invoke, "remove", i(1))
	add(2, history.OK, "add", b(true))
	add(2, history.Invoke, "add", i(1))
	add(2, history.OK, "add", b(true))
	add(1, history.OK, "remove", history.Null)
	add(1, history.Invoke, "remove", i(1))
	add(1, history.OK, "remove", b(true))
	v, err := check.Linearizable(specs.Set, ev, check.Options{})
	if err != nil || v.Outcome != check.Valid {
		t.Errorf("%v: %s, %v", v.Outcome, v.Reason, err)
	}
}

// BenchmarkLostElement measures a verdict with its explanation, by the number of updates.
func BenchmarkLostElement(b *testing.B) {
	for _, spec := range []check.Spec{specs.AppendList, specs.Set} {
		for _, n := range []int{10, 100, 1000} {
			b.Run(fmt.Sprintf("%s/%d", spec.Name(), n), func(b *testing.B) {
				events := lost(spec, n)
				b.ReportAllocs()
				for b.Loop() {
					if v, err := check.Linearizable(spec, events, check.Options{}); err != nil || len(v.Core) != 2 {
						b.Fatal(v.Core, err)
					}
				}
			})
		}
	}
}
