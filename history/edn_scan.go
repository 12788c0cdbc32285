package history

import (
	"errors"
	"fmt"
	"unicode/utf16"
	"unicode/utf8"
)

// ednScanner parses EDN (github.com/edn-format/edn) as Clojure prints it, which adds
// ratios, ##Inf and map literals with a namespace.
//
// Values become JSON: keywords, symbols, characters and ratios become strings (:a/b
// is "a/b"), #inst and #uuid become their text, lists become arrays, and sets become
// arrays in order of the elements' canonical text; any other tag becomes an object
// with its form as the one member "#tag". It is an error if two values of a history
// differ in EDN and would be equal in JSON, see [origins].
type ednScanner struct {
	text     []byte
	at       int
	in       *interner
	discards int      // nesting of #_
	origins  *origins // of the form being parsed; nil if nothing is compared
	values   *origins // of the values of events
	keys     *origins // of the keys of events
}

func newEDNScanner(in *interner) ednScanner {
	return ednScanner{in: in, values: newOrigins(), keys: newOrigins()}
}

var errEDNCutOff = errors.New("the text ends in the middle of a form")

// space skips white space, commas, comments and discarded forms.
func (s *ednScanner) space() error {
	for s.at < len(s.text) {
		switch c := s.text[s.at]; {
		case c <= ' ' || c == ',':
			s.at++
		case c == ';':
			for s.at < len(s.text) && s.text[s.at] != '\n' {
				s.at++
			}
		case c == '#' && s.at+1 < len(s.text) && s.text[s.at+1] == '_':
			s.at += 2
			quiet := ednScanner{text: s.text, at: s.at, in: s.in, discards: s.discards + 1}
			if quiet.discards > maxDepth {
				return errDepth
			}
			if _, err := quiet.form(nil, 0); err != nil {
				return err
			}
			s.at = quiet.at
		default:
			return nil
		}
	}
	return nil
}

// peek returns the next significant byte, or 0 at the end.
func (s *ednScanner) peek() (byte, error) {
	if s.at < len(s.text) && s.text[s.at] > ' ' && s.text[s.at] != ',' && s.text[s.at] != ';' && s.text[s.at] != '#' {
		return s.text[s.at], nil
	}
	if err := s.space(); err != nil || s.at == len(s.text) {
		return 0, err
	}
	return s.text[s.at], nil
}

// token parses everything up to the next delimiter.
func (s *ednScanner) token() []byte {
	start := s.at
	for s.at < len(s.text) && !isEDNDelimiter(s.text[s.at]) {
		s.at++
	}
	return s.text[start:s.at]
}

// keyword parses a keyword and returns its name without the colon.
func (s *ednScanner) keyword() ([]byte, error) {
	word := s.token()
	if len(word) < 2 || word[1] == ':' {
		return nil, fmt.Errorf("%s is not a keyword", clip(word))
	}
	return validText(word[1:], false), nil
}

// smallInt parses an integer of at most 18 digits that is followed by a delimiter.
func (s *ednScanner) smallInt() (int64, bool) {
	j := jsonScanner{text: s.text, at: s.at}
	n, ok := j.smallInt()
	if !ok || j.at < len(s.text) && !isEDNDelimiter(s.text[j.at]) {
		return 0, false
	}
	s.at = j.at
	return n, true
}

// str parses a string and returns its content, which is valid UTF-8.
func (s *ednScanner) str() ([]byte, error) {
	start := s.at + 1
	ascii := true
	for i := start; i < len(s.text); i++ {
		switch c := s.text[i]; {
		case c == '"':
			s.at = i + 1
			return validText(s.text[start:i], ascii), nil
		case c == '\\':
			return s.escapedString(start)
		case c >= utf8.RuneSelf:
			ascii = false
		}
	}
	return nil, errEDNCutOff
}

func validText(b []byte, ascii bool) []byte {
	if ascii || utf8.Valid(b) {
		return b
	}
	return []byte(string([]rune(string(b))))
}

// escapedString parses a string with escapes, whose content begins at i.
func (s *ednScanner) escapedString(i int) ([]byte, error) {
	var content []byte
	for i < len(s.text) {
		c := s.text[i]
		i++
		switch c {
		case '"':
			s.at = i
			return validText(content, false), nil
		case '\\':
			r, n, err := unescapeEDN(s.text[i:])
			if err != nil {
				return nil, err
			}
			content = utf8.AppendRune(content, r)
			i += n
		default:
			content = append(content, c)
		}
	}
	return nil, errEDNCutOff
}

// unescapeEDN returns the character that an escape means, and the length of the
// escape after the backslash.
func unescapeEDN(b []byte) (r rune, n int, err error) {
	if len(b) == 0 {
		return 0, 0, errEDNCutOff
	}
	switch b[0] {
	case 't':
		return '\t', 1, nil
	case 'r':
		return '\r', 1, nil
	case 'n':
		return '\n', 1, nil
	case 'b':
		return '\b', 1, nil
	case 'f':
		return '\f', 1, nil
	case '\\', '"':
		return rune(b[0]), 1, nil
	case 'u':
		r, ok := hex4(b[1:])
		if !ok {
			return 0, 0, errors.New(`expected four hexadecimal digits after \u in a string`)
		}
		if utf16.IsSurrogate(r) {
			if len(b) > 6 && b[5] == '\\' && b[6] == 'u' {
				if low, ok := hex4(b[7:]); ok && utf16.DecodeRune(r, low) != utf8.RuneError {
					return utf16.DecodeRune(r, low), 11, nil
				}
			}
			r = utf8.RuneError
		}
		return r, 5, nil
	}
	return 0, 0, fmt.Errorf(`%s is not an escape in a string`, clip(append([]byte{'\\'}, b[0])))
}

func hex4(b []byte) (rune, bool) {
	if len(b) < 4 {
		return 0, false
	}
	var r rune
	for _, c := range b[:4] {
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c >= 'a' && c <= 'f':
			c -= 'a' - 10
		case c >= 'A' && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}
