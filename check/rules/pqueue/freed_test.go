package pqueue

import (
	"math/rand/v2"
	"testing"
)

// TestFreed compares with a list of flags.
func TestFreed(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 4))
	for range 300 {
		n := 1 + rng.Int32N(40)
		f, taken := newFreed(int(n), true), make([]bool, n)
		for range 20 {
			a := rng.Int32N(n+1) - 1
			b := a + rng.Int32N(n+1-a) + 1
			f.take(a, b)
			for p := a + 1; p < min(b, n); p++ {
				taken[p] = true
			}
			p := rng.Int32N(n)
			next, prev := p, p
			for next < n && taken[next] {
				next++
			}
			for prev >= 0 && taken[prev] {
				prev--
			}
			if f.from(p) != next || f.upTo(p) != prev {
				t.Fatalf("at %d: next %d, want %d; previous %d, want %d", p, f.from(p), next, f.upTo(p), prev)
			}
		}
	}
}
