package specs

import (
	"strings"

	"simrun/history"
)

// sequence is a list of values that == can compare and that can be the key of a map:
// the canonical text of each value, followed by a line feed, which canonical text
// never contains.
type sequence string

func (s sequence) pushBack(v history.Value) sequence { return s + line(v) }

func line(v history.Value) sequence { return sequence(v.AppendJSON(nil)) + "\n" }

// startsWith reports whether v is the first value.
func (s sequence) startsWith(v history.Value) bool {
	return strings.HasPrefix(string(s), string(line(v)))
}

// rest returns s without its first value. s must not be empty.
func (s sequence) rest() sequence { return s[strings.IndexByte(string(s), '\n')+1:] }

// text returns the JSON array of the values.
func (s sequence) text() string {
	return "[" + strings.ReplaceAll(strings.TrimSuffix(string(s), "\n"), "\n", ",") + "]"
}
