package txn

import (
	"fmt"
	"strconv"

	"simrun/history"
	"simrun/internal/brief"
)

// A scanner walks over the canonical JSON of a transaction, [["r", key, seen], ["append", key, v], …], without making values of it.
type scanner struct {
	text []byte
	at   int
}

// errForm is the error for a text that is not a transaction.
func errForm(text []byte) error {
	return fmt.Errorf(`txn: expected a list of ["r", key, null], ["append", key, value] and ["w", key, value], got %s`, brief.Middle(string(text), 60))
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
func (s *scanner) value() []byte {
	from, depth := s.at, 0
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

// A step is one micro-operation as its text has it.
type step struct {
	kind  byte // 'r', 'a' or 'w'
	key   []byte
	value []byte
}

var kinds = map[string]byte{`"r"`: 'r', `"read"`: 'r', `"append"`: 'a', `"w"`: 'w', `"write"`: 'w'}

// steps calls visit for each micro-operation of a transaction, in their order.
func steps(text []byte, visit func(step) error) error {
	s := &scanner{text: text}
	if !s.next('[') {
		return errForm(text)
	}
	for first := true; !s.next(']'); first = false {
		if !first && !s.next(',') || !s.next('[') {
			return errForm(text)
		}
		kind := kinds[string(s.value())]
		if kind == 0 || !s.next(',') {
			return errForm(text)
		}
		key := s.value()
		if !s.next(',') {
			return errForm(text)
		}
		value := s.value()
		if !s.next(']') {
			return errForm(text)
		}
		if err := visit(step{kind, key, value}); err != nil {
			return err
		}
	}
	return nil
}

// names gives numbers to texts: whole numbers of up to 18 digits keep theirs, so that histories of numbers need no map.
type names struct {
	of    map[string]int64
	texts []string
}

// id returns the number of a text: even for a whole number, odd for every other.
func (n *names) id(text []byte) int64 {
	if v, ok := wholeNumber(text); ok {
		return v << 1
	}
	if id, ok := n.of[string(text)]; ok {
		return id
	}
	if n.of == nil {
		n.of = map[string]int64{}
	}
	id := int64(len(n.texts))<<1 | 1
	n.texts = append(n.texts, string(text))
	n.of[n.texts[len(n.texts)-1]] = id
	return id
}

// text returns the text of a number.
func (n *names) text(id int64) string {
	if id&1 == 0 {
		return strconv.FormatInt(id>>1, 10)
	}
	return n.texts[id>>1]
}

func wholeNumber(text []byte) (int64, bool) {
	if len(text) == 0 || len(text) > 18 {
		return 0, false
	}
	digits, negative := text, text[0] == '-'
	if negative {
		digits = text[1:]
	}
	v := int64(0)
	for _, c := range digits {
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
