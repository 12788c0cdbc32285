package history

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
)

// Value is the argument or the result of an operation: any JSON value, held in
// canonical form, so that two Values are equal as JSON exactly if they are
// equal with ==, and a Value can be the key of a map.
//
// Integers that fit in 64 bits are held unboxed; everything else is held as
// canonical JSON text (no white space, object keys sorted). The zero Value is
// JSON null. A Value is immutable.
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
	kindString           // text, unquoted
	kindJSON             // text: canonical JSON of an array, an object or a number that is no int64
)

// Null is the absent value.
var Null Value

// Int returns n as a value.
func Int(n int64) Value { return Value{kind: kindInt, num: n} }

// String returns s as a value.
func String(s string) Value { return Value{kind: kindString, text: s} }

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

// IsNull reports whether v is JSON null.
func (v Value) IsNull() bool { return v.kind == kindNull }

// AsInt returns the integer that v holds, if it holds one.
func (v Value) AsInt() (int64, bool) { return v.num, v.kind == kindInt }

// AsBool returns the boolean that v holds, if it holds one.
func (v Value) AsBool() (b, ok bool) { return v.num != 0, v.kind == kindBool }

// AsString returns the string that v holds, if it holds one.
func (v Value) AsString() (string, bool) { return v.text, v.kind == kindString }

// AsList returns the elements of v, if v is a JSON array.
func (v Value) AsList() ([]Value, bool) {
	if v.kind != kindJSON || v.text[0] != '[' {
		return nil, false
	}
	var raw []json.RawMessage
	if json.Unmarshal([]byte(v.text), &raw) != nil {
		return nil, false
	}
	vs := make([]Value, len(raw))
	for i, r := range raw {
		if vs[i].UnmarshalJSON(r) != nil {
			return nil, false
		}
	}
	return vs, true
}

// AppendJSON appends the canonical JSON text of v to b.
func (v Value) AppendJSON(b []byte) []byte {
	switch v.kind {
	case kindBool:
		return strconv.AppendBool(b, v.num != 0)
	case kindInt:
		return strconv.AppendInt(b, v.num, 10)
	case kindString:
		q, err := json.Marshal(v.text)
		if err != nil { // a Go string always marshals
			panic(err)
		}
		return append(b, q...)
	case kindJSON:
		return append(b, v.text...)
	}
	return append(b, "null"...)
}

// String returns the canonical JSON text of v.
func (v Value) String() string { return string(v.AppendJSON(nil)) }

// MarshalJSON implements [json.Marshaler].
func (v Value) MarshalJSON() ([]byte, error) { return v.AppendJSON(nil), nil }

// UnmarshalJSON implements [json.Unmarshaler]. It brings the text to canonical form.
func (v *Value) UnmarshalJSON(b []byte) error {
	if n, err := strconv.ParseInt(string(b), 10, 64); err == nil {
		*v = Int(n)
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	var x any
	if err := d.Decode(&x); err != nil {
		return err
	}
	switch x := x.(type) {
	case nil:
		*v = Null
	case bool:
		*v = Bool(x)
	case string:
		*v = String(x)
	default:
		text, err := json.Marshal(x) // sorts object keys, drops white space
		if err != nil {
			return fmt.Errorf("value: %w", err)
		}
		*v = Value{kind: kindJSON, text: string(text)}
	}
	return nil
}
