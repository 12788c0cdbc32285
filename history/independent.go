package history

import "fmt"

// SplitKeys returns a history in which each value of a client is a pair of a
// key and a value, as jepsen.independent makes them, with the keys in
// [Event.Key] and the values in [Event.Value]. A completion that is no such pair
// keeps its value if it is a fail or an info; any other event that is none is an [*Error].
//
// [Read] does so by itself where a file says or shows that its values are such pairs.
func SplitKeys(events []Event) ([]Event, error) {
	split := make([]Event, len(events))
	copy(split, events)
	if err := splitKeys(split, make(map[string]valueKind)); err != nil {
		return nil, err
	}
	return split, nil
}

// splitKeys splits events in place. The map holds what each key was.
func splitKeys(events []Event, kinds map[string]valueKind) *Error {
	for i := range events {
		e := &events[i]
		if e.Process == Nemesis {
			continue
		}
		k, v, ok := e.Value.AsPair()
		if !ok {
			if e.Type == Fail || e.Type == Info {
				continue
			}
			return &Error{Index: i, Reason: fmt.Sprintf("the value %s is no pair of a key and a value", clip([]byte(e.Value.String())))}
		}
		name := textOf(k)
		if before, ok := kinds[name]; ok && before != k.kind {
			return &Error{Index: i, Reason: fmt.Sprintf("key %q is a %v here, but was a %v before", name, k.kind, before)}
		}
		kinds[name] = k.kind
		e.Key, e.Value = name, v
	}
	if err := Validate(events); err != nil {
		return err.(*Error)
	}
	return nil
}

// looksIndependent reports whether a history can only be one of independent
// keys: every value of a client is a pair that begins with a number or a
// string, and some invocation does not know the second part yet: [k nil] is
// how a read of key k begins. A cas is a pair too, but of two known parts; a
// transaction is a list of lists.
func looksIndependent(events []Event) bool {
	telling := false
	for i := range events {
		e := &events[i]
		if e.Process == Nemesis {
			continue
		}
		k, v, ok := e.Value.AsPair()
		if !ok && e.Value.IsNull() && (e.Type == Fail || e.Type == Info) {
			continue // a crashed client may have lost the key
		}
		if !ok || k.kind != kindInt && k.kind != kindString || e.F == "txn" || e.Key != "" {
			return false
		}
		telling = telling || e.Type == Invoke && v.IsNull()
	}
	return telling
}
