package history

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"unicode/utf8"
)

// value parses any form as a value.
func (s *ednScanner) value() (Value, error) {
	c, err := s.peek()
	if err != nil {
		return Null, err
	}
	switch {
	case c == '-' || c >= '0' && c <= '9':
		if n, ok := s.smallInt(); ok {
			return Int(n), nil
		}
	case c == ':':
		name, err := s.keyword()
		if err != nil {
			return Null, err
		}
		return s.text2value(name, originKeyword)
	case c == '"':
		content, err := s.str()
		if err != nil {
			return Null, err
		}
		return s.text2value(content, originString)
	}
	dst, err := s.form(s.in.scratch(), 0)
	if err != nil {
		return Null, err
	}
	s.in.keep(dst)
	return canonicalValue(dst, s.in), nil
}

func (s *ednScanner) text2value(text []byte, from origin) (Value, error) {
	if err := s.origins.see(text, from); err != nil {
		return Null, err
	}
	return Value{kind: kindString, text: s.in.str(text)}, nil
}

// form parses any form and appends it as canonical JSON.
func (s *ednScanner) form(dst []byte, depth int) ([]byte, error) {
	if depth > maxDepth {
		return dst, errDepth
	}
	c, err := s.peek()
	if err != nil {
		return dst, err
	}
	switch {
	case s.at == len(s.text):
		return dst, errEDNCutOff
	case c == '[':
		return s.sequence(dst, ']', depth)
	case c == '(':
		return s.sequence(dst, ')', depth)
	case c == '{':
		return s.dict(dst, depth)
	case c == '#':
		return s.dispatch(dst, depth)
	case c == '"':
		content, err := s.str()
		return s.appendString(dst, content, originString, err)
	case c == ':':
		name, err := s.keyword()
		return s.appendString(dst, name, originKeyword, err)
	case c == '\\':
		content, err := s.char()
		return s.appendString(dst, content, originChar, err)
	case isEDNDelimiter(c):
		return dst, fmt.Errorf("expected a value, got %s", quoteByte(c))
	}
	return s.atom(dst)
}

func (s *ednScanner) appendString(dst, text []byte, from origin, err error) ([]byte, error) {
	if err == nil {
		err = s.origins.see(text, from)
	}
	if err != nil {
		return dst, err
	}
	return appendJSONString(dst, text), nil
}

// atom parses nil, true, false, a number or a symbol.
func (s *ednScanner) atom(dst []byte) ([]byte, error) {
	word := s.token()
	digit := word[0]
	if (digit == '-' || digit == '+') && len(word) > 1 {
		digit = word[1]
	}
	if digit >= '0' && digit <= '9' {
		return s.number(dst, word)
	}
	switch string(word) {
	case "nil":
		return append(dst, "null"...), nil
	case "true", "false":
		return append(dst, word...), nil
	}
	return s.appendString(dst, validText(word, false), originSymbol, nil)
}

// number appends an integer, a decimal or a ratio. It drops the suffixes N and M,
// which ask for arbitrary precision: all numbers are exact here.
func (s *ednScanner) number(dst, word []byte) ([]byte, error) {
	lit := bytes.TrimPrefix(word, []byte("+"))
	if numerator, denominator, ok := bytes.Cut(lit, []byte("/")); ok {
		if !plainInt(numerator) || !plainInt(denominator) || denominator[0] == '-' || denominator[0] == '0' {
			return dst, fmt.Errorf("%s is not a ratio", clip(word))
		}
		return s.appendString(dst, lit, originRatio, nil)
	}
	if hex, ok := bytes.CutPrefix(lit, []byte("0x")); ok { // as in #object[Foo 0x1f "foo"]
		n, err := strconv.ParseUint(string(hex), 16, 64)
		if err != nil {
			return dst, fmt.Errorf("%s is not a hexadecimal number of 64 bits", clip(word))
		}
		return strconv.AppendUint(dst, n, 10), nil
	}
	if last := lit[len(lit)-1]; last == 'N' || last == 'M' {
		lit = lit[:len(lit)-1]
	}
	dst, err := appendNumber(dst, lit)
	if err != nil {
		return dst, fmt.Errorf("%s: %w", clip(word), err)
	}
	return dst, nil
}

// char parses a character: \a, \newline, \u0041.
func (s *ednScanner) char() ([]byte, error) {
	s.at++
	if s.at == len(s.text) {
		return nil, errEDNCutOff
	}
	_, size := utf8.DecodeRune(s.text[s.at:])
	start := s.at
	s.at += size
	if rest := s.token(); len(rest) == 0 { // a single character, which may be a delimiter
		return validText(s.text[start:start+size], false), nil
	}
	word := s.text[start:s.at]
	if word[0] == 'u' {
		if r, ok := hex4(word[1:]); ok && len(word) == 5 {
			return utf8.AppendRune(nil, r), nil
		}
	}
	if c, ok := ednChars[string(word)]; ok {
		return []byte{c}, nil
	}
	return nil, fmt.Errorf("%s is not a character", clip(s.text[start-1:s.at]))
}

var ednChars = map[string]byte{
	"newline": '\n', "return": '\r', "space": ' ', "tab": '\t', "backspace": '\b', "formfeed": '\f',
}

// sequence parses a vector or a list.
func (s *ednScanner) sequence(dst []byte, closer byte, depth int) ([]byte, error) {
	s.at++
	dst = append(dst, '[')
	for n := 0; ; n++ {
		done, err := s.closed(closer)
		if err != nil {
			return dst, err
		}
		if done {
			return append(dst, ']'), nil
		}
		if n > 0 {
			dst = append(dst, ',')
		}
		if dst, err = s.form(dst, depth+1); err != nil {
			return dst, err
		}
	}
}

// closed parses a closing bracket, and reports whether there was one.
func (s *ednScanner) closed(closer byte) (bool, error) {
	c, err := s.peek()
	switch {
	case err != nil:
		return false, err
	case s.at == len(s.text):
		return false, errEDNCutOff
	case c != closer:
		return false, nil
	}
	s.at++
	return true, nil
}

// set parses a set and appends its elements in order of their canonical text.
func (s *ednScanner) set(dst []byte, depth int) ([]byte, error) {
	s.at++
	var elements [][]byte
	for {
		done, err := s.closed('}')
		if err != nil {
			return dst, err
		}
		if done {
			break
		}
		e, err := s.form(nil, depth+1)
		if err != nil {
			return dst, err
		}
		elements = append(elements, e)
	}
	slices.SortFunc(elements, compareCanonical)
	dst = append(dst, '[')
	for i, e := range elements {
		if i > 0 {
			if bytes.Equal(elements[i-1], e) {
				return dst, fmt.Errorf("%s occurs twice in one set", clip(e))
			}
			dst = append(dst, ',')
		}
		dst = append(dst, e...)
	}
	return append(dst, ']'), nil
}

// compareCanonical orders canonical texts as [Value.Compare] orders their values.
func compareCanonical(a, b []byte) int {
	return canonicalValue(a, nil).Compare(canonicalValue(b, nil))
}

// maxName bounds the key of a map: a map as a key of a map becomes text inside text, which
// can double at each level.
const maxName = 64 << 10

// dict parses a map. A key that is not a string, keyword or symbol becomes its JSON text.
func (s *ednScanner) dict(dst []byte, depth int) ([]byte, error) {
	s.at++
	var members []jsonMember
	for {
		done, err := s.closed('}')
		if err != nil {
			return dst, err
		}
		if done {
			return appendObject(dst, members)
		}
		name, err := s.form(nil, depth+1)
		if err != nil {
			return dst, err
		}
		if len(name) > maxName {
			return dst, fmt.Errorf("the key %s of a map is longer than %d KiB as JSON", clip(name), maxName>>10)
		}
		m := jsonMember{name: string(name)}
		if name[0] == '"' {
			m.name = unquoteCanonical(m.name)
		} else if err := s.origins.see(name, originName); err != nil {
			return dst, err
		}
		if done, err := s.closed('}'); err != nil {
			return dst, err
		} else if done {
			return dst, fmt.Errorf("the key %s of a map has no value", clip(name))
		}
		if m.value, err = s.form(nil, depth+1); err != nil {
			return dst, err
		}
		members = append(members, m)
	}
}

// dispatch parses a form that begins with #: a set, a number without digits, or
// a tagged form.
func (s *ednScanner) dispatch(dst []byte, depth int) ([]byte, error) {
	s.at++
	if s.at < len(s.text) && s.text[s.at] == '{' {
		return s.set(dst, depth)
	}
	tag := s.token()
	switch string(tag) {
	case "":
		return dst, errors.New("expected a tag after #, got nothing")
	case "#Inf", "#-Inf", "#NaN":
		return append(append(append(dst, '"'), tag[1:]...), '"'), nil
	case "inst", "uuid":
		return s.form(dst, depth+1)
	}
	dst = append(dst, '{')
	dst = appendJSONString(dst, append([]byte{'#'}, validText(tag, false)...))
	dst = append(dst, ':')
	dst, err := s.form(dst, depth+1)
	return append(dst, '}'), err
}
