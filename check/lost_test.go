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

// A story is a history of one client: one operation after the other.
type story []history.Event

func (s *story) do(key, f string, in, out history.Value) {
	for _, e := range []history.Event{{Type: history.Invoke, F: f, Value: in}, {Type: history.OK, F: f, Value: out}} {
		e.Index, e.Time, e.Key = len(*s), history.Time(1000*len(*s)), key
		*s = append(*s, e)
	}
}

// aLoss is an operation that fits nowhere after n updates: the first is lost, or what
// it returns was never there.
type aLoss struct {
	spec   check.Spec
	update func(s *story, k int64)
	wrong  func(s *story, n int64)
	core   func(n int) []int // the updates of the core; nil: some two
}

func first(int) []int { return []int{0} }
func none(int) []int  { return nil }

// upTo returns the integers from 1 to n, exclusive.
func upTo(n int64) history.Value {
	var all []int64
	for k := int64(1); k < n; k++ {
		all = append(all, k)
	}
	return history.Ints(all...)
}

func write(k int64) history.Value {
	return history.List(history.List(history.String("w"), history.String(fmt.Sprint("k", k)), history.Int(k+1)))
}

func adds(f string) func(*story, int64) {
	return func(s *story, k int64) { s.do("", f, history.Int(k), history.Int(k)) }
}

// sevens adds few values again and again, so that no rule can decide.
func sevens(f string) func(*story, int64) {
	return func(s *story, k int64) { s.do("", f, history.Int(k%7), history.Null) }
}

func returns(f string, v history.Value) func(*story, int64) {
	return func(s *story, n int64) { s.do("", f, history.Null, v) }
}

func readsAllButFirst(f string, in history.Value) func(*story, int64) {
	return func(s *story, n int64) { s.do("", f, in, upTo(n)) }
}

var losses = []aLoss{
	{specs.Set, adds("add"), readsAllButFirst("read", null), first},
	{specs.AppendList, adds("append"), readsAllButFirst("read", null), first},
	{specs.Log, adds("append"), readsAllButFirst("read", history.Int(0)), first},
	{specs.Counter, func(s *story, k int64) { s.do("", "add", history.Int(k+1), null) }, returns("read", history.Int(-1)), none},
	{specs.Counter, func(s *story, k int64) { s.do("", "add", history.Int(k+1), null) }, returns("read", history.Int(0)), func(n int) []int { return []int{2*n - 2} }},
	{specs.KV, func(s *story, k int64) { s.do("x", "append", history.String(string(rune('a'+k%26))), null) },
		func(s *story, n int64) { s.do("x", "get", null, history.String("zz")) }, first},
	{specs.KV, func(s *story, k int64) { s.do("x", "put", history.Int(k%7), null) },
		func(s *story, n int64) { s.do("x", "get", null, history.Int((n+1)%7)) }, func(n int) []int { return []int{2*n - 12, 2*n - 2} }},
	{specs.Register, sevens("write"), returns("read", history.Int(99)), none},
	{specs.Queue, sevens("enqueue"), returns("dequeue", history.Int(3)), first},
	{specs.Queue, sevens("enqueue"), returns("dequeue", null), first},
	{specs.PriorityQueue, sevens("insert"), returns("poll", history.Int(3)), func(int) []int { return []int{8} }},
	{specs.Stack, sevens("push"), returns("pop", null), first},
	{specs.Stack, sevens("push"), func(s *story, n int64) { s.do("", "pop", null, history.Int((n+1)%7)) }, nil},
	{specs.MultiRegister, func(s *story, k int64) { s.do("", "txn", write(k), write(k)) },
		func(s *story, n int64) {
			var ask, all []history.Value
			for k := range n {
				found := null
				if k > 0 {
					found = history.Int(k + 1)
				}
				key := history.String(fmt.Sprint("k", k))
				ask = append(ask, history.List(history.String("r"), key, null))
				all = append(all, history.List(history.String("r"), key, found))
			}
			s.do("", "txn", history.List(ask...), history.List(all...))
		}, first},
}

func (l *aLoss) story(n int) story {
	var s story
	for k := range int64(n) {
		l.update(&s, k)
	}
	l.wrong(&s, int64(n))
	return s
}

// However many updates there were, the core has the one to three operations that a person would name.
func TestLostElement(t *testing.T) {
	for _, l := range losses {
		for _, n := range []int{10, 40, 80, 1000} {
			v, err := check.Linearizable(l.spec, l.story(n), check.Options{})
			want := v.Core
			if l.core != nil {
				want = append(l.core(n), 2*n)
			}
			if err != nil || len(v.Core) > 3 || !slices.Equal(v.Core, want) || len(v.Optional) > 1 || !v.Minimal || !v.Confirmed {
				t.Errorf("%s of %d: core %v with %v about %v, minimal %v, confirmed %v, %v; want %v", l.spec.Name(), n, v.Core, v.Optional, v.About, v.Minimal, v.Confirmed, err, want)
			}
		}
	}
	v, _ := check.Linearizable(specs.Set, losses[0].story(4), check.Options{})
	if want := "process 0 read → [1,2,3] from 8µs to 9µs, but process 0 had added 0 by 1µs, and it is missing"; v.Reason != want {
		t.Errorf("the reason is %q, want %q", v.Reason, want)
	}
}

// sum is a counter of which nothing is promised, as somebody's own object may be.
var sum = check.Define(check.Object[int64]{
	Name: "sum",
	Step: func(sum int64, op history.Operation) (int64, bool) {
		if n, _ := op.Input.AsInt(); op.F == "add" {
			return sum + n, true
		}
		return sum, op.Outcome == history.Info || op.Output == history.Int(sum)
	},
})

// Where a specification promises nothing, explaining still ends, and says that the core may not be minimal.
func TestLargeCoresAreCalledSo(t *testing.T) {
	l := losses[3]
	for _, n := range []int{10, 80, 1000} {
		v, err := check.Linearizable(sum, l.story(n), check.Options{})
		if err != nil || v.Outcome != check.Violation || len(v.Core) == 0 {
			t.Fatalf("%d: %v, core %v, %v", n, v.Outcome, v.Core, err)
		}
		if said := strings.HasSuffix(v.Reason, "; the core may not be minimal"); said == v.Minimal || n == 1000 && v.Minimal {
			t.Errorf("%d: minimal is %v, and the reason ends %q", n, v.Minimal, v.Reason[max(0, len(v.Reason)-60):])
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
// The time grows with the number of updates, and is at most a few times that of deciding
// alone, which is measured by the same history without the operation that is wrong.
func BenchmarkLostElement(b *testing.B) {
	for i, l := range losses {
		for n := 10; n <= 100_000; n *= 10 {
			events := l.story(n)
			name := fmt.Sprintf("%s-%d/%d", l.spec.Name(), i, n)
			decide := func(b *testing.B, events []history.Event, want check.Outcome) {
				b.ReportAllocs()
				for b.Loop() {
					if v, err := check.Linearizable(l.spec, events, check.Options{}); err != nil || v.Outcome != want {
						b.Fatal(v.Outcome, v.Core, err)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/update")
			}
			b.Run(name+"/valid", func(b *testing.B) { decide(b, events[:2*n], check.Valid) })
			b.Run(name+"/wrong", func(b *testing.B) { decide(b, events, check.Violation) })
		}
	}
}
