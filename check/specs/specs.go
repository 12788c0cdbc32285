// Package specs holds the sequential objects that histories are most often
// checked against. Each is a small file and an example of how to define one's own.
//
// In all of them an operation that failed did not happen, and an operation
// whose completion carries no result where one is possible (an acknowledged
// add, say) is taken to have succeeded.
package specs

import (
	"fmt"

	"simrun/check"
	"simrun/history"
	"simrun/history/nearest"
)

// All lists the specifications, the simplest first.
var All = []check.Spec{
	Register, CASRegister, KV, MultiRegister, AppendList, Set, Queue, Stack,
	PriorityQueue, Lock, Counter, UniqueIDs, Log,
}

// ByName returns the specification of that name. The error lists the names there are.
func ByName(name string) (check.Spec, error) {
	names := make([]string, len(All))
	for i, s := range All {
		if s.Name() == name {
			return s, nil
		}
		names[i] = s.Name()
	}
	return nil, nearest.Unknown("specification", name, names)
}

// has returns an error if f is none of the operations of an object.
func has(f string, operations ...string) error {
	for _, o := range operations {
		if f == o {
			return nil
		}
	}
	return nearest.Unknown("operation", f, operations)
}

// want returns an error unless the condition holds: "cas takes [from, to], not 7".
func want(ok bool, verb, what string, got history.Value) error {
	if ok {
		return nil
	}
	return fmt.Errorf("%s %s, not %v", verb, what, got)
}

// knows reports whether the operation told its result, so that Step must compare it.
func knows(op history.Operation) bool { return op.Outcome != history.Info && !op.Output.IsNull() }

// isFlag reports whether v is absent or a boolean: the result of an operation
// that may tell whether it did something.
func isFlag(v history.Value) bool {
	_, ok := v.AsBool()
	return ok || v.IsNull()
}
