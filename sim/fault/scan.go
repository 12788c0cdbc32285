package fault

import (
	"fmt"
	"strings"

	"simrun/internal/brief"
)

// token is a word or a mark of one line.
type token struct {
	text string // "" at the end of the line
	col  int    // in characters, from 1
}

// scan cuts a line into tokens. A word is whatever is between blanks and
// the marks , | > <> and "#" begins a comment.
func scan(line string) []token {
	var list []token
	col := 0
	start := -1
	startCol := 0
	flush := func(end int) {
		if start >= 0 {
			list = append(list, token{line[start:end], startCol})
			start = -1
		}
	}
	skip := false
	for i, r := range line {
		col++
		switch {
		case skip:
			skip = false
		case r == '#':
			flush(i)
			return append(list, token{"", col})
		case r == ' ' || r == '\t' || r == '\r':
			flush(i)
		case r == ',' || r == '|' || r == '>':
			flush(i)
			list = append(list, token{string(r), col})
		case r == '<' && strings.HasPrefix(line[i:], "<>"):
			flush(i)
			list = append(list, token{"<>", col})
			skip = true
		case start < 0:
			start, startCol = i, col
		}
	}
	flush(len(line))
	return append(list, token{"", col + 1})
}

// SyntaxError says where a plan is not understood, and why.
type SyntaxError struct {
	Name string // of the file; may be empty
	Line int    // from 1
	Col  int    // from 1, in characters
	Msg  string
}

// maxMsg bounds the bytes of a message: a word of a plan may have any length.
const maxMsg = 250

// Error returns "plan.txt:3:14: expected …".
func (e *SyntaxError) Error() string {
	msg := brief.Middle(e.Msg, maxMsg)
	if e.Name == "" {
		return fmt.Sprintf("line %d, column %d: %s", e.Line, e.Col, msg)
	}
	return fmt.Sprintf("%s:%d:%d: %s", e.Name, e.Line, e.Col, msg)
}
