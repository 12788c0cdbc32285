package txn

import (
	"fmt"
	"strconv"
	"strings"

	"simrun/history"
	"simrun/internal/brief"
)

// A scanner walks over the canonical JSON of a transaction, [["r", key, seen], ["append", key, v], …], without making values of it.
type scanner struct {
	text string
	at   int
}

// errForm is the error for a text that is not a transaction.
func errForm(text string) error {
	return fmt.Errorf(`txn: expected a list of ["r", key, null], ["append", key, value] and ["w", key, value], got %s`, brief.Middle(text, 60))
}

// next reports whether the byte c comes next, and passes it.
func (s *scanner) next(c byte) bool {
	if s.at < len(s.text) && s.text[s.at] == c {
		s.at++
		return true
	}
	return false
}

// value passes one value, and returns its text.
func (s *scanner) value() string {
	from, depth := s.at, 0
	if end := flatList(s.text[from:]); end > 0 {
		s.at += end
		return s.text[from:s.at]
	}
	for ; s.at < len(s.text); s.at++ {
		switch s.text[s.at] {
		case '"':
			for s.at++; s.text[s.at] != '"'; s.at++ {
				if s.text[s.at] == '\\' {
					s.at++
				}
			}
		case '[', '{':
			depth++
		case ']', '}':
			if depth == 0 {
				return s.text[from:s.at]
			}
			depth--
		case ',':
			if depth == 0 {
				return s.text[from:s.at]
			}
		}
	}
	return s.text[from:s.at]
}

// flatList returns how long the list is that a text begins with, if it holds nothing but numbers and the like; else 0. Long lists are most of what
// there is to pass, and this finds their end without looking at each byte.
func flatList(text string) int {
	if text == "" || text[0] != '[' {
		return 0
	}
	end := strings.IndexByte(text, ']')
	if end < 0 || strings.IndexByte(text[1:end], '[') >= 0 || strings.IndexByte(text[:end], '"') >= 0 || strings.IndexByte(text[:end], '{') >= 0 {
		return 0
	}
	return end + 1
}

// A step is one micro-operation as its text has it.
type step struct {
	kind  byte // 'r', 'a' or 'w'
	key   string
	value string
	at    int // where the value begins in the text
}

// kindOf returns what a micro-operation is called as one byte; 0: it has no such name.
func kindOf(name string) byte {
	switch name {
	case `"r"`, `"read"`:
		return 'r'
	case `"append"`:
		return 'a'
	case `"w"`, `"write"`:
		return 'w'
	}
	return 0
}

// steps calls visit for each micro-operation of a transaction, in their order.
func steps(text string, visit func(step) error) error {
	s := &scanner{text: text}
	if !s.next('[') {
		return errForm(text)
	}
	for first := true; !s.next(']'); first = false {
		st, ok := s.step(first)
		if !ok {
			return errForm(text)
		}
		if err := visit(st); err != nil {
			return err
		}
	}
	return nil
}

// step passes one micro-operation, with the comma before it unless it is the first, and returns false if there is none.
func (s *scanner) step(first bool) (st step, ok bool) {
	if !first && !s.next(',') || !s.next('[') {
		return st, false
	}
	if st.kind = kindOf(s.value()); st.kind == 0 || !s.next(',') {
		return st, false
	}
	st.key = s.value()
	if !s.next(',') {
		return st, false
	}
	st.at = s.at
	st.value = s.value()
	return st, s.next(']')
}

// names gives numbers to texts: whole numbers of up to 18 digits keep theirs, so that histories of numbers need no map.
type names struct {
	of    map[string]int64
	texts []string
}

// id returns the number of a text: even for a whole number, odd for every other.
func (n *names) id(text string) int64 {
	if v, ok := wholeNumber(text); ok {
		return v << 1
	}
	if id, ok := n.of[text]; ok {
		return id
	}
	if n.of == nil {
		n.of = map[string]int64{}
	}
	id := int64(len(n.texts))<<1 | 1
	n.texts = append(n.texts, text)
	n.of[text] = id
	return id
}

// text returns the text of a number.
func (n *names) text(id int64) string {
	if id&1 == 0 {
		return strconv.FormatInt(id>>1, 10)
	}
	return n.texts[id>>1]
}

func wholeNumber(text string) (int64, bool) {
	if len(text) == 0 || len(text) > 18 {
		return 0, false
	}
	digits, negative := text, text[0] == '-'
	if negative {
		digits = text[1:]
	}
	v := int64(0)
	for i := range len(digits) {
		c := digits[i]
		if c < '0' || c > '9' {
			return 0, false
		}
		v = v*10 + int64(c-'0')
	}
	if negative {
		v = -v
	}
	return v, len(digits) > 0
}

// bare is a key or a value for a sentence, without the quotes of a text.
func bare(text string) string {
	if v, err := history.ParseValue(text); err == nil {
		if s, ok := v.AsString(); ok {
			text = s
		}
	}
	return brief.Middle(text, 60)
}
