package sim

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// unknownName is the answer to a wrong name: what it should have named, the
// nearest right name, and all of them.
func unknownName(what, got string, known []string) error {
	if len(known) == 0 {
		return fmt.Errorf("%q is no %s: there is none", got, what)
	}
	list := slices.Sorted(slices.Values(known))
	hint := ""
	if near := nearest(got, list); near != "" {
		hint = fmt.Sprintf("did you mean %q? ", near)
	}
	return fmt.Errorf("%q is no %s: %sthe names are %s", got, what, hint, strings.Join(list, ", "))
}

// nearest returns the name that differs least from got, if that is at most by
// half of its letters.
func nearest(got string, names []string) string {
	best, near := 0, ""
	for _, n := range names {
		if d := distance(strings.ToLower(got), strings.ToLower(n)); 2*d <= len(n) && (near == "" || d < best) {
			best, near = d, n
		}
	}
	return near
}

// distance counts the letters to insert, delete, replace or swap with the next to get from a to b
// (Damerau and Levenshtein, restricted).
func distance(a, b string) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			d := min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d = min(d, rows[i-2][j-2]+1)
			}
			rows[i][j] = d
		}
	}
	return rows[len(a)][len(b)]
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

func contains(list []string, s string) bool { return slices.Contains(list, s) }
