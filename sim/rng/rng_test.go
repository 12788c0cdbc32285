package rng

import "testing"

// Outputs are part of the contract: a case file means the same run forever.
func TestGolden(t *testing.T) {
	latency := Of("latency")
	for _, tc := range []struct {
		name string
		got  uint64
		want uint64
	}{
		{"Of", uint64(latency), 0xaf0c611526eab2b9},
		{"Of empty", uint64(Of("")), 0xcbf29ce484222325},
		{"Draw zero", uint64(Draw(0, 0, 0, 0)), 0x63a876ef0f544339},
		{"Draw", uint64(Draw(1, latency, 2, 3)), 0x6d0bed81964b9eaf},
		{"Draw seed", uint64(Draw(2, latency, 2, 3)), 0xe8bcfa5380d58d14},
		{"Draw who", uint64(Draw(1, latency, 3, 3)), 0x2be987ae14c28fda},
		{"Draw ordinal", uint64(Draw(1, latency, 2, 4)), 0x97986ea52bf6839f},
		{"Next", uint64(Draw(1, latency, 2, 3).Next()), 0xc3a18cfe38e770c0},
		{"N", Draw(1, latency, 2, 3).N(1000), 0x1a9},
		{"Between", uint64(Draw(1, latency, 2, 3).Between(100, 200)), 0x8f},
	} {
		if tc.got != tc.want {
			t.Errorf("%s: got %#x, want %#x", tc.name, tc.got, tc.want)
		}
	}
}

// Neighbouring keys must give unrelated values: each of 64 buckets gets its share
// (chi squared with 63 degrees of freedom is below 130 with probability 0.9999988).
func TestNeighbouringKeysAreUniform(t *testing.T) {
	const draws, buckets = 64 * 1000, 64
	keys := map[string]func(i uint64) Value{
		"seed":    func(i uint64) Value { return Draw(i, Of("x"), 1, 1) },
		"who":     func(i uint64) Value { return Draw(1, Of("x"), i, 1) },
		"ordinal": func(i uint64) Value { return Draw(1, Of("x"), 1, i) },
		"shifted": func(i uint64) Value { return Draw(1, Of("x"), 1, i<<16) },
		"both":    func(i uint64) Value { return Draw(1, Of("x"), i, i) },
	}
	for name, draw := range keys {
		var high, low [buckets]int
		for i := range uint64(draws) {
			v := draw(i)
			high[v.N(buckets)]++
			low[v%buckets]++
		}
		for which, counts := range map[string][buckets]int{"high": high, "low": low} {
			chi := 0
			for _, n := range counts {
				chi += (n - draws/buckets) * (n - draws/buckets)
			}
			if chi/(draws/buckets) > 130 {
				t.Errorf("%s bits by %s: chi squared %d", which, name, chi/(draws/buckets))
			}
		}
	}
}

// The decisions of neighbouring keys must not tell each other: each pair of sixteenths gets its share (chi squared with 255 degrees of
// freedom is below 400 with probability 0.99999998).
func TestNeighbouringKeysAreIndependent(t *testing.T) {
	const parts, draws = 16, 256 * 250
	x := Of("x")
	for name, pair := range map[string]func(i uint64) (a, b Value){
		"ordinal":             func(i uint64) (a, b Value) { return Draw(1, x, 1, i), Draw(1, x, 1, i+1) },
		"ordinal after next":  func(i uint64) (a, b Value) { return Draw(1, x, 1, i), Draw(1, x, 1, i+2) },
		"who":                 func(i uint64) (a, b Value) { return Draw(1, x, 1, i), Draw(1, x, 2, i) },
		"seed":                func(i uint64) (a, b Value) { return Draw(1, x, 1, i), Draw(2, x, 1, i) },
		"name":                func(i uint64) (a, b Value) { return Draw(1, x, 1, i), Draw(1, x+1, 1, i) },
		"who of each seed":    func(i uint64) (a, b Value) { return Draw(i, x, 1, 1), Draw(i, x, 2, 1) },
		"ordinal of each one": func(i uint64) (a, b Value) { return Draw(1, x, i, 1), Draw(1, x, i, 2) },
		"next":                func(i uint64) (a, b Value) { v := Draw(1, x, 1, i); return v, v.Next() },
	} {
		var counts [parts * parts]int
		for i := range uint64(draws) {
			a, b := pair(i)
			counts[a.N(parts)*parts+b.N(parts)]++
		}
		chi := 0
		for _, n := range counts {
			chi += (n - draws/len(counts)) * (n - draws/len(counts))
		}
		if chi /= draws / len(counts); chi > 400 {
			t.Errorf("pairs by %s: chi squared %d", name, chi)
		}
	}
}

func TestRanges(t *testing.T) {
	min, max := Value(0), ^Value(0)
	for _, tc := range []struct{ got, want int64 }{
		{int64(min.N(10)), 0}, {int64(max.N(10)), 9},
		{min.Between(-5, 5), -5}, {max.Between(-5, 5), 5},
		{min.Between(3, 3), 3}, {max.Between(3, 3), 3},
		{min.Between(-1<<63, 1<<63-1), 0}, {max.Between(-1<<63, 1<<63-1), -1},
	} {
		if tc.got != tc.want {
			t.Errorf("got %d, want %d", tc.got, tc.want)
		}
	}
	if min.Chance(0, 1) || !max.Chance(1, 1) || !min.Chance(1, 1<<32) || max.Chance(1<<32-1, 1<<32) {
		t.Error("Chance misses its bounds")
	}
}

func BenchmarkDraw(b *testing.B) {
	var sum Value
	name := Of("latency")
	b.ReportAllocs()
	for i := uint64(0); b.Loop(); i++ {
		sum += Draw(1, name, 2, i)
	}
	_ = sum
}
