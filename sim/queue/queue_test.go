package queue

import (
	"slices"
	"strconv"
	"testing"

	"pgregory.net/rapid"
	"simrun/sim/rng"
)

// slow is the oracle: a list that is sorted stably before each pop.
type slow struct {
	items []slowItem
}

type slowItem struct {
	at    int64
	ref   Ref
	early bool
}

func (s *slow) pop() (int64, Ref, bool) {
	if len(s.items) == 0 {
		return 0, 0, false
	}
	slices.SortStableFunc(s.items, func(a, b slowItem) int {
		switch {
		case a.at != b.at || a.early == b.early:
			return int(a.at - b.at)
		case a.early:
			return -1
		}
		return 1
	})
	it := s.items[0]
	s.items = s.items[1:]
	return it.at, it.ref, true
}

func TestQueueAgainstSortedList(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var q Queue
		var s slow
		for range rapid.IntRange(1, 300).Draw(t, "steps") {
			if rapid.IntRange(0, 2).Draw(t, "push") > 0 {
				at := int64(rapid.IntRange(0, 20).Draw(t, "at"))
				ref := Ref(rapid.IntRange(0, MaxRef).Draw(t, "ref"))
				early := rapid.Bool().Draw(t, "early")
				if early {
					q.PushEarly(at, ref)
				} else {
					q.Push(at, ref)
				}
				s.items = append(s.items, slowItem{at, ref, early})
			} else {
				next, any := -1, false
				if rapid.Bool().Draw(t, "next") {
					var at int64
					at, any = q.Next()
					next = int(at)
				}
				at, ref, ok := q.Pop()
				wantAt, wantRef, wantOK := s.pop()
				if any && next != int(wantAt) || next >= 0 && any != wantOK {
					t.Fatalf("Next() = %d, %v; want %d, %v", next, any, wantAt, wantOK)
				}
				if at != wantAt || ref != wantRef || ok != wantOK {
					t.Fatalf("Pop() = %d, %d, %v; want %d, %d, %v", at, ref, ok, wantAt, wantRef, wantOK)
				}
			}
			if q.Len() != len(s.items) {
				t.Fatalf("Len() = %d, want %d", q.Len(), len(s.items))
			}
		}
	})
}

func BenchmarkPopPush(b *testing.B) {
	for _, pending := range []int{32, 128, 1024, 32768} {
		b.Run(strconv.Itoa(pending), func(b *testing.B) {
			var q Queue
			v := rng.Draw(1, rng.Of("queue bench"), 0, 0)
			for i := range pending {
				v = v.Next()
				q.Push(int64(v.N(1e6)), Ref(i))
			}
			b.ReportAllocs()
			for b.Loop() {
				at, ref, _ := q.Pop()
				v = v.Next()
				q.Push(at+int64(v.N(1e6)), ref)
			}
		})
	}
}
