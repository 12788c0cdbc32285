package history

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

// formReader splits a text into its top-level forms (EDN maps, JSON objects): one
// after the other, or the elements of one outer list. It looks at brackets,
// strings and comments only; the caller parses the forms. It holds one form in
// memory at a time, however large the text is.
type formReader struct {
	r       io.Reader
	json    bool   // commas are separators, and there are no comments or tags
	buf     []byte // read and not yet returned, from at
	at      int
	line    int  // of buf[at], from 1
	started bool // the first byte that is not space was seen
	closer  byte // closing bracket of the outer list; 0 if there is no outer list
	opened  int  // line of its opening bracket
	closed  bool // the outer list ended
	comma   bool // a comma was seen since the last form (JSON)
	count   int  // forms returned
	taken   int64
	eof     bool
	failure error // of the underlying reader
}

const formBuffer = 1 << 16

func newFormReader(r io.Reader, json bool) *formReader {
	return &formReader{r: r, json: json, line: 1, buf: make([]byte, 0, formBuffer)}
}

// peek returns the byte j places after f.at, and reads more if it has to.
func (f *formReader) peek(j int) (byte, bool) {
	if f.at+j < len(f.buf) {
		return f.buf[f.at+j], true
	}
	return f.fill(j)
}

// fill reads until the byte j places after f.at is there, and returns it.
func (f *formReader) fill(j int) (byte, bool) {
	f.buf = f.buf[:copy(f.buf, f.buf[f.at:])]
	f.at = 0
	for empty := 0; j >= len(f.buf); {
		if f.eof {
			return 0, false
		}
		if len(f.buf) > maxRecord {
			f.eof, f.failure = true, errRecordTooLong
			return 0, false
		}
		if len(f.buf) == cap(f.buf) {
			f.buf = append(make([]byte, 0, 2*cap(f.buf)), f.buf...)
		}
		n, err := f.r.Read(f.buf[len(f.buf):cap(f.buf)])
		f.buf = f.buf[:len(f.buf)+n]
		f.taken += int64(n)
		if empty++; n > 0 {
			empty = 0
		}
		if err == nil && empty == 100 {
			err = io.ErrNoProgress // a reader may return nothing a few times, but not forever
		}
		if err != nil {
			f.eof = true
			if err != io.EOF {
				f.failure = err
			}
		}
	}
	return f.buf[j], true
}

// next returns the next form and the line that it begins at, or a nil form at
// the end of the text. The form is valid until the following call. An error is about the line returned.
func (f *formReader) next() (form []byte, line int, err error) {
	discard := 0
	for {
		c, ok := f.significant()
		if f.failure != nil {
			return nil, f.line, f.failure
		}
		if !ok {
			return nil, f.line, f.atEnd(discard)
		}
		if f.closed {
			return nil, f.line, fmt.Errorf("expected nothing after the list that began at line %d, got %s", f.opened, quoteByte(c))
		}
		switch {
		case f.openOuter(c), f.closeOuter(c):
			continue
		case c == ',': // JSON only
			if f.closer == 0 || f.comma || f.count == 0 {
				return nil, f.line, errors.New("expected an object, got a comma")
			}
			f.comma = true
			f.at++
			continue
		case f.json && f.closer != 0 && f.count > 0 && !f.comma:
			return nil, f.line, fmt.Errorf("expected a comma, got %s", quoteByte(c))
		}
		line = f.line
		if form, err = f.take(); err != nil {
			return nil, line, err
		}
		if len(form) == 2 && form[0] == '#' && form[1] == '_' {
			discard++
			continue
		}
		if discard > 0 {
			discard--
			continue
		}
		f.count++
		f.comma = false
		return form, line, nil
	}
}

func (f *formReader) openOuter(c byte) bool {
	if f.started || c != '[' && (c != '(' || f.json) {
		f.started = true
		return false
	}
	f.started, f.opened = true, f.line
	f.closer = ']'
	if c == '(' {
		f.closer = ')'
	}
	f.at++
	return true
}

func (f *formReader) closeOuter(c byte) bool {
	if f.closer == 0 || c != f.closer || f.comma {
		return false
	}
	f.closed = true
	f.at++
	return true
}

func (f *formReader) atEnd(discard int) error {
	switch {
	case f.closer != 0 && !f.closed:
		return fmt.Errorf("the file ends inside the list that began at line %d: it is cut off", f.opened)
	case discard > 0:
		return errors.New("expected a form after #_, got the end of the file")
	}
	return nil
}

// significant skips white space and comments and returns the byte that follows.
func (f *formReader) significant() (byte, bool) {
	comment := false
	for {
		c, ok := f.peek(0)
		switch {
		case !ok:
			return 0, false
		case c == '\n':
			f.line++
			comment = false
		case comment:
		case c == ';' && !f.json:
			comment = true
		case c <= ' ' || c == ',' && !f.json:
		default:
			return c, true
		}
		f.at++
	}
}

// take returns the form that begins at f.at, or the two bytes #_.
func (f *formReader) take() ([]byte, error) {
	end := 0
	for c, _ := f.peek(end); c == '#' && !f.json; c, _ = f.peek(end) {
		if c, ok := f.peek(end + 1); ok && c == '_' && end == 0 {
			return f.cut(2), nil
		} else if ok && c == '{' {
			end++ // a set
			break
		}
		end = f.spaceEnd(f.tokenEnd(end)) // a tag, which belongs to the form after it
	}
	c, ok := f.peek(end)
	switch {
	case !ok:
		return nil, f.cutOff("record")
	case c == '{' || c == '[' || c == '(':
		end = f.bracketEnd(end)
	case c == '"':
		end = f.stringEnd(end)
	default:
		end = max(f.tokenEnd(end), end+1)
	}
	if end < 0 {
		return nil, f.cutOff("record")
	}
	return f.cut(end), nil
}

func (f *formReader) cutOff(what string) error {
	if f.failure != nil {
		return f.failure
	}
	return fmt.Errorf("the file ends in the middle of the %s that begins here: it is cut off", what)
}

// cut returns the next n bytes and moves past them.
func (f *formReader) cut(n int) []byte {
	form := f.buf[f.at : f.at+n]
	f.line += bytes.Count(form, []byte{'\n'})
	f.at += n
	return form
}

// The functions below take the place where something begins, and return the place
// where it ends, both counted from f.at, or -1 if the text ends first.

func (f *formReader) tokenEnd(j int) int {
	for {
		c, ok := f.peek(j)
		if !ok || isEDNDelimiter(c) {
			return j
		}
		j++
	}
}

func (f *formReader) spaceEnd(j int) int {
	for {
		c, ok := f.peek(j)
		if !ok || c > ' ' && c != ',' {
			return j
		}
		j++
	}
}

func (f *formReader) stringEnd(j int) int {
	for j++; ; j++ {
		c, ok := f.peek(j)
		switch {
		case !ok:
			return -1
		case c == '"':
			return j + 1
		case c == '\\':
			j++
		}
	}
}

func (f *formReader) bracketEnd(j int) int {
	for depth := 0; ; j++ {
		c, ok := f.peek(j)
		if !ok {
			return -1
		}
		switch c {
		case '{', '[', '(':
			depth++
		case '}', ']', ')':
			if depth--; depth == 0 {
				return j + 1
			}
		case '"':
			if j = f.stringEnd(j) - 1; j < 0 {
				return -1
			}
		case '\\':
			j++ // an EDN character, such as \{
		case ';':
			if j = f.commentEnd(j); j < 0 {
				return -1
			}
		}
	}
}

// commentEnd returns the place of the newline that ends a comment.
func (f *formReader) commentEnd(j int) int {
	for !f.json {
		c, ok := f.peek(j)
		if !ok {
			return -1
		}
		if c == '\n' {
			break
		}
		j++
	}
	return j
}

// isEDNDelimiter reports whether c ends a number, a keyword or a symbol.
func isEDNDelimiter(c byte) bool {
	switch c {
	case ',', '"', ';', '(', ')', '[', ']', '{', '}', '\\':
		return true
	}
	return c <= ' '
}
