// Package count says numbers to people: "1,204 seeds", "crash 3, partition 2", "12 %".
package count

import (
	"slices"
	"strconv"
	"strings"
)

// Grouped is n with commas between thousands: 1,204,000.
func Grouped[T ~int | ~int64 | ~uint64](n T) string {
	s := strconv.FormatInt(int64(n), 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// Of is a number of things: "1 seed", "1,204 seeds".
func Of[T ~int | ~int64 | ~uint64](n T, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return Grouped(n) + " " + what + "s"
}

// Names lists names with their counts, the most frequent first: "crash 3, partition 2".
func Names(by map[string]int) string {
	names := make([]string, 0, len(by))
	for name := range by {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int {
		if by[a] != by[b] {
			return by[b] - by[a]
		}
		return strings.Compare(a, b)
	})
	for i, name := range names {
		names[i] = name + " " + Grouped(by[name])
	}
	return strings.Join(names, ", ")
}

// Share is a part of a whole in percent: "0", "0.3 %" or "12 %". The whole must not be 0.
func Share(part, whole uint64) string {
	tenths := part * 1000 / whole
	switch {
	case part == 0:
		return "0"
	case tenths < 100:
		return strconv.FormatUint(tenths/10, 10) + "." + strconv.FormatUint(tenths%10, 10) + " %"
	}
	return strconv.FormatUint(tenths/10, 10) + " %"
}

// Ratio is a part for each of a number of things, with as many decimals as tell something: "0.987", "12.3", "1,204". There must be some.
func Ratio(part, of int) string {
	whole, rest := part/of, int64(part%of)
	switch n := int64(of); {
	case whole >= 100:
		return Grouped(whole)
	case whole >= 10:
		return strconv.Itoa(whole) + "." + strconv.FormatInt(rest*10/n, 10)
	default:
		return strconv.Itoa(whole) + "." + strconv.FormatInt(1000+rest*1000/n, 10)[1:]
	}
}
