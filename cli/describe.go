package cli

import (
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"

	"simrun/history"
	"simrun/sim"
	"simrun/sim/fault"
)

// describeCluster says what ran: "5 nodes, 4 clients, 10s".
func describeCluster(c *sim.Case) string {
	s := fmt.Sprintf("%s, %s, %v", plural(c.Nodes, "node"), plural(c.Clients, "client"), c.Duration)
	if c.Recovery.Skip {
		return s + ", safety alone"
	}
	return s + fmt.Sprintf(" of faults, then recovery within %v", c.Recovery.Within)
}

// describeOps counts operations by name and by outcome: "read 1,210, write 604 (1,700 ok, 20 failed, 94 open)".
func describeOps(events []history.Event) string {
	by := map[string]int{}
	for _, e := range events {
		if e.Type == history.Invoke && e.Process != history.Nemesis {
			by[e.F]++
		}
	}
	n := countOps(events)
	if n.Total() == 0 {
		return "none"
	}
	return fmt.Sprintf("%s (%s ok, %s failed, %s open)", counts(by), grouped(n.OK), grouped(n.Fail), grouped(n.Info))
}

// describeFaults counts faults by kind: "crash 3, partition 2".
func describeFaults(plan []fault.Fault) string {
	by := map[string]int{}
	for _, f := range plan {
		if f.Kind != fault.None {
			by[f.Kind.String()]++
		}
	}
	if len(by) == 0 {
		return "none"
	}
	return counts(by)
}

// describeClaims says how the faults stand to what the model claims to survive.
func describeClaims(beyond []string) string {
	switch len(beyond) {
	case 0:
		return "the faults stay within what the model claims to survive"
	case 1:
		return "beyond what the model claims to survive: " + beyond[0]
	}
	return fmt.Sprintf("%d faults go beyond what the model claims to survive: %s, and others", len(beyond), beyond[0])
}

// counts lists names with their counts, the most frequent first.
func counts(by map[string]int) string {
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
		names[i] = name + " " + grouped(by[name])
	}
	return strings.Join(names, ", ")
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return grouped(n) + " " + what + "s"
}

// grouped is n with commas between thousands: 1,204,000.
func grouped[T ~int | ~int64 | ~uint64](n T) string {
	s := strconv.FormatInt(int64(n), 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func joinStrings(list []string) string { return strings.Join(list, ", ") }

func splitComma(s string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for word := range strings.SplitSeq(s, ",") {
			if !yield(strings.TrimSpace(word)) {
				return
			}
		}
	}
}

// clip is s with at most so many letters.
func clip(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}

// quote is a word as a shell takes it.
func quote(word string) string {
	if word != "" && !strings.ContainsFunc(word, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./:,=+@%", r))
	}) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
