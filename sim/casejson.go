package sim

import (
	"bytes"
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"

	"simrun/history/nearest"
	"simrun/internal/brief"
)

// FormatCase writes a case in its one canonical form: indented JSON with a newline
// at the end. Equal cases give equal bytes.
func FormatCase(c Case) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // n1>n2 stays as it is
	e.SetIndent("", "  ")
	if err := e.Encode(c); err != nil {
		return nil, fmt.Errorf("case: %w", err)
	}
	return b.Bytes(), nil
}

// ParseCase reads a case. It is strict: a field that is unknown, misspelt or named
// twice, a value of the wrong type and anything after the case are refused, in one sentence with the
// name of the source and the line. Whether the case fits a system is checked by [System.Complete].
func ParseCase(name string, data []byte) (Case, error) {
	if len(data) > maxCase {
		return Case{}, fmt.Errorf("%s: the case has %d bytes: expected at most %d MiB", name, len(data), maxCase>>20)
	}
	r := caseReader{name: name, data: data, d: json.NewDecoder(bytes.NewReader(data))}
	r.d.UseNumber()
	if err := r.version(); err != nil {
		return Case{}, err
	}
	if err := r.value(reflect.TypeFor[Case](), "case"); err != nil {
		return Case{}, err
	}
	if _, err := r.d.Token(); err != io.EOF {
		return Case{}, r.errorf("something follows the case")
	}
	var c Case
	if err := json.Unmarshal(data, &c); err != nil {
		return Case{}, fmt.Errorf("%s: %w", name, err)
	}
	return c, nil
}

// Bounds of what is read, in bytes, so that a hostile case is refused soon and with a short message.
const (
	maxCase    = 8 << 20
	maxText    = 4 << 10 // of a string: a name, the key of a decision, the command of a program
	maxMessage = 250
)

// caseReader walks through JSON in step with the type that it should have, so that each
// complaint has a line.
type caseReader struct {
	name string
	data []byte
	d    *json.Decoder
}

// line is where the reader stands: the line of the token that it read last.
func (r *caseReader) line() int { return 1 + bytes.Count(r.data[:r.d.InputOffset()], []byte{'\n'}) }

func (r *caseReader) errorf(format string, args ...any) error {
	return fmt.Errorf("%s:%d: %s", r.name, r.line(), brief.Middle(fmt.Sprintf(format, args...), maxMessage))
}

// version refuses a case that is newer than this code before anything else, since its
// fields may be unknown for that reason.
func (r *caseReader) version() error {
	var v struct {
		Version *json.Number `json:"version"`
	}
	if json.Unmarshal(r.data, &v) != nil {
		return nil // the walk tells what is wrong
	}
	if v.Version == nil {
		return fmt.Errorf("%s: there is no \"version\": a case begins with \"version\": %d", r.name, Version)
	}
	if n, err := v.Version.Int64(); err == nil && n > Version {
		return fmt.Errorf("%s: the case has format version %d, and this simrun reads up to version %d: use a newer simrun", r.name, n, Version)
	}
	return nil
}

// token reads the next token.
func (r *caseReader) token() (json.Token, error) {
	t, err := r.d.Token()
	var syntax *json.SyntaxError
	switch {
	case err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF):
		return nil, fmt.Errorf("%s:%d: the case ends too early", r.name, 1+bytes.Count(r.data, []byte{'\n'}))
	case errors.As(err, &syntax):
		return nil, fmt.Errorf("%s:%d: this is not JSON: %v", r.name, 1+bytes.Count(r.data[:min(int(syntax.Offset), len(r.data))], []byte{'\n'}), syntax)
	case err != nil:
		return nil, r.errorf("this is not JSON: %v", err)
	}
	return t, nil
}

var textType = reflect.TypeFor[encoding.TextUnmarshaler]()

// value reads a value of a type.
func (r *caseReader) value(t reflect.Type, what string) error {
	if t.Kind() == reflect.Pointer { // a field that may be left out
		t = t.Elem()
	}
	tok, err := r.token()
	if err != nil {
		return err
	}
	if reflect.PointerTo(t).Implements(textType) && t.Kind() != reflect.Uint64 {
		return r.text(t, what, tok)
	}
	switch t.Kind() {
	case reflect.Struct:
		if tok != json.Delim('{') {
			return r.expected(what, "an object", tok)
		}
		return r.object(t, what)
	case reflect.Map:
		if tok != json.Delim('{') {
			return r.expected(what, "an object", tok)
		}
		return r.entries(t, what)
	case reflect.Slice, reflect.Array:
		if tok != json.Delim('[') {
			return r.expected(what, "an array", tok)
		}
		return r.elements(t, what)
	}
	return r.scalar(t, what, tok)
}

// object reads the fields of a struct, of which the opening brace is read.
func (r *caseReader) object(t reflect.Type, what string) error {
	fields := map[string]reflect.Type{}
	var names, seen []string
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		fields[name] = t.Field(i).Type
		names = append(names, name)
	}
	for r.d.More() {
		tok, err := r.token()
		if err != nil {
			return err
		}
		name := tok.(string) // the decoder lets nothing else be here
		ft, ok := fields[name]
		if !ok {
			return r.errorf("%v", nearest.Unknown("field of "+what, name, names))
		}
		if slices.Contains(seen, name) {
			return r.errorf("field %q of %s occurs twice", name, what)
		}
		seen = append(seen, name)
		if err := r.value(ft, name); err != nil {
			return err
		}
	}
	_, err := r.token()
	return err
}

// entries reads a map from strings.
func (r *caseReader) entries(t reflect.Type, what string) error {
	var seen []string
	for r.d.More() {
		tok, err := r.token()
		if err != nil {
			return err
		}
		name := tok.(string)
		if slices.Contains(seen, name) {
			return r.errorf("%q is in %s for the second time", name, what)
		}
		seen = append(seen, name)
		if err := r.value(t.Elem(), name); err != nil {
			return err
		}
	}
	_, err := r.token()
	return err
}

// elements reads a slice or an array.
func (r *caseReader) elements(t reflect.Type, what string) error {
	n := 0
	for ; r.d.More(); n++ {
		if err := r.value(t.Elem(), what); err != nil {
			return err
		}
	}
	if _, err := r.token(); err != nil {
		return err
	}
	if t.Kind() == reflect.Array && n != t.Len() {
		return r.errorf("%s: expected %d elements, found %d", what, t.Len(), n)
	}
	return nil
}

// text reads a value that is written as a string.
func (r *caseReader) text(t reflect.Type, what string, tok json.Token) error {
	s, ok := tok.(string)
	if !ok {
		return r.expected(what, "a string", tok)
	}
	if err := reflect.New(t).Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(s)); err != nil {
		return r.errorf("%s: %v", what, err)
	}
	return nil
}

// scalar reads a string, a boolean or an integer.
func (r *caseReader) scalar(t reflect.Type, what string, tok json.Token) error {
	v := reflect.New(t)
	ok := false
	switch t.Kind() {
	case reflect.String:
		var text string
		if text, ok = tok.(string); !ok {
			return r.expected(what, "a string", tok)
		}
		if len(text) > maxText {
			return r.errorf("%s: a text of %d bytes: expected at most %d", what, len(text), maxText)
		}
		return nil
	case reflect.Bool:
		if _, ok = tok.(bool); !ok {
			return r.expected(what, "true or false", tok)
		}
		return nil
	}
	n, isNumber := tok.(json.Number)
	if !isNumber || json.Unmarshal([]byte(n), v.Interface()) != nil {
		want := "an integer"
		if t.Kind() == reflect.Uint64 {
			want = "an integer that is not negative"
		}
		return r.expected(what, want, tok)
	}
	return nil
}

// expected refuses a token.
func (r *caseReader) expected(what, want string, tok json.Token) error {
	found := fmt.Sprintf("%v", tok)
	switch v := tok.(type) {
	case nil:
		found = "null"
	case string:
		found = fmt.Sprintf("%q", v)
	case json.Delim:
		found = map[json.Delim]string{'{': "an object", '[': "an array"}[v]
	}
	return r.errorf("%s: expected %s, found %s", what, want, found)
}
