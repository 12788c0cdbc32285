package shrink

import (
	"iter"
	"slices"
)

// list reduces a list of n things to few of them. Each subset is given as indices in order; first tries subsets in their order until one
// still fails, and returns its position, or -1. The result is minimal: none of what is left can be taken away alone, unless first refused
// for want of runs.
func list(n int, first func(subsets iter.Seq[[]int]) int) []int {
	left := make([]int, n)
	for i := range left {
		left[i] = i
	}
	if n > 0 && first(slices.Values([][]int{nil})) == 0 {
		return nil
	}
	for size := (n + 1) / 2; size > 0 && len(left) > 0; {
		shorter := without(left, size, first)
		switch {
		case len(shorter) < len(left) && size == 1:
			left = shorter // what was needed may no longer be: once more
		case size == 1:
			return shorter
		default:
			left = shorter
			size = min((size+1)/2, max(1, len(left)/2))
		}
	}
	return left
}

// without tries to take away each run of size neighbours, the last first: late things
// depend on early ones more often than the other way round.
func without(left []int, size int, first func(iter.Seq[[]int]) int) []int {
	for end := len(left); end > 0; {
		now, from := left, end
		at := first(func(yield func([]int) bool) {
			for e := from; e > 0; e -= size {
				if !yield(slices.Concat(now[:max(0, e-size)], now[e:])) {
					return
				}
			}
		})
		if at < 0 {
			break
		}
		end -= at * size
		begin := max(0, end-size)
		left, end = slices.Concat(left[:begin], left[end:]), begin
	}
	return left
}

// pick returns the things at some indices.
func pick[T any](from []T, subset []int) []T {
	list := make([]T, len(subset))
	for i, j := range subset {
		list[i] = from[j]
	}
	return list
}
