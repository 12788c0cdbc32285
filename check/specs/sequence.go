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

// text is the JSON array of the values.
func (s sequence) text() string {
	return "[" + strings.ReplaceAll(strings.TrimSuffix(string(s), "\n"), "\n", ",") + "]"
}
