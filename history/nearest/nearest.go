// Package nearest makes the error for an unknown name: it suggests the nearest
// known name and lists all of them.
package nearest

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"simrun/internal/brief"
)

// Unknown returns the error for an unknown name got: the kind of thing it should
// name (what), the nearest of the known names if one is near enough ([To]), and all
// of them, sorted.
func Unknown[S ~string](what string, got S, names []S) error {
	shown := brief.Middle(string(got), maxShown)
	if len(names) == 0 {
		return fmt.Errorf("unknown %s %q; none available", what, shown)
	}
	list := make([]string, len(names))
	for i, n := range names {
		list[i] = string(n)
	}
	slices.Sort(list)
	hint := ";"
	if near := To(string(got), list); near != "" {
		hint = fmt.Sprintf("; did you mean %q?", near)
	}
	return fmt.Errorf("unknown %s %q%s available: %s", what, shown, hint, strings.Join(list, ", "))
}

// maxShown bounds the bytes of the unknown name in the error.
const maxShown = 60

// To returns the name with the smallest edit distance to got, ignoring case, or "" if
// that distance is more than half the length of the name. Of equally near names it
// returns the first.
func To(got string, names []string) string {
	best, near := 0, ""
	for _, n := range names {
		if 2*utf8.RuneCountInString(got) > 3*utf8.RuneCountInString(n) {
			continue // too many letters to leave out
		}
		d := distance([]rune(strings.ToLower(got)), []rune(strings.ToLower(n)))
		if 2*d <= len([]rune(n)) && (near == "" || d < best) {
			best, near = d, n
		}
	}
	return near
}

// distance counts the letters to insert, delete, replace, or swap with the next,
// to get from a to b (optimal string alignment: Damerau 1964, restricted).
func distance(a, b []rune) int {
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
