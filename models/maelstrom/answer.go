package maelstrom

import (
	"errors"
	"fmt"
	"strconv"

	"simrun/history"
	"simrun/internal/brief"
)

// result reads the answer to a request. The error is a [failure] if the node answered that it failed; any other says what is wrong with the answer.
func (w *workload) result(asked, body []byte) (history.Value, error) {
	question, err := valueOf(asked)
	if err != nil {
		return history.Null, err
	}
	v, err := valueOf(body)
	if err != nil {
		return history.Null, err
	}
	a := w.answers[text(question, "type")]
	switch kind := text(v, "type"); kind {
	case "error":
		code, _ := v.Field("code")
		n, ok := code.AsInt()
		if !ok {
			return history.Null, errors.New(`an error needs an integer "code"`)
		}
		return history.Null, failure{n, brief.Middle(text(v, "text"), 200)}
	case a.kind:
	default:
		return history.Null, fmt.Errorf("the answer to %s has the type %s, not %s", text(question, "type"), a.kind, strconv.Quote(kind))
	}
	if a.read == nil {
		return history.Null, nil
	}
	return a.read(question, v)
}

// text is a member that is a text; "" if there is none.
func text(v history.Value, name string) string {
	member, _ := v.Field(name)
	s, _ := member.AsString()
	return s
}

// member reads one member of an answer, which must be as a function says.
func member(name string, is func(history.Value) (what string, ok bool)) func(_, body history.Value) (history.Value, error) {
	return func(_, body history.Value) (history.Value, error) {
		v, there := body.Field(name)
		if !there {
			return history.Null, fmt.Errorf("it lacks %q", name)
		}
		if what, ok := is(v); !ok {
			return history.Null, fmt.Errorf("its %q must be %s", name, what)
		}
		return v, nil
	}
}

func anything(history.Value) (string, bool)    { return "", true }
func something(v history.Value) (string, bool) { return "a value", !v.IsNull() }

func aList(v history.Value) (string, bool) {
	_, ok := v.AsList()
	return "a list", ok
}

func anInteger(v history.Value) (string, bool) {
	_, ok := v.AsInt()
	return "an integer", ok
}

// object reads an object: the members of name, of which each must be as a function says.
func object(name string, is func(history.Value) (what string, ok bool)) func(_, body history.Value) (history.Value, error) {
	return func(_, body history.Value) (history.Value, error) {
		v, there := body.Field(name)
		if _, err := valueOf([]byte(v.String())); !there || err != nil || v.String()[0] != '{' {
			return history.Null, fmt.Errorf("its %q must be an object", name)
		}
		for key, each := range v.Members() {
			if what, ok := is(each); !ok {
				return history.Null, fmt.Errorf("the %q of %s must be %s", name, strconv.Quote(key), what)
			}
		}
		return v, nil
	}
}
