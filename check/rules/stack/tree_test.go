package stack

import (
	"math/rand/v2"
	"testing"

	"simrun/check/rules"
)

// TestCoverage compares with plain counts.
func TestCoverage(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 5))
	for range 500 {
		n := 1 + rng.Int32N(40)
		counts := make([]int32, n+1) // the last slot stays free
		var intervals [][2]int32
		for range rng.IntN(30) {
			a := rng.Int32N(n)
			b := a + 1 + rng.Int32N(n-a)
			intervals = append(intervals, [2]int32{a, b})
			for p := a; p < b; p++ {
				counts[p]++
			}
		}
		c := newCoverage(counts)
		for _, iv := range intervals {
			c.remove(iv[0], iv[1])
			for p := iv[0]; p < iv[1]; p++ {
				counts[p]--
			}
			from := rng.Int32N(n + 1)
			want := from
			for counts[want] != 0 {
				want++
			}
			if got := c.free(from); got != want {
				t.Fatalf("from %d: %d, want %d in %v", from, got, want, counts)
			}
		}
	}
}

// TestLeast compares with a walk over the keys.
func TestLeast(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 6))
	for n := range int32(40) {
		keys := make([]int32, n)
		for i := range keys {
			keys[i] = rng.Int32N(100)
		}
		tree := newLeast(keys)
		for range 50 {
			if n > 0 {
				tree.set(rng.Int32N(n), rng.Int32N(100))
			}
			a := rng.Int32N(n + 1)
			b := a + rng.Int32N(n+1-a)
			got := tree.in(a, b)
			if a == b {
				if got != rules.None {
					t.Fatalf("[%d, %d): %d", a, b, got)
				}
				continue
			}
			for i := a; i < b; i++ {
				if tree.keys[i] < tree.keys[got] {
					t.Fatalf("[%d, %d): place %d with %d, but %d has %d", a, b, got, tree.keys[got], i, tree.keys[i])
				}
			}
		}
	}
}
