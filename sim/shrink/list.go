package shrink

import "slices"

// list reduces a list of n things to few of them. keep tries a subset, as
// indices in order, and reports whether it still fails. The result is minimal: none
// of what is left can be taken away alone, unless keep refused for want of runs.
func list(n int, keep func(subset []int) bool) []int {
	left := make([]int, n)
	for i := range left {
		left[i] = i
	}
	if n > 0 && keep(nil) {
		return nil
	}
	for size := (n + 1) / 2; size > 0 && len(left) > 0; {
		shorter := pass(left, size, keep)
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

// pass tries to take away each run of size neighbours, the last first: late things
// depend on early ones more often than the other way round.
func pass(left []int, size int, keep func([]int) bool) []int {
	for end := len(left); end > 0; end -= size {
		begin := max(0, end-size)
		if without := slices.Concat(left[:begin], left[end:]); keep(without) {
			left = without
		}
	}
	return left
}
