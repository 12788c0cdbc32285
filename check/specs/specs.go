// Package specs holds the sequential objects that histories are most often
// checked against. Each is a small file and an example of how to define your own.
//
// In all of them an operation that failed did not happen, and an operation that
// completed without the result it could have (an acknowledged add, say) counts as
// successful.
package specs

import (
	"fmt"

	"simrun/check"
	"simrun/history"
	"simrun/history/nearest"
	"simrun/internal/brief"
)

// All lists the specifications, simplest first.
var All = []check.Spec{
	Register, CASRegister, KV, Consensus, MultiRegister, MultiList, AppendList, Set, Queue, Stack,
	PriorityQueue, Mutex, Lock, Lease, Semaphore, Counter, UniqueIDs, Log, Bank,
}

// ByName returns the specification with a name. The error for an unknown name lists all
// names and suggests the nearest.
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

// has returns an error if f is not one of the operations of an object.
func has(f string, operations ...string) error {
	for _, o := range operations {
		if f == o {
			return nil
		}
	}
	return nearest.Unknown("operation", f, operations)
}

// want returns an error unless ok: "cas argument: expected [from, to], got 7".
func want(ok bool, where, what string, got history.Value) error {
	if ok {
		return nil
	}
	return fmt.Errorf("%s: expected %s, got %s", where, what, brief.Middle(got.String(), maxShown))
}

// knows reports whether the operation has a result that Step must compare.
func knows(op history.Operation) bool { return op.Outcome != history.Info && !op.Output.IsNull() }

// isElements reports whether v is a list; null is the empty one, as in Jepsen.
func isElements(v history.Value) bool {
	_, isList := v.AsList()
	return isList || v.IsNull()
}

// isFlag reports whether v is absent or a boolean: the result of an operation that
// may say whether it changed something.
func isFlag(v history.Value) bool {
	_, ok := v.AsBool()
	return ok || v.IsNull()
}

// maxShown bounds the bytes of a value in an error.
const maxShown = 60
