package specs

import (
	"strings"

	"simrun/history"
)

// sequence is a list of values that can be compared with == and be the key of a
// map: the canonical text of each value, ended by a line feed, which that text
// never contains.
type sequence string

func (s sequence) pushBack(v history.Value) sequence { return s + line(v) }

func line(v history.Value) sequence { return sequence(v.AppendJSON(nil)) + "\n" }

// startsWith reports whether v stands first.
func (s sequence) startsWith(v history.Value) bool {
	return strings.HasPrefix(string(s), string(line(v)))
}

// rest is s without its first value. s must not be empty.
func (s sequence) rest() sequence { return s[strings.IndexByte(string(s), '\n')+1:] }

// has reports whether v is in s.
func (s sequence) has(v history.Value) bool {
	return s.startsWith(v) || strings.Contains(string(s), "\n"+string(line(v)))
}

// without is s without the first occurrence of v.
func (s sequence) without(v history.Value) sequence {
	if s.startsWith(v) {
		return s.rest()
	}
	return sequence(strings.Replace(string(s), "\n"+string(line(v)), "\n", 1))
}

// insert puts v before the first value that after says it must precede.
func (s sequence) insert(v history.Value, precedes func(text string) bool) sequence {
	at := 0
	for at < len(s) {
		end := at + strings.IndexByte(string(s[at:]), '\n')
		if precedes(string(s[at:end])) {
			break
		}
		at = end + 1
	}
	return s[:at] + line(v) + s[at:]
}

// text is the JSON array of the values.
func (s sequence) text() string {
	return "[" + strings.ReplaceAll(strings.TrimSuffix(string(s), "\n"), "\n", ",") + "]"
}
