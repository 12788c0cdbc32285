package check_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"simrun/check"
	"simrun/check/specs"
	"simrun/history"
	"simrun/internal/soak"
)

// flows are the alphabets that a stream can follow: values are written once, or again.
var flows = []alphabet{
	{specs.Register, join(adding("write", 5, nothing), repeat(4, of("read", nothing, maybe))), oneKey, true},
	{specs.Register, join(of("write", ints(1, 2, 3), nothing), repeat(2, of("read", nothing, oneOf(history.Int(1), history.Int(2), history.Int(3), null)))), oneKey, false},
	{specs.KV, join(adding("put", 5, nothing), repeat(4, of("get", nothing, maybe))), []string{"x", "y"}, true},
	{specs.CASRegister, join(adding("write", 5, nothing), repeat(4, of("read", nothing, maybe)), swaps()), oneKey, true},
}

// A stream finds a violation at the event that makes it inevitable, and explains it with operations that have no order.
func TestStreamAgreesWithWhole(t *testing.T) {
	for n, a := range flows {
		decided, violations, unexplained := 0, 0, 0
		m := &maker{rng: rand.New(rand.NewPCG(78, uint64(n)))}
		for round := range soak.N(2_500, 80_000) {
			events := m.history(&a, fuzzOperations+round%15)
			for i := range events {
				events[i].Time = history.Time(i)
			}
			want, err := check.Linearizable(a.spec, events, check.Options{AllowEmpty: true})
			if err != nil {
				t.Fatal(err)
			}
			s := check.NewStream(a.spec)
			got, at := check.Valid, -1
			for i := range events {
				if got, err = s.Feed(&events[i]); err != nil {
					t.Fatal(err)
				} else if got != check.Valid {
					at = i
					break
				}
			}
			if got == check.Unknown {
				if s.Why() == "" {
					t.Fatal("it gave up and does not say why")
				}
				continue
			}
			decided++
			if got != want.Outcome || got == check.Violation && at != want.Inevitable {
				t.Fatalf("%s: %v at event %d; as a whole %v at %d\n%s", a.name(), got, at, want.Outcome, want.Inevitable, dump(events))
			}
			if got == check.Violation {
				violations++
				if !explained(t, &a, s, events, at) {
					unexplained++
				}
			}
		}
		t.Logf("%s: %d histories decided, %d violations, %d of them unexplained", a.name(), decided, violations, unexplained)
		if decided < soak.N(75, 300) || violations < soak.N(25, 100) || unexplained > violations/100 {
			t.Errorf("%s: too few", a.name())
		}
	}
}

// explained verifies the excerpt, and what the verdict on it says of the whole history. It reports false if there is none.
func explained(t *testing.T, a *alphabet, s *check.Stream, events []history.Event, at int) bool {
	t.Helper()
	passes := 0
	v, x, err := s.Explain(func(each func(history.Event) error) error {
		passes++
		for _, e := range events {
			if err := each(e); err != nil {
				return err
			}
		}
		return nil
	}, check.Options{Untimed: true})
	if err == check.ErrUnexplained && !a.distinct {
		return false // where values are written again
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, dump(events))
	}
	if passes > 4 {
		t.Errorf("the history was read %d times", passes)
	}
	if v.Outcome != check.Violation || oracle(a.spec, x.Events) || x.From[v.Inevitable] != at {
		t.Fatalf("%v at %d, and event %d of the whole; want %d\n%s\nof\n%s", v.Outcome, v.Inevitable, x.From[v.Inevitable], at, dump(x.Events), dump(events))
	}
	for i, e := range x.Events {
		whole := events[x.From[i]]
		if whole.Index = i; e != whole {
			t.Fatalf("event %d of the excerpt is %v, and not %v", i, e, whole)
		}
	}
	if !slices.IsSorted(x.From) {
		t.Fatal(x.From)
	}
	if _, lie := verify(v, events); lie != "" {
		t.Fatalf("%s; but %s\n%s", v.Reason, lie, dump(events))
	}
	return true
}

// An operation that the specification doesn't have is an error at its event.
func TestStreamRefusesForeignOperations(t *testing.T) {
	s := check.NewStream(specs.Register)
	_, err := s.Feed(&history.Event{Type: history.Invoke, F: "enqueue"})
	if err == nil || check.NewStream(specs.Queue) != nil {
		t.Errorf("%v", err)
	}
}

// BenchmarkStream follows a register of a million operations of which few overlap.
func BenchmarkStream(b *testing.B) {
	events := streamed(1_000_000)
	b.ReportAllocs()
	for b.Loop() {
		s := check.NewStream(specs.Register)
		for i := range events {
			if got, err := s.Feed(&events[i]); got != check.Valid || err != nil {
				b.Fatal(got, err)
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1e6, "ns/operation")
}

// streamed is a history of a register of n operations by ten clients, of which half write; all take effect when they end.
func streamed(n int) []history.Event {
	rng := rand.New(rand.NewPCG(1, 1))
	var events []history.Event
	var open [10]history.Value
	var under [10]string
	value := null
	for begun := 0; len(events) < 2*n; {
		p := rng.IntN(10)
		e := history.Event{Index: len(events), Time: history.Time(len(events)), Process: history.Process(p), F: under[p]}
		switch under[p] {
		case "":
			if begun == n {
				continue
			}
			begun++
			if e.F = "read"; rng.IntN(2) == 0 {
				e.F, e.Value = "write", history.Int(int64(begun))
			}
			under[p], open[p] = e.F, e.Value
		case "write":
			e.Type, value, under[p] = history.OK, open[p], ""
		default:
			e.Type, e.Value, under[p] = history.OK, value, ""
		}
		events = append(events, e)
	}
	return events
}
