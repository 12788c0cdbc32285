package history

import (
	"fmt"
	"math/bits"
)

// field is a member of a record of a history, by the names that JSON and EDN
// files share.
type field uint

const (
	fieldIndex field = 1 << iota
	fieldTime
	fieldProcess
	fieldType
	fieldF
	fieldKey
	fieldValue
	fieldNode
	fieldError
	fieldUnknown field = 0
)

var fieldNames = []string{"index", "time", "process", "type", "f", "key", "value", "node", "error"}

// String returns the name of the lowest field of a set.
func (f field) String() string { return fieldNames[bits.TrailingZeros(uint(f))] }

// fieldOf returns the field with a name, or fieldUnknown.
func fieldOf(name []byte) field {
	switch string(name) { // does not allocate
	case "index":
		return fieldIndex
	case "time":
		return fieldTime
	case "process":
		return fieldProcess
	case "type":
		return fieldType
	case "f":
		return fieldF
	case "key":
		return fieldKey
	case "value":
		return fieldValue
	case "node":
		return fieldNode
	case "error":
		return fieldError
	}
	return fieldUnknown
}

// record is an event as it is in a file, with what the file left out.
type record struct {
	Event
	has     field     // set of the fields that are there
	keyKind valueKind // of the key, as it is there
	name    string    // of the process, if it has one other than nemesis
}

// set gives a field its value. It accepts what is common to all formats; a
// process that is not a number is the nemesis, as in Jepsen.
func (r *record) set(f field, v Value) error {
	if r.has&f != 0 {
		return fmt.Errorf("%v occurs twice", f)
	}
	r.has |= f
	var ok bool
	switch f {
	case fieldIndex:
		return r.setIndex(v)
	case fieldTime:
		n, ok := v.AsInt()
		if !ok {
			return fmt.Errorf("time is %s: it must be a whole number of nanoseconds", show(v))
		}
		r.Time = Time(n)
	case fieldProcess:
		return r.setProcess(v)
	case fieldType:
		return r.setType(v)
	case fieldF:
		if r.F, ok = v.AsString(); !ok {
			return fmt.Errorf("f is %s: it must be the name of an operation", show(v))
		}
	case fieldKey:
		r.Key, r.keyKind = textOf(v), v.kind
	case fieldValue:
		r.Value = v
	case fieldNode:
		r.Node = textOf(v)
	case fieldError:
		r.Error = textOf(v)
	}
	return nil
}

// setForeign is set for formats that are not ours: they may number events as
// they like, write null for what they do not know, and -1 for a time.
func (r *record) setForeign(f field, v Value) error {
	switch {
	case f == fieldUnknown, f == fieldIndex, f == fieldTime && v == Int(-1):
		return nil
	case v.IsNull() && f != fieldValue && f != fieldKey:
		return nil
	}
	return r.set(f, v)
}

func (r *record) setIndex(v Value) error {
	n, ok := v.AsInt()
	if !ok || int64(int(n)) != n {
		return fmt.Errorf("index is %s: it must be a whole number", show(v))
	}
	r.Index = int(n)
	return nil
}

func (r *record) setProcess(v Value) error {
	n, isInt := v.AsInt()
	name, isString := v.AsString()
	switch {
	case isString && name == "nemesis":
		r.Process = Nemesis
	case isString:
		r.Process, r.name = Nemesis, name
	case isInt && n >= 0:
		r.Process = Process(n)
	default:
		return fmt.Errorf("process is %s: it must be a whole number from 0, or nemesis", show(v))
	}
	return nil
}

func (r *record) setType(v Value) error {
	name, _ := v.AsString()
	for t, n := range typeNames {
		if n == name {
			r.Type = Type(t)
			return nil
		}
	}
	return fmt.Errorf("type is %s: it must be invoke, ok, fail or info%s", show(v), meant(name, typeNames[:]))
}

// need reports the first field of a set that the record lacks.
func (r *record) need(fields field) error {
	if missing := fields &^ r.has; missing != 0 {
		return fmt.Errorf("%v is missing", missing)
	}
	return nil
}

// textOf returns a string as it is, null as nothing, and anything else as JSON.
func textOf(v Value) string {
	if s, ok := v.AsString(); ok {
		return s
	}
	if v.IsNull() {
		return ""
	}
	return v.String()
}
