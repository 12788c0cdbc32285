package history

import (
	"encoding/json"
	"iter"
	"strconv"
	"strings"
)

// elements yields the elements of v if it is an array, else nothing.
func (v Value) elements() iter.Seq[Value] {
	return func(yield func(Value) bool) {
		if v.kind != kindJSON || v.text[0] != '[' || v.text == "[]" {
			return
		}
		for rest := v.text; rest[0] != ']'; {
			end := canonicalEnd(rest[1:]) + 1
			if !yield(fromCanonical(rest[1:end])) {
				return
			}
			rest = rest[end:]
		}
	}
}

// Members yields the names and values of v if it is an object, else nothing.
func (v Value) Members() iter.Seq2[string, Value] {
	return func(yield func(string, Value) bool) {
		if v.kind != kindJSON || v.text[0] != '{' || v.text == "{}" {
			return
		}
		for rest := v.text; rest[0] != '}'; {
			colon := canonicalEnd(rest[1:]) + 1
			end := colon + 1 + canonicalEnd(rest[colon+1:])
			name, _ := fromCanonical(rest[1:colon]).AsString()
			if !yield(name, fromCanonical(rest[colon+1:end])) {
				return
			}
			rest = rest[end:]
		}
	}
}

// canonicalEnd returns the length of the first value of a canonical JSON text.
func canonicalEnd(s string) int {
	depth := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '"':
			for i++; s[i] != '"'; i++ {
				if s[i] == '\\' {
					i++
				}
			}
		case '[', '{':
			depth++
		case ']', '}':
			if depth == 0 {
				return i
			}
			depth--
		case ',', ':':
			if depth == 0 {
				return i
			}
		}
	}
	return len(s)
}

// fromCanonical returns the value of a canonical JSON text, sharing its memory.
func fromCanonical(s string) Value {
	switch s[0] {
	case 'n':
		return Null
	case 't':
		return Bool(true)
	case 'f':
		return Bool(false)
	case '"':
		return Value{kind: kindString, text: unquoteCanonical(s)}
	case '[', '{':
		return Value{kind: kindJSON, text: s}
	}
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return Int(n)
	}
	return Value{kind: kindJSON, text: s}
}

func unquoteCanonical(quoted string) string {
	inner := quoted[1 : len(quoted)-1]
	if strings.IndexByte(inner, '\\') < 0 {
		return inner
	}
	var s string
	if err := json.Unmarshal([]byte(quoted), &s); err != nil {
		panic("history: canonical text is not JSON: " + quoted)
	}
	return s
}
