package history

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// maxDepth bounds the nesting of a value, so that no file can exhaust the stack.
const maxDepth = 1000

var (
	errCutOff = errors.New("the text ends in the middle of a value")
	errDepth  = errors.New("a value is nested more than 1000 levels deep")
)

// parseJSONValue parses a JSON text that is one value, which may have white space around it.
func parseJSONValue(text []byte, in *interner) (Value, error) {
	s := jsonScanner{text: text, in: in}
	v, err := s.value()
	if err != nil {
		return Null, err
	}
	if s.space(); s.at < len(text) {
		return Null, fmt.Errorf("expected nothing after the value, got %s", quoteByte(text[s.at]))
	}
	return v, nil
}

// jsonScanner parses JSON. It replaces encoding/json because histories have millions
// of lines: it allocates nothing for texts that it has seen before, and converts
// values to canonical form in the same pass.
type jsonScanner struct {
	text []byte
	at   int
	in   *interner // may be nil
}

func (s *jsonScanner) space() {
	for s.at < len(s.text) {
		switch s.text[s.at] {
		case ' ', '\t', '\n', '\r':
			s.at++
		default:
			return
		}
	}
}

// peek returns the next byte after white space, or 0 at the end.
func (s *jsonScanner) peek() byte {
	s.space()
	if s.at == len(s.text) {
		return 0
	}
	return s.text[s.at]
}

// expect parses the byte c after white space.
func (s *jsonScanner) expect(c byte) error {
	if s.space(); s.at == len(s.text) {
		return errCutOff
	}
	if s.text[s.at] != c {
		return fmt.Errorf("expected %s, got %s", quoteByte(c), quoteByte(s.text[s.at]))
	}
	s.at++
	return nil
}

// value parses any value.
func (s *jsonScanner) value() (Value, error) {
	switch c := s.peek(); {
	case c == '"':
		text, err := s.str()
		if err != nil {
			return Null, err
		}
		return Value{kind: kindString, text: s.in.str(text)}, nil
	case c == '-' || c >= '0' && c <= '9':
		if n, ok := s.smallInt(); ok {
			return Int(n), nil
		}
	}
	start := len(s.in.scratch())
	dst, err := s.canonical(s.in.scratch(), 0)
	if err != nil {
		return Null, err
	}
	s.in.keep(dst)
	return canonicalValue(dst[start:], s.in), nil
}

// canonicalValue returns the value of canonical JSON text. It keeps no reference to text.
func canonicalValue(text []byte, in *interner) Value {
	switch text[0] {
	case 'n':
		return Null
	case 't':
		return Bool(true)
	case 'f':
		return Bool(false)
	case '[', '{':
		return Value{kind: kindJSON, text: in.str(text)}
	}
	return fromCanonical(in.str(text))
}

// smallInt parses an integer of at most 18 digits without fraction or exponent.
func (s *jsonScanner) smallInt() (int64, bool) {
	i, negative := s.at, false
	if s.text[i] == '-' {
		negative = true
		i++
	}
	first, n := i, int64(0)
	for i < len(s.text) && s.text[i]-'0' <= 9 {
		n = n*10 + int64(s.text[i]-'0')
		if i++; i-first > 18 {
			return 0, false
		}
	}
	if i == first || s.text[first] == '0' && i-first > 1 {
		return 0, false
	}
	if i < len(s.text) && (s.text[i] == '.' || s.text[i] == 'e' || s.text[i] == 'E') {
		return 0, false
	}
	s.at = i
	if negative {
		n = -n
	}
	return n, true
}

// str parses a string and returns its content, which is valid UTF-8. The result may
// share the memory of the text.
func (s *jsonScanner) str() ([]byte, error) {
	if s.peek() != '"' {
		if s.at == len(s.text) {
			return nil, errCutOff
		}
		return nil, fmt.Errorf("expected a string, got %s", quoteByte(s.text[s.at]))
	}
	start, ascii := s.at, true
	for i := start + 1; i < len(s.text); i++ {
		switch c := s.text[i]; {
		case c == '"':
			s.at = i + 1
			content := s.text[start+1 : i]
			if !ascii && !utf8.Valid(content) {
				return []byte(string([]rune(string(content)))), nil
			}
			return content, nil
		case c == '\\':
			return s.escapedString(start, i)
		case c < 0x20:
			return nil, fmt.Errorf("control character %s in a string: it must be escaped as \\u%04x", quoteByte(c), c)
		case c >= utf8.RuneSelf:
			ascii = false
		}
	}
	return nil, errCutOff
}

// escapedString parses a string whose first backslash is at i.
func (s *jsonScanner) escapedString(start, i int) ([]byte, error) {
	for ; i < len(s.text); i++ {
		switch s.text[i] {
		case '\\':
			i++
		case '"':
			var content string
			if err := json.Unmarshal(s.text[start:i+1], &content); err != nil {
				return nil, fmt.Errorf("malformed string %s", clip(s.text[start:i+1]))
			}
			s.at = i + 1
			return []byte(content), nil
		}
	}
	return nil, errCutOff
}

// canonical parses any value and appends its canonical text.
func (s *jsonScanner) canonical(dst []byte, depth int) ([]byte, error) {
	if depth > maxDepth {
		return dst, errDepth
	}
	switch c := s.peek(); c {
	case 0:
		if s.at < len(s.text) {
			return dst, errors.New("expected a value, got a zero byte")
		}
		return dst, errCutOff
	case '"':
		content, err := s.str()
		if err != nil {
			return dst, err
		}
		return appendJSONString(dst, content), nil
	case '[':
		return s.array(dst, depth)
	case '{':
		return s.object(dst, depth)
	default:
		return s.atom(dst)
	}
}

// atom parses a number, true, false or null.
func (s *jsonScanner) atom(dst []byte) ([]byte, error) {
	start := s.at
	for s.at < len(s.text) && !isJSONDelimiter(s.text[s.at]) {
		s.at++
	}
	word := s.text[start:s.at]
	switch string(word) {
	case "null", "true", "false":
		return append(dst, word...), nil
	case "":
		return dst, fmt.Errorf("expected a value, got %s", quoteByte(s.text[start]))
	}
	if word[0] != '-' && (word[0] < '0' || word[0] > '9') {
		return dst, fmt.Errorf("expected a JSON value, got %s", clip(word))
	}
	dst, err := appendNumber(dst, word)
	if err != nil {
		return dst, fmt.Errorf("%s: %w", clip(word), err)
	}
	return dst, nil
}

func isJSONDelimiter(c byte) bool {
	switch c {
	case ' ', '\t', '\n', '\r', ',', ':', ']', '}', '[', '{', '"':
		return true
	}
	return false
}

func (s *jsonScanner) array(dst []byte, depth int) ([]byte, error) {
	if n := plainInts(s.text[s.at:]); n > 0 && depth < maxDepth {
		s.at += n
		return append(dst, s.text[s.at-n:s.at]...), nil
	}
	s.at++
	dst = append(dst, '[')
	if s.peek() == ']' {
		s.at++
		return append(dst, ']'), nil
	}
	for {
		var err error
		if dst, err = s.canonical(dst, depth+1); err != nil {
			return dst, err
		}
		if s.peek() == ']' {
			s.at++
			return append(dst, ']'), nil
		}
		if err := s.expect(','); err != nil {
			return dst, err
		}
		dst = append(dst, ',')
	}
}

// object parses an object and appends its members in order of their names. A name that
// occurs twice is an error, since readers disagree on which one counts.
func (s *jsonScanner) object(dst []byte, depth int) ([]byte, error) {
	s.at++
	var members []jsonMember
	for s.peek() != '}' || len(members) > 0 {
		name, err := s.str()
		if err != nil {
			return dst, err
		}
		m := jsonMember{name: string(name)}
		if err := s.expect(':'); err != nil {
			return dst, err
		}
		if m.value, err = s.canonical(nil, depth+1); err != nil {
			return dst, err
		}
		members = append(members, m)
		if s.peek() == '}' {
			break
		}
		if err := s.expect(','); err != nil {
			return dst, err
		}
	}
	s.at++
	return appendObject(dst, members)
}

type jsonMember struct {
	name  string
	value []byte // canonical JSON
}

func appendObject(dst []byte, members []jsonMember) ([]byte, error) {
	slices.SortStableFunc(members, func(a, b jsonMember) int { return bytes.Compare([]byte(a.name), []byte(b.name)) })
	dst = append(dst, '{')
	for i, m := range members {
		if i > 0 {
			if members[i-1].name == m.name {
				return dst, fmt.Errorf("the name %q occurs twice in one object", m.name)
			}
			dst = append(dst, ',')
		}
		dst = appendJSONString(dst, m.name)
		dst = append(dst, ':')
		dst = append(dst, m.value...)
	}
	return append(dst, '}'), nil
}

// appendJSONString appends s, which is valid UTF-8, as a JSON string with the
// fewest escapes (RFC 8785, section 3.2.2.2).
func appendJSONString[S string | []byte](dst []byte, s S) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	from := 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= 0x20 && c != '"' && c != '\\' {
			continue
		}
		dst = append(dst, s[from:i]...)
		from = i + 1
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\b':
			dst = append(dst, '\\', 'b')
		case '\f':
			dst = append(dst, '\\', 'f')
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\r':
			dst = append(dst, '\\', 'r')
		case '\t':
			dst = append(dst, '\\', 't')
		default:
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		}
	}
	dst = append(dst, s[from:]...)
	return append(dst, '"')
}

// quoteByte names a byte of the input in a message.
func quoteByte(c byte) string {
	if c > 0x20 && c < 0x7f {
		return "'" + string(rune(c)) + "'"
	}
	switch c {
	case ' ':
		return "a space"
	case '\n':
		return "the end of the line"
	}
	return fmt.Sprintf("byte 0x%02x", c)
}

// show writes a value for a message, as JSON, and shortens it if it is long.
func show(v Value) string {
	text := v.String()
	if len(text) > mostShown {
		return strings.ToValidUTF8(text[:mostShown], "") + "…"
	}
	return text
}

// mostShown is the largest number of bytes of the input that a message repeats.
const mostShown = 40

// clip quotes a piece of the input for a message, and shortens it if it is long.
func clip(b []byte) string {
	if len(b) > mostShown {
		return fmt.Sprintf("%q…", b[:mostShown])
	}
	return fmt.Sprintf("%q", b)
}
