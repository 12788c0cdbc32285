package history

import (
	"fmt"
	"slices"
)

// SplitKeys splits the values of a history in which each value of a client is a
// pair of a key and a value, as jepsen.independent makes them. It returns a copy with
// the keys in [Event.Key] and the values in [Event.Value]. A fail or an info whose
// value is not such a pair keeps its value; for any other such event SplitKeys returns
// an [*Error].
//
// [Read] does the same if tags or the values themselves show that a file has such pairs.
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

// splitKey splits one event and returns what is wrong with it, or "". kinds holds
// the kind of value that each key was.
func (e *Event) splitKey(kinds map[string]valueKind) string {
	if e.Process == Nemesis {
		return ""
	}
	k, v, ok := e.Value.AsPair()
	if !ok {
		if e.Type == Fail || e.Type == Info {
			return ""
		}
		return fmt.Sprintf("value: expected a pair [key, value], got %s", show(e.Value))
	}
	name := textOf(k)
	if before, ok := kinds[name]; ok && before != k.kind {
		return fmt.Sprintf("key %q is a %v here, but was a %v before, and simrun compares keys as text", name, k.kind, before)
	}
	kinds[name] = k.kind
	e.Key, e.Value = name, v
	return ""
}

// independence detects histories of independent keys. In these every value of a
// client is a pair whose first part is a number or a string, and the second part of
// some invocation is nil, since a read of key k begins as [k nil]. A cas is also a
// pair, but it knows both parts; a transaction is a list of lists; and an event that
// names a key needs no splitting.
type independence struct {
	out     bool // the history is not one of independent keys
	telling bool // a [k nil] occurred
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

// looksIndependent reports whether events are a history of independent keys.
func looksIndependent(events []Event) bool {
	var w independence
	for i := range events {
		if w.see(&events[i]); w.out {
			return false
		}
	}
	return w.telling
}
