package network

import (
	"math"
	"testing"
	"time"

	"simrun/sim/fault"
	"simrun/sim/rng"
)

// The integer logarithm against the floating point one, which only the test may use.
func TestMinusLog2(t *testing.T) {
	v := rng.Draw(1, rng.Of("log"), 0, 0)
	for i := range 100_000 {
		v = v.Next()
		x := uint64(v) >> (i % 64)
		if x == 0 {
			continue
		}
		got := float64(minusLog2(x)) / (1 << 32)
		if want := 64 - math.Log2(float64(x)); math.Abs(got-want) > 3e-6 {
			t.Fatalf("minusLog2(%d) = %.9f, want %.9f", x, got, want)
		}
	}
}

func TestLatencyDistributions(t *testing.T) {
	const ms = time.Millisecond
	for _, tc := range []struct {
		l                  Delay
		mean, median, p99  float64 // in ms
		meanTol, medianTol float64
	}{
		{Delay{fault.Constant, 3 * ms, 0}, 3, 3, 3, 0, 0},
		{Delay{fault.Uniform, 1 * ms, 5 * ms}, 3, 3, 4.96, .02, .04},
		{Delay{fault.Exponential, 1 * ms, 101 * ms}, 1 + 20*(1-math.Exp(-5)), 1 + 20*math.Ln2, 93, .3, .3},
		{Delay{fault.LongTailed, 0, 100 * ms}, .95*5 + .05*75, 5.26, 90, .3, .3},
	} {
		const n = 100_000
		var sum time.Duration
		below, above := 0, 0
		for i := range uint64(n) {
			d := tc.l.Draw(rng.Draw(1, rng.Of("latency"), 0, i))
			if d < time.Duration(tc.l.Min) || tc.l.Dist != fault.Constant && d > time.Duration(tc.l.Max) {
				t.Fatalf("%v: drew %v", tc.l, d)
			}
			sum += d
			if float64(d)/1e6 < tc.median-tc.medianTol {
				below++
			}
			if float64(d)/1e6 > tc.p99 {
				above++
			}
		}
		if mean := float64(sum) / n / 1e6; math.Abs(mean-tc.mean) > tc.meanTol {
			t.Errorf("%v: mean %.3f ms, want %.3f", tc.l, mean, tc.mean)
		}
		if below > n*51/100 {
			t.Errorf("%v: %d of %d below the median", tc.l, below, n)
		}
		if above > n*15/1000 {
			t.Errorf("%v: %d of %d above the 99th percentile", tc.l, above, n)
		}
	}
}

// One message in twenty is in the last half of a long-tailed delay, and the others are in the first tenth.
func TestLongTailIsOneInTwenty(t *testing.T) {
	const n = 100_000
	l, slow := Delay{fault.LongTailed, 0, 100}, 0
	for i := range uint64(n) {
		switch d := l.Draw(rng.Draw(1, rng.Of("latency"), 0, i)); {
		case d >= 50:
			slow++
		case d > 10:
			t.Fatalf("drew %d, which is in neither mode", d)
		}
	}
	if slow < n*485/10_000 || slow > n*515/10_000 {
		t.Errorf("%d of %d are slow, want one in twenty", slow, n)
	}
}

// The exponential distribution is right for spans of any length: a product of 64 bits and more is not cut.
func TestExponentialOfAnyMean(t *testing.T) {
	for mean := int64(1e6); mean <= int64(fault.MaxSpan); mean *= 10 {
		for i := range uint64(1000) {
			v := rng.Draw(1, rng.Of("latency"), 1, i)
			got, want := float64(exponential(v, mean)), -float64(mean)*math.Log(float64(v)/(1<<64))
			if math.Abs(got-want) > float64(mean)*3e-6+1 {
				t.Fatalf("mean %d: drew %.0f from %d, want %.0f", mean, got, v, want)
			}
		}
	}
}

func TestLatencyGolden(t *testing.T) {
	v := rng.Draw(1, rng.Of("latency"), 2, 3)
	for _, tc := range []struct {
		dist fault.Dist
		max  time.Duration
		want time.Duration
	}{
		{fault.Constant, 1e9, 1000}, {fault.Uniform, 1e9, 425963827}, {fault.Exponential, 1e9, 170681346}, {fault.LongTailed, 1e9, 76419306},
		{fault.Exponential, fault.MaxSpan, 14746796718324},
	} {
		l := Delay{tc.dist, 1000, tc.max}
		if got := l.Draw(v); got != tc.want {
			t.Errorf("%s up to %v: got %d, want %d", tc.dist, tc.max, got, tc.want)
		}
	}
}
