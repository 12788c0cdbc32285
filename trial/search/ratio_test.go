package search

import (
	"math"
	"testing"

	"simrun/models"
)

// Logarithms in integers are those of the mathematics library.
func TestLogarithms(t *testing.T) {
	for _, n := range []uint64{1, 2, 3, 7, 10, 1000, 123456789, 1 << 40, math.MaxUint64 / 3} {
		if got, want := float64(log2(n))/logUnit, math.Log2(float64(n)); math.Abs(got-want) > 1e-5 {
			t.Errorf("log2(%d) = %f, want %f", n, got, want)
		}
	}
	for _, r := range []Ratio{1, 500, 1000, 1500, 2000, 123_000} {
		if got := exp2(log2(uint64(r)) - log2(1000)); got < r || got > r+r/1000+1 {
			t.Errorf("exp2 of the logarithm of %d is %d", r, got)
		}
	}
}

// found is what starts spent that found a bug after so many runs, or, if that is negative, not in so many.
func found(runs ...int) (s Spent) {
	for _, r := range runs {
		s.add(r > 0, uint64(max(r, -r)), uint64(max(r, -r))*100)
	}
	return s
}

func TestMeanOfRuns(t *testing.T) {
	pairs := []Pair{
		{found(20, 40, 60), found(10, 20, 30)}, // twice
		{found(80, 80, 80), found(10, 10, 10)}, // eight times
		{found(-100, -100, -100), found(5, 5, 5)},
	}
	if p := pairs[2]; p.Ratio() != 0 || p.Swarm.MeanRuns() != 0 {
		t.Errorf("a bug that the swarm never found has ratio %d", p.Ratio())
	}
	got := MeanOfRuns(pairs)
	if got.Mean < 3995 || got.Mean > 4010 || got.Low >= got.Mean || got.High <= got.Mean || got.Low < 1000 || got.High > 9000 {
		t.Errorf("the mean of 2 and 8 is %+v, want about 4,000", got)
	}
	if got != MeanOfRuns(pairs) {
		t.Error("the interval differs from time to time")
	}
	if s := found(100, -100); s.MeanRuns() != 200 { // one find in 200 runs
		t.Errorf("mean %d", s.MeanRuns())
	}
	if MeanOfEvents(pairs[2:]) != (Interval{}) {
		t.Error("the mean of nothing is something")
	}
}

// A bug that shows with an option that no sweep draws is found by the search alone.
func TestBenchCompares(t *testing.T) {
	m := aviary()
	for _, c := range []struct {
		bug     models.Bug
		atLeast uint64
		swarm   bool
	}{{m.Bugs[0], 1, true}, {m.Bugs[1], 2, false}} {
		b := Bench{Starts: 2, Runs: 40, Seed: 1, Workers: 1}
		p, err := b.Compare(t.Context(), m, c.bug, func() {})
		if err != nil {
			t.Fatal(err)
		}
		if p.Search.Hits() < c.atLeast || (p.Swarm.Hits() > 0) != c.swarm || len(p.Swarm.Runs) != 2 {
			t.Errorf("%s: %+v", c.bug.Name, p)
		}
	}
}
