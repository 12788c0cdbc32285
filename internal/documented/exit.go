// Package documented knows how the pages of the documentation say how a command ends.
package documented

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

var exitSaid = regexp.MustCompile(`#.*\bexits? (?:code )?(\d+)`)

// ExitCodes are those that a line with a command of simrun may end with: the one that its comment says ("# exits 2"), else 1 if it switches on a bug, else 0. Of replay, show and
// shrink, which take what was stored before, 0 and 1 are both right.
func ExitCodes(line string) []int {
	fields := strings.Fields(strings.Replace(line, "go run ./cmd/simrun", "simrun", 1))
	said := exitSaid.FindStringSubmatch(line)
	switch {
	case said != nil:
		code, _ := strconv.Atoi(said[1])
		return []int{code}
	case strings.Contains(line, "|| true"):
		return []int{0}
	case slices.Contains(fields, "--bug"):
		return []int{1}
	case len(fields) > 1 && slices.Contains([]string{"replay", "show", "shrink"}, fields[1]):
		return []int{0, 1}
	}
	return []int{0}
}
