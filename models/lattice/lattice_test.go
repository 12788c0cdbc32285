package lattice

import (
	"encoding/json"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// value is any of the types.
type value[T any] interface{ Merge(T) T }

// laws checks that merging is commutative, associative and idempotent, and that an update is merged into what it was made of.
func laws[T value[T]](t *testing.T, update func(t *rapid.T, v T, node int) T) {
	rapid.Check(t, func(t *rapid.T) {
		// Three replicas update what they have and learn from each other, as replicas do: so no two values give one name to two things.
		var r [3]T
		for range rapid.IntRange(0, 12).Draw(t, "steps") {
			i, j := rapid.IntRange(0, 2).Draw(t, "node"), rapid.IntRange(0, 2).Draw(t, "from")
			if before := r[i]; i == j {
				r[i] = update(t, before, i)
				same(t, "an update does not get lost", before.Merge(r[i]), r[i].Merge(r[i]))
			} else {
				r[i] = r[i].Merge(r[j])
			}
		}
		a, b, c := r[0], r[1], r[2]
		texts := [3]string{text(a), text(b), text(c)}
		same(t, "commutative", a.Merge(b), b.Merge(a))
		same(t, "associative", a.Merge(b).Merge(c), a.Merge(b.Merge(c)))
		same(t, "idempotent", a.Merge(b).Merge(b), a.Merge(b))
		var none T
		same(t, "the zero value is the least", none.Merge(a), a.Merge(none))
		if texts != [3]string{text(a), text(b), text(c)} {
			t.Error("merging changed its arguments")
		}
	})
}

func text(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

func same(t *rapid.T, law string, a, b any) {
	if text(a) != text(b) {
		t.Errorf("%s: %s and %s", law, text(a), text(b))
	}
}

func TestSet(t *testing.T) {
	laws(t, func(t *rapid.T, s Set, _ int) Set { return s.With(rapid.Int64Range(0, 9).Draw(t, "element")) })
}

func TestCounter(t *testing.T) {
	laws(t, func(t *rapid.T, c Counter, node int) Counter {
		return c.Plus(node, rapid.Int64Range(0, 5).Draw(t, "n"))
	})
	a := Counter{}.Plus(1, 3)
	b := a.Plus(2, 4)
	if n := a.Plus(1, 2).Merge(b).Sum(); n != 9 {
		t.Errorf("3, 4 and 2 add up to %d", n)
	}
}

func TestORSet(t *testing.T) {
	n := uint64(0)
	laws(t, func(t *rapid.T, s ORSet, node int) ORSet {
		v := rapid.Int64Range(0, 3).Draw(t, "element")
		if n++; rapid.Bool().Draw(t, "remove") {
			return s.Without(v)
		}
		return s.With(Tag{v, node, n})
	})
}

// "add wins" (INRIA 7506 §3.3.5): of an addition and a removal at the same time, the addition remains.
func TestAddWins(t *testing.T) {
	first := ORSet{}.With(Tag{7, 1, 1}).With(Tag{8, 1, 2})
	removed, again := first.Without(7), first.With(Tag{7, 2, 1})
	if v := removed.Values(); !slices.Equal(v, Set{8}) {
		t.Errorf("after the removal: %v", v)
	}
	if v := removed.Merge(again).Values(); !slices.Equal(v, Set{7, 8}) {
		t.Errorf("after both: %v", v)
	}
	if v := removed.Merge(again).Without(7).Merge(first).Values(); !slices.Equal(v, Set{8}) {
		t.Errorf("after a removal that has seen both: %v", v)
	}
}

func TestMap(t *testing.T) {
	times := [3]int64{}
	laws(t, func(t *rapid.T, m Map, node int) Map {
		times[node] += rapid.Int64Range(1, 2).Draw(t, "pause")
		stamp := Stamp{times[node], node}
		return m.With(rapid.SampledFrom([]string{"x", "y"}).Draw(t, "key"), Entry{stamp, 10*stamp.Time + int64(node)})
	})
	m := Map{}.With("x", Entry{Stamp{5, 1}, 1}).With("x", Entry{Stamp{5, 2}, 2}).With("x", Entry{Stamp{4, 3}, 3})
	if m["x"].Value != 2 {
		t.Errorf("%v: the greater node wins of equal times", m)
	}
}
