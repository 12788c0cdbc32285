package weaker_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"simrun/check"
	"simrun/check/specs"
	"simrun/check/weaker"
	"simrun/history"
	"simrun/internal/soak"
)

// agedBy is the definition, read by read and write by write.
func agedBy(ops []history.Operation, r *history.Operation) (versions int, age history.Time) {
	since := history.Never
	for i := range ops {
		if w := &ops[i]; w.F == "write" && w.Input == r.Output && w.Outcome == history.OK || w.F == "read" && w.Outcome == history.OK && w.Output == r.Output {
			since = min(since, w.Return)
		}
	}
	if r.Output.IsNull() {
		since = -1
	}
	for i := range ops {
		if w := &ops[i]; w.F == "write" && w.Outcome == history.OK && w.Call > since && w.Return < r.Call {
			versions++
			age = max(age, r.Call-w.Return)
		}
	}
	return versions, age
}

// Ages are those of the definition, and never more than the bound over all reads. Where a read is stale, the history is not linearizable.
func TestAgesAreBounded(t *testing.T) {
	stale, most := 0, 0
	for i := range soak.N(6_000, 100_000) {
		m := &maker{rng: rand.New(rand.NewPCG(9, uint64(i))), keys: []string{"x"}, lag: 1 + i%4}
		events := m.history(5+i%30, 1+i%4)
		ops := kept(t, specs.Register, events)
		ages, err := weaker.Ages(specs.Register, events)
		if err != nil {
			t.Fatal(err)
		}
		bound, err := weaker.Staleness(specs.Register, events, weaker.Options{})
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range ages {
			at := slices.IndexFunc(ops, func(op history.Operation) bool { return op.Invoke == a.Read })
			if versions, age := agedBy(ops, &ops[at]); versions != a.Versions || age != a.Time {
				t.Fatalf("history %d, read at %d: %d versions, %v; by the definition %d, %v", i, a.Read, a.Versions, a.Time, versions, age)
			}
			if a.Versions > 0 {
				stale++
				most = max(most, a.Versions)
			}
			if bound.Time.Outcome == check.Valid && int64(a.Time) > bound.Time.Least {
				t.Fatalf("history %d, read at %d: %v old, and all are at most %d", i, a.Read, a.Time, bound.Time.Least)
			}
			if bound.Versions.Outcome == check.Valid && int64(a.Versions) >= bound.Versions.Least {
				t.Fatalf("history %d, read at %d: %d versions, and all are of the last %d", i, a.Read, a.Versions, bound.Versions.Least)
			}
		}
	}
	if t.Logf("%d stale reads, up to %d versions", stale, most); stale < 1000 || most < 3 {
		t.Error("too few reads are stale to mean something")
	}
}

func TestAgesNeedRegisters(t *testing.T) {
	if _, err := weaker.Ages(specs.Set, nil); err == nil {
		t.Error("a set has ages")
	}
}
