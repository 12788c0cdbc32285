package accounts

import (
	"fmt"
	"slices"
	"strings"

	"simrun/history"
)

// LWWMap asks whether each key of a map has, in the end, the value that was put with the greatest timestamp, of those that were
// acknowledged, or one that was put with an unknown result.
//
//	put x 7 → [130, 2]     get x → 7     final → {"x": 7}
//
// The result of a put is its timestamp, a list of integers that are compared one after the other. No two puts to a key have the same.
var LWWMap = Checker{
	Name:       "lww-map",
	Summary:    "the greatest timestamp wins: put → timestamp, get, final → {key: value}; replicas are equal in the end",
	operations: []string{"put", "get", final},
	accepts: func(op history.Operation) error {
		if op.Outcome != history.OK {
			return nil
		}
		switch op.F {
		case "put":
			return expected(isStamp(op.Output), "put result", "a timestamp: a list of integers", op.Output)
		case final:
			return expected(strings.HasPrefix(op.Output.String(), "{"), "final result", "an object", op.Output)
		}
		return nil
	},
	count: inTheEnd(countWriters),
}

func isStamp(v history.Value) bool {
	list, ok := v.AsList()
	for _, n := range list {
		_, isInt := n.AsInt()
		ok = ok && isInt
	}
	return ok && len(list) > 0
}

// earlier reports whether a timestamp is less than another.
func earlier(a, b history.Value) bool {
	x, _ := a.AsList()
	y, _ := b.AsList()
	return slices.CompareFunc(x, y, history.Value.Compare) < 0
}

// writers are the puts to a key.
type writers struct {
	key     string
	last    *history.Operation                   // with the greatest timestamp
	stamped map[history.Value]*history.Operation // by timestamp
	first   map[history.Value]int                // by value: the first invocation that may have put it
	unsure  map[history.Value]bool               // values that were put with an unknown result
}

func countWriters(e *ending) {
	by := map[string]*writers{}
	var order []*writers
	puts := 0
	for i := range e.l.ops {
		op := &e.l.ops[i]
		if op.F != "put" || op.Outcome == history.Fail {
			continue
		}
		w := by[op.Key]
		if w == nil {
			w = &writers{key: op.Key, stamped: map[history.Value]*history.Operation{}, first: map[history.Value]int{}, unsure: map[history.Value]bool{}}
			by[op.Key] = w
			order = append(order, w)
		}
		e.put(w, op)
		puts++
	}
	for i := range e.l.ops {
		if op := &e.l.ops[i]; op.F == "get" && op.Outcome == history.OK && !op.Output.IsNull() {
			w := by[op.Key]
			if begun, put := firstOf(w, op.Output); !put || begun > op.Complete {
				e.blame(fmt.Sprintf("the get by %s has %s = %s, and nobody had put that", e.l.by(op), op.Key, quoted(op.Output)), op.Invoke)
			}
		}
	}
	for _, op := range e.finals {
		there := map[string]history.Value{}
		for key, v := range op.Output.Members() {
			there[key] = v
			if by[key] == nil {
				e.blame(fmt.Sprintf("the final read by %s has %s = %s, and nobody had put that", e.l.by(op), key, quoted(v)), op.Invoke)
			}
		}
		for _, w := range order {
			e.winner(w, op, there[w.key])
		}
	}
	e.figure("puts", puts)
	e.figure("final reads", len(e.finals))
}

func firstOf(w *writers, v history.Value) (int, bool) {
	if w == nil {
		return 0, false
	}
	begun, ok := w.first[v]
	return begun, ok
}

// put notes a put.
func (e *ending) put(w *writers, op *history.Operation) {
	if _, known := w.first[op.Input]; !known {
		w.first[op.Input] = op.Invoke
	}
	if op.Outcome == history.Info {
		w.unsure[op.Input] = true
		return
	}
	if other := w.stamped[op.Output]; other != nil {
		e.blame(fmt.Sprintf("the puts to %s by %s and by %s got the same timestamp %s", w.key, e.l.by(other), e.l.by(op), quoted(op.Output)), other.Invoke, op.Invoke)
	}
	w.stamped[op.Output] = op
	if w.last == nil || earlier(w.last.Output, op.Output) {
		w.last = op
	}
}

// winner judges the value of a key in a final read; null if the key is not there.
func (e *ending) winner(w *writers, op *history.Operation, v history.Value) {
	if w.unsure[v] || w.last == nil && v.IsNull() || w.last != nil && v == w.last.Input {
		return
	}
	if w.last == nil {
		e.blame(fmt.Sprintf("the final read by %s has %s = %s, and nobody had put that", e.l.by(op), w.key, quoted(v)), op.Invoke)
		return
	}
	e.blame(fmt.Sprintf("the final read by %s has %s = %s, and %s, which was acknowledged to %s, has the greatest timestamp %s",
		e.l.by(op), w.key, quoted(v), quoted(w.last.Input), e.l.by(w.last), quoted(w.last.Output)), w.last.Invoke, op.Invoke)
}
