package history

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Value is the argument or the result of an operation: any JSON value, held in
// canonical form, so that two Values are equal as JSON exactly if they are
// equal with ==, and a Value can be the key of a map.
//
// Numbers are compared by value: 1, 1.0 and 10e-1 are the same Value. Integers that
// fit in 64 bits are stored as an int64; everything else is stored as canonical JSON
// text: no white space, object keys sorted by their bytes, numbers in the shortest
// exact decimal form, strings with the fewest escapes.
// The zero Value is JSON null. A Value is immutable.
type Value struct {
	kind valueKind
	num  int64
	text string
}

type valueKind uint8

const (
	kindNull   valueKind = iota
	kindBool             // num is 0 or 1
	kindInt              // num
	kindString           // text, unquoted, valid UTF-8
	kindJSON             // text: canonical JSON of an array, an object or a number that is not an int64
)

var kindNames = [...]string{"null", "boolean", "number", "string", "JSON value"}

// Size returns roughly how many bytes v takes in addition to the Value itself: the length of its text, or 0.
func (v Value) Size() int { return len(v.text) }

// String returns the name of a kind.
func (k valueKind) String() string { return kindNames[k] }

// Null is the absent value.
var Null Value

// Int returns n as a value.
func Int(n int64) Value { return Value{kind: kindInt, num: n} }

// String returns s as a value. Each byte of s that is not valid UTF-8 becomes U+FFFD,
// since JSON cannot represent it.
func String(s string) Value {
	if !utf8.ValidString(s) {
		s = string([]rune(s)) // as encoding/json does: each such byte becomes one U+FFFD
	}
	return Value{kind: kindString, text: s}
}

// Bool returns b as a value.
func Bool(b bool) Value {
	if b {
		return Value{kind: kindBool, num: 1}
	}
	return Value{kind: kindBool}
}

// List returns the JSON array of vs.
func List(vs ...Value) Value {
	b := []byte{'['}
	for i, v := range vs {
		if i > 0 {
			b = append(b, ',')
		}
		b = v.AppendJSON(b)
	}
	return Value{kind: kindJSON, text: string(append(b, ']'))}
}

// Object returns the JSON object of members.
func Object(members map[string]Value) Value {
	names := make([]string, 0, len(members))
	for name := range members {
		names = append(names, name)
	}
	slices.Sort(names)
	b := []byte{'{'}
	for i, name := range names {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(String(name).AppendJSON(b), ':')
		b = members[name].AppendJSON(b)
	}
	v, err := ParseValue(string(append(b, '}'))) // in the canonical form
	if err != nil {
		panic("history.Object: " + err.Error())
	}
	return v
}

// Ints returns the JSON array of ns.
func Ints(ns ...int64) Value {
	b := []byte{'['}
	for i, n := range ns {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, n, 10)
	}
	return Value{kind: kindJSON, text: string(append(b, ']'))}
}

// ParseValue returns the value of a JSON text. The error is one sentence that says
// what is wrong with the text.
func ParseValue(text string) (Value, error) {
	return parseJSONValue([]byte(text), nil)
}

// SameKind reports whether both are null, booleans, integers, strings, or lists, objects
// and other numbers.
func (v Value) SameKind(w Value) bool { return v.kind == w.kind }

// IsNull reports whether v is JSON null.
func (v Value) IsNull() bool { return v.kind == kindNull }

// AsInt returns the integer that v holds, if it holds one that fits.
func (v Value) AsInt() (int64, bool) { return v.num, v.kind == kindInt }

// AsBool returns the boolean that v holds, if it holds one.
func (v Value) AsBool() (b, ok bool) { return v.num != 0, v.kind == kindBool }

// AsString returns the string that v holds, if it holds one.
func (v Value) AsString() (string, bool) { return v.text, v.kind == kindString }

// AsPair returns the two elements of v, if v is a JSON array of two, such as
// the [from, to] of a cas. It does not allocate for elements without escapes.
func (v Value) AsPair() (a, b Value, ok bool) {
	n := 0
	for e := range v.elements() {
		switch n {
		case 0:
			a = e
		case 1:
			b = e
		default:
			return Null, Null, false
		}
		n++
	}
	if n != 2 {
		return Null, Null, false
	}
	return a, b, true
}

// AsList returns the elements of v, if v is a JSON array.
func (v Value) AsList() ([]Value, bool) {
	if v.kind != kindJSON || v.text[0] != '[' {
		return nil, false
	}
	vs := []Value{}
	for e := range v.elements() {
		vs = append(vs, e)
	}
	return vs, true
}

// Len returns the number of elements of v, if v is a JSON array.
func (v Value) Len() (int, bool) {
	if v.kind != kindJSON || v.text[0] != '[' {
		return 0, false
	}
	n := 0
	for range v.elements() {
		n++
	}
	return n, true
}

// Field returns the member of v by its name, if v is a JSON object that has it.
func (v Value) Field(name string) (Value, bool) {
	for k, e := range v.Members() {
		if k == name {
			return e, true
		}
	}
	return Null, false
}

// Compare orders values: null, booleans, numbers that fit in 64 bits, strings,
// then the rest by canonical text. It returns -1, 0 or +1, and 0 only for equal values.
func (v Value) Compare(w Value) int {
	switch {
	case v.kind != w.kind:
		if v.kind < w.kind {
			return -1
		}
		return 1
	case v.num != w.num:
		if v.num < w.num {
			return -1
		}
		return 1
	}
	return strings.Compare(v.text, w.text)
}

// AppendJSON appends the canonical JSON text of v to b.
func (v Value) AppendJSON(b []byte) []byte {
	switch v.kind {
	case kindBool:
		return strconv.AppendBool(b, v.num != 0)
	case kindInt:
		return strconv.AppendInt(b, v.num, 10)
	case kindString:
		return appendJSONString(b, v.text)
	case kindJSON:
		return append(b, v.text...)
	}
	return append(b, "null"...)
}

// String returns the canonical JSON text of v.
func (v Value) String() string {
	if v.kind == kindJSON {
		return v.text
	}
	return string(v.AppendJSON(nil))
}

// MarshalJSON implements [json.Marshaler].
func (v Value) MarshalJSON() ([]byte, error) { return v.AppendJSON(nil), nil }

// UnmarshalJSON implements [json.Unmarshaler]. It converts the text to canonical form.
func (v *Value) UnmarshalJSON(b []byte) error {
	w, err := parseJSONValue(b, nil)
	if err != nil {
		return fmt.Errorf("value: %w", err)
	}
	*v = w
	return nil
}
