package shrink

import (
	"iter"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// firstOf tries subsets one by one.
func firstOf(keep func([]int) bool) func(iter.Seq[[]int]) int {
	return func(subsets iter.Seq[[]int]) int {
		at := 0
		for s := range subsets {
			if keep(s) {
				return at
			}
			at++
		}
		return -1
	}
}

// TestListFindsTheNeeds: where a failure needs a set of things and nothing else, that
// set is what is left.
func TestListFindsTheNeeds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 200).Draw(t, "n")
		var needs []int
		if n > 0 {
			needs = rapid.SliceOfNDistinct(rapid.IntRange(0, n-1), 0, min(n, 8), rapid.ID).Draw(t, "needs")
		}
		slices.Sort(needs)
		runs := 0
		left := list(n, firstOf(func(subset []int) bool {
			runs++
			for _, i := range needs {
				if !slices.Contains(subset, i) {
					return false
				}
			}
			return true
		}))
		if !slices.Equal(left, needs) {
			t.Fatalf("%v is left of %d things, where %v is needed", left, n, needs)
		}
		if most := 4*n + 2; runs > most { // delta debugging is linear where the needs are few
			t.Fatalf("it took %d runs for %d things, %d at most are reasonable", runs, n, most)
		}
	})
}

// TestListIsMinimal: whatever the failure needs, none of what is left can be taken away.
func TestListIsMinimal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		// A failure that is not monotone: it fails if the things left hold one of a few sets
		// exactly, or all of them.
		n := rapid.IntRange(1, 10).Draw(t, "n")
		fails := make([]bool, 1<<n)
		for range rapid.IntRange(0, 40).Draw(t, "sets") {
			fails[rapid.IntRange(0, 1<<n-1).Draw(t, "set")] = true
		}
		fails[1<<n-1] = true
		bits := func(subset []int) int {
			b := 0
			for _, i := range subset {
				b |= 1 << i
			}
			return b
		}
		left := list(n, firstOf(func(subset []int) bool { return fails[bits(subset)] }))
		all := bits(left)
		if !fails[all] {
			t.Fatalf("%v does not fail", left)
		}
		for _, i := range left {
			if fails[all&^(1<<i)] {
				t.Fatalf("%v fails, and does without %d too", left, i)
			}
		}
	})
}
