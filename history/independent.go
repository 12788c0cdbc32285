package history

import (
	"fmt"
	"slices"
)

// SplitKeys returns a history in which each value of a client is a pair of a
// key and a value, as jepsen.independent makes them, with the keys in
// [Event.Key] and the values in [Event.Value]. A completion that is not such a pair
// keeps its value if it is a fail or an info; any other event without such a value is an [*Error].
//
// [Read] does so by itself where a file says or shows that its values are such pairs.
func SplitKeys(events []Event) ([]Event, error) {
	split := slices.Clone(events)
	if err := splitKeys(split, nil); err != nil {
		return nil, err
	}
	return split, nil
}

// splitKeys splits events in place. Where lines is not nil, event i is from line lines[i].
func splitKeys(events []Event, lines []int32) *Error {
	kinds := make(map[string]valueKind)
	v := newValidator("event")
	if lines != nil {
		v.unit = "line"
	}
	for i := range events {
		at := i
		if lines != nil {
			at = int(lines[i])
		}
		reason := events[i].splitKey(kinds)
		if reason == "" {
			reason = v.next(&events[i], at)
		}
		switch {
		case reason == "":
		case lines == nil:
			return &Error{Index: i, Reason: reason}
		default:
			return &Error{Line: at, Index: i, Reason: reason}
		}
	}
	return nil
}

// splitKey splits one event and returns what is wrong with it, or nothing. The
// map holds what each key was.
func (e *Event) splitKey(kinds map[string]valueKind) string {
	if e.Process == Nemesis {
		return ""
	}
	k, v, ok := e.Value.AsPair()
	if !ok {
		if e.Type == Fail || e.Type == Info {
			return ""
		}
		return fmt.Sprintf("the value %s is not a pair of a key and a value", show(e.Value))
	}
	name := textOf(k)
	if before, ok := kinds[name]; ok && before != k.kind {
		return fmt.Sprintf("key %q is a %v here, but was a %v before, and simrun names keys by their text", name, k.kind, before)
	}
	kinds[name] = k.kind
	e.Key, e.Value = name, v
	return ""
}

// independence watches whether a history can only be one of independent keys:
// every value of a client is a pair that begins with a number or a string, and
// some invocation does not know the second part yet: [k nil] is how a read of
// key k begins. A cas is a pair too, but of two known parts; a transaction is a
// list of lists; and an event that names a key has it already.
type independence struct {
	out     bool // it is something else
	telling bool // there was a [k nil]
}

func (w *independence) see(e *Event) {
	if w.out || e.Process == Nemesis {
		return
	}
	k, v, ok := e.Value.AsPair()
	if !ok && e.Value.IsNull() && (e.Type == Fail || e.Type == Info) {
		return // a crashed client may have lost the key
	}
	w.out = !ok || k.kind != kindInt && k.kind != kindString || e.F == "txn" || e.Key != ""
	w.telling = w.telling || e.Type == Invoke && v.IsNull()
}

// looksIndependent reports whether the whole history is so.
func looksIndependent(events []Event) bool {
	var w independence
	for i := range events {
		if w.see(&events[i]); w.out {
			return false
		}
	}
	return w.telling
}
