package survival

import (
	"math/rand/v2"
	"slices"
	"testing"
)

func starts(over []uint64, givenUp ...uint64) (list []Start) {
	for _, n := range over {
		list = append(list, Start{Trials: n})
	}
	for _, n := range givenUp {
		list = append(list, Start{n, true})
	}
	return list
}

// Remission times of 21 patients under 6-MP (Freireich et al., Blood 1963), the example of many textbooks of the estimate of Kaplan and Meier: the curve
// ends at 0.448, and the median is 23 weeks.
func TestFreireich(t *testing.T) {
	e := Of(starts([]uint64{6, 6, 6, 7, 10, 13, 16, 22, 23}, 6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35))
	if e.Median != 23 || e.Left != 448 {
		t.Errorf("median %d, left %d ‰", e.Median, e.Left)
	}
}

func TestEstimates(t *testing.T) {
	upTo20 := make([]uint64, 20)
	for i := range upTo20 {
		upTo20[i] = uint64(i+1) * 10
	}
	for _, tc := range []struct {
		starts []Start
		says   string
		left   uint64
	}{
		{starts([]uint64{7}), "7", 0},
		{starts(nil, 5300), "> 5,300", 1000},
		{starts([]uint64{1, 2, 3, 4, 5}), "3", 0},          // five are too few for 95 %
		{starts([]uint64{1, 2, 3, 4, 5, 6}), "3 (1-6)", 0}, // 1 - 2/64 = 97 %
		{starts(upTo20), "100 (60-150)", 0},                // ranks 6 and 15: 95.9 %, as in the tables
		{starts(upTo20[:8], slices.Repeat([]uint64{2000}, 12)...), "> 2,000 (60 or more)", 600},
		{starts(upTo20[:12], slices.Repeat([]uint64{2000}, 8)...), "100 (60 or more)", 400},
		{starts(nil, slices.Repeat([]uint64{2000}, 20)...), "> 2,000 (2,001 or more)", 1000},
		{starts([]uint64{5, 5}, 5, 5), "5", 500}, // found at 5 before given up at 5
	} {
		if e := Of(tc.starts); e.String() != tc.says || e.Left != tc.left {
			t.Errorf("%v: says %q and %d ‰, want %q and %d ‰", tc.starts, e, e.Left, tc.says, tc.left)
		}
	}
}

// The interval holds the median of what is drawn in at least 95 of 100 cases, also where starts are given up: here the median of a die with 101 faces, 51.
func TestIntervalHoldsTheMedian(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, limit := range []uint64{101, 60, 40} {
		held, draws := 0, 2000
		for range draws {
			list := make([]Start, 20)
			for i := range list {
				if list[i].Trials = r.Uint64N(101) + 1; list[i].Trials > limit {
					list[i] = Start{limit, true}
				}
			}
			if e := Of(list); e.Low <= 51 && (e.High == 0 || e.High >= 51) {
				held++
			}
		}
		if held < draws*95/100 || held == draws && limit == 101 {
			t.Errorf("limit %d: %d of %d intervals hold the median", limit, held, draws)
		}
	}
}

// The ranks are those of the definition: the smallest interval of ranks that is symmetric and holds the median with 95 %.
func TestRank(t *testing.T) {
	for n := 1; n <= 16; n++ {
		below := make([]int, n+1) // outcomes of n throws with so many heads
		for outcome := range 1 << n {
			heads := 0
			for i := range n {
				heads += outcome >> i & 1
			}
			below[heads]++
		}
		want, sum := 0, 0
		for r := 0; (sum+below[r])*1000 <= 25<<n; r++ {
			sum += below[r]
			want = r + 1
		}
		if got := rank(n); got != want {
			t.Errorf("rank(%d) = %d, want %d", n, got, want)
		}
	}
}
