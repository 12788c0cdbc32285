package specs

import (
	"fmt"
	"slices"

	"simrun/check"
	"simrun/history"
	"simrun/internal/brief"
)

// KV is a key-value store. Each key (Operation.Key) is an object of its own. An
// absent key and the empty string both read as null.
//
//	get → "a"  (or read)     put "a"  (or write)     append "b"     cas ["a", "b"]     delete
var KV = check.Define(kvObject)

// KVWith is KV with further operations, which concern no key, change no value and end as they like: requests of an operator, for instance.
func KVWith(name, summary string, others ...string) check.Spec {
	o := kvObject
	o.Name, o.Summary, o.Rule = name, summary, nil // the rule reads all that is no read as a write
	other := func(op history.Operation) bool { return slices.Contains(others, op.F) }
	o.Partition = func(op history.Operation) string {
		if other(op) {
			return "requests"
		}
		return op.Key
	}
	o.Step = func(value history.Value, op history.Operation) (history.Value, bool) {
		if other(op) {
			return value, true
		}
		return kvObject.Step(value, op)
	}
	o.Accepts = func(op history.Operation) error {
		if other(op) {
			return nil
		}
		return kvObject.Accepts(op)
	}
	return check.Define(o)
}

var kvObject = check.Object[history.Value]{
	Name:    "kv",
	Summary: "values by key: get (read), put (write), append, cas [from, to], delete",
	Step: func(value history.Value, op history.Operation) (history.Value, bool) {
		switch op.F {
		case "put", "write":
			return present(op.Input), true
		case "delete":
			return history.Null, true
		case "append":
			tail, _ := op.Input.AsString()
			head, isText := value.AsString()
			return present(history.String(head + tail)), isText || value.IsNull()
		case "cas":
			from, to, _ := op.Input.AsPair()
			op.Input = history.List(present(from), present(to))
			if op.Outcome == history.Fail { // it carries what it found
				op.Output = present(op.Output)
			}
			return stepCAS(value, op)
		}
		return value, op.Outcome == history.Info || present(op.Output) == value
	},
	Accepts: func(op history.Operation) error {
		switch op.F {
		case "cas":
			return acceptsCAS(op)
		case "append":
			if _, ok := op.Input.AsString(); !ok {
				return fmt.Errorf("append argument: expected a string, got %s", brief.Middle(op.Input.String(), maxShown))
			}
			return nil
		}
		return has(op.F, "get", "read", "put", "write", "append", "cas", "delete")
	},
	Observes:   casFound,
	Contradict: contradictKV,
	Rule:       kvRule,
	Touches: func(op history.Operation) ([]history.Value, bool) {
		switch op.F {
		case "get", "read":
			if op.Outcome == history.Info {
				return nil, true
			}
			return []history.Value{present(op.Output)}, true
		case "put", "write":
			return []history.Value{present(op.Input)}, true
		case "delete":
			return []history.Value{history.Null}, true
		case "append":
			return nil, false
		}
		values, ok := touchesCAS(op)
		for i := range values {
			values[i] = present(values[i])
		}
		return values, ok
	},
	DescribeOperation: describeRegister,
	Explain:           explainRegister,
}

// present returns null for the empty string, which is the same as an absent value.
func present(v history.Value) history.Value {
	if s, ok := v.AsString(); ok && s == "" {
		return history.Null
	}
	return v
}
