package history

import (
	"fmt"
	"math/bits"
)

// field is a member of a record of a history. JSON and EDN files use the same names.
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
	fieldClient
	fieldUnknown field = 0
)

var fieldNames = []string{"index", "time", "process", "type", "f", "key", "value", "node", "error", "client"}

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
	case "client":
		return fieldClient // of foreign formats, in place of process
	}
	return fieldUnknown
}

// record is an event as a file has it, which may lack fields.
type record struct {
	Event
	has     field     // set of the fields that the file has
	keyKind valueKind // kind of value that the key is in the file
	name    string    // of the process, if it has one other than nemesis
}

// set sets a field. It accepts what all formats allow; a process that is not a
// number is the nemesis, as in Jepsen.
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
			return fmt.Errorf("time: expected a whole number of nanoseconds, got %s", show(v))
		}
		r.Time = Time(n)
	case fieldProcess, fieldClient:
		return r.setProcess(v)
	case fieldType:
		return r.setType(v)
	case fieldF:
		if r.F, ok = v.AsString(); !ok {
			return fmt.Errorf("f: expected the name of an operation, got %s", show(v))
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

// setForeign is set for foreign formats: they may number events in any way, and write
// null for an unknown field or -1 for an unknown time.
func (r *record) setForeign(f field, v Value) error {
	switch {
	case f == fieldUnknown, f == fieldIndex, f == fieldTime && v == Int(-1):
		return nil
	case f == fieldClient && r.has&fieldProcess != 0:
		return nil
	case f == fieldProcess && r.has&fieldClient != 0:
		r.Process, r.name = 0, ""
	case v.IsNull() && f != fieldValue && f != fieldKey:
		return nil
	}
	return r.set(f, v)
}

func (r *record) setIndex(v Value) error {
	n, ok := v.AsInt()
	if !ok || int64(int(n)) != n {
		return fmt.Errorf("index: expected a whole number, got %s", show(v))
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
		return fmt.Errorf("process: expected a whole number from 0 or \"nemesis\", got %s", show(v))
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
	return fmt.Errorf("type: expected invoke, ok, fail or info, got %s%s", show(v), meant(name, typeNames[:]))
}

// need returns an error for the first field of a set that the record lacks.
func (r *record) need(fields field) error {
	if missing := fields &^ r.has; missing != 0 {
		return fmt.Errorf("%v is missing", missing)
	}
	return nil
}

// textOf returns a string as it is, null as "", and anything else as JSON text.
func textOf(v Value) string {
	if s, ok := v.AsString(); ok {
		return s
	}
	if v.IsNull() {
		return ""
	}
	return v.String()
}
