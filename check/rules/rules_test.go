package rules_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"simrun/check/rules"
)

func TestOrderBy(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for range 1000 {
		keys := make([]int32, rng.IntN(20))
		for i := range keys {
			if keys[i] = rng.Int32N(10); rng.IntN(5) == 0 {
				keys[i] = rules.Never
			}
		}
		want := make([]int32, len(keys))
		for i := range want {
			want[i] = int32(i)
		}
		slices.SortStableFunc(want, func(a, b int32) int { return int(keys[a]) - int(keys[b]) })
		if got := rules.OrderBy(keys, 10); !slices.Equal(got, want) {
			t.Fatalf("keys %v: %v, want %v", keys, got, want)
		}
	}
}

// TestCover compares the size of a cover with the least size found by trying all.
func TestCover(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	covered := 0
	for range 5000 {
		n := 1 + rng.IntN(8)
		start, end := make([]int32, n), make([]int32, n)
		for i := range n {
			start[i] = rng.Int32N(12)
			end[i] = start[i] + 1 + rng.Int32N(8)
		}
		from := rng.Int32N(10)
		to := from + rng.Int32N(6)
		holds := func(choice uint) bool {
			for p := from; p <= to; p++ {
				in := false
				for i := range n {
					in = in || choice>>i&1 == 1 && start[i] < p && p < end[i]
				}
				if !in {
					return false
				}
			}
			return true
		}
		if !holds(1<<n - 1) {
			continue
		}
		covered++
		least := n
		for choice := uint(0); choice < 1<<n; choice++ {
			size := 0
			for i := range n {
				size += int(choice >> i & 1)
			}
			if size < least && holds(choice) {
				least = size
			}
		}
		got := rules.Cover(from, to, rules.OrderBy(start, 12), start, end)
		var choice uint
		for _, i := range got {
			choice |= 1 << i
		}
		if !holds(choice) || len(got) != least {
			t.Fatalf("[%d, %d] of %v to %v: %v, the least size is %d", from, to, start, end, got, least)
		}
	}
	if covered < 500 {
		t.Errorf("only %d cases", covered)
	}
}

func TestSuffixMin(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 3))
	const n = 37
	s := rules.NewSuffixMin(n)
	naive := make([]int32, n)
	for i := range naive {
		naive[i] = rules.Never
	}
	for range 2000 {
		p, v := rng.Int32N(n), rng.Int32N(1000)
		if rng.IntN(3) == 0 {
			s.Lower(p, v)
			naive[p] = min(naive[p], v)
		}
		q := rng.Int32N(n)
		if got, want := s.From(q), slices.Min(naive[q:]); got != want {
			t.Fatalf("from %d: %d, want %d", q, got, want)
		}
	}
}

// TestChoice searches for matchings that are known to exist or not: taker t may take
// value v if v <= t, and all values must be taken.
func TestChoice(t *testing.T) {
	for _, tt := range []struct {
		values, takers []int32
		found          bool
	}{
		{values: nil, takers: nil, found: true},
		{values: []int32{1, 2, 3}, takers: []int32{1, 2, 3}, found: true},
		{values: []int32{3, 1}, takers: []int32{3, 2}, found: true},
		{values: []int32{3, 3, 1}, takers: []int32{3, 2, 1}, found: false},
		{values: []int32{1, 1}, takers: []int32{5}, found: false},
	} {
		taken := map[int32]int32{}
		c := rules.Choice{Budget: 1000, Take: func(i, taker int32) { taken[i] = taker }}
		c.Try = func() (ok bool, blockers, takers []int32) {
			for i, v := range tt.values {
				taker, there := taken[int32(i)]
				if !there || taker == rules.None {
					blockers = append(blockers, int32(i))
				} else if tt.takers[taker] < v {
					return false, nil, nil
				}
			}
			for i := range tt.takers {
				takers = append(takers, int32(i))
			}
			return len(blockers) == 0, blockers, takers
		}
		if found, complete := c.Search(); found != tt.found || !complete {
			t.Errorf("%v from %v: found %v, complete %v", tt.values, tt.takers, found, complete)
		}
		c.Budget = 0
		if found, complete := c.Search(); found || complete {
			t.Errorf("without a budget: found %v, complete %v", found, complete)
		}
	}
}

func TestEvents(t *testing.T) {
	ops := []rules.Op{
		{Call: 0, Ret: 3, Value: 2, From: rules.None},
		{Call: 1, Ret: rules.Never, Value: rules.None, From: rules.None},
		{Call: 2, Ret: 4, Value: 0, From: 4},
	}
	at, values, why := rules.Events(ops)
	if why != "" || values != 5 || !slices.Equal(at, []int32{0, 1, 2, 0, 2}) {
		t.Errorf("%v, %d values, %q", at, values, why)
	}
}

func TestViolated(t *testing.T) {
	ops := []rules.Op{{Call: 3, Ret: 4}, {Call: 0, Ret: 2}, {Call: 1, Ret: rules.Never}, {Call: 5, Ret: 6}}
	r := rules.Violated(ops, "pattern", []rules.Role{{Name: "a", Op: 0}, {Name: "b", Op: 2}}, 1, 0)
	if r.Answer != rules.Violation || !slices.Equal(r.Core, []int32{1, 2, 0}) || r.Last != 4 {
		t.Errorf("%+v", r)
	}
}
