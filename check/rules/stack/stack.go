// Package stack decides in O(n log n) time whether the history of a stack is
// linearizable, if every value is pushed at most once.
//
// # The rule
//
// A value is certainly on the stack from the return of its push to the call of its
// pop, exclusive: this is its critical interval. A value without one can come and go
// in one instant and blocks no other. A row is a set of critical intervals that
// overlap without a gap. From the start of a row to its end the stack is never empty,
// so some value is at the bottom all that time: its push began before the row and
// its pop ended after it. Any such value will do, since it can be moved to the bottom
// in every linearization. It is then removed, the rest of its row splits into shorter
// rows, and so on. If there is no such value, the row has no linearization. A pop that
// found the stack empty needs an instant that is in no critical interval of the
// history. (Lee & Mathur, "Efficient decrease-and-conquer linearizability
// monitoring", arXiv 2410.04581, remove values in the same way; Abdulla et al., PLDI
// 2025.)
//
// # What is derived here
//
// The search for the value at the bottom: rows only shrink, so a value whose push
// began before its row keeps that property. Each value therefore becomes a candidate
// once, and the candidate with the latest pop is taken.
//
// A pending push took effect exactly if its value was popped. A pending pop may
// have taken any value that no other operation took. If no pending pop is needed, or
// if all of them together are not enough even when each may take any number of
// values, the answer is certain. In between, a search gives pending pops to values
// that block others: first by the times by which these must be gone, then in every
// possible way, until its budget is spent and the history is undecided.
package stack

import "simrun/check/rules"

// The operations of a stack.
const (
	Push  rules.Kind = iota // put Value on top
	Pop                     // took Value from the top; if pending, Value is rules.None
	Empty                   // found nothing on the stack
)

// Patterns of violation, and the roles in them.
const (
	// ThinAir: "pop" got a value that nobody pushed.
	ThinAir = "value from thin air"
	// PoppedTwice: "first" and "second" both took a value that was pushed once.
	PoppedTwice = "value popped twice"
	// TooEarly: "pop" got the value of "push" and ended before that began.
	TooEarly = "value popped before its push"
	// Crossed: from the first "push" to the last "pop" at least one of the values was on the stack, but none of
	// them can have been below all others.
	Crossed = "values popped in an order that no stack has"
	// NotEmpty: "reader" found nothing, though at each instant of its time some value of an "in" was on the stack.
	NotEmpty = "found empty while it was not"
	// Unexplained: no choice of values for the pending pops explains the results of all others.
	Unexplained = "no choice of values for the pending pops fits"
)

// Check decides the history ops of a stack that is initially empty. It takes
// O(n log n) time for n operations. It is not applicable if two operations push
// the same value. The package comment says when it is undecided.
func Check(ops []rules.Op) rules.Result {
	at, n, why := rules.Events(ops)
	if why != "" {
		return rules.Reject(why)
	}
	h := &history{ops: ops, at: at, values: make([]value, n)}
	if why := h.findPushes(); why != "" {
		return rules.Reject(why)
	}
	if bad := h.findPops(); bad != nil {
		return *bad
	}
	bad := h.place()
	if bad == nil {
		return h.arrange()
	}
	if len(h.pending) > 0 {
		return h.choose(bad)
	}
	return h.explain(bad)
}

// value is what the history says about one value.
type value struct {
	push, pop int32 // operations, or None; pop is a completed one
	taken     int32 // what took it: pop, or the pending pop that was chosen for it, or None
}

type history struct {
	ops     []rules.Op
	at      []int32 // operation by position of event
	values  []value
	pending []int32 // pending pops, in order of call

	instants []int32 // by operation, where known
	bottoms  []int32 // values with a critical interval, in the order in which they were removed
}

// there reports whether v was certainly on the stack at some time.
func (h *history) there(v *value) bool {
	return v.push != rules.None && (!h.ops[v.push].Pending() || v.pop != rules.None)
}

// critical returns the ends of v's critical interval. The end is Never if v stays.
func (h *history) critical(v *value) (start, end int32) {
	push := &h.ops[v.push]
	if v.taken == rules.None {
		return push.Ret, rules.Never
	}
	pop := &h.ops[v.taken]
	return min(push.Ret, pop.Ret), max(push.Call, pop.Call)
}

func (h *history) violated(pattern string, roles []rules.Role, more ...int32) *rules.Result {
	r := rules.Violated(h.ops, pattern, roles, more...)
	return &r
}

func (h *history) findPushes() string {
	for v := range h.values {
		h.values[v] = value{push: rules.None, pop: rules.None, taken: rules.None}
	}
	for i := range h.ops {
		op := &h.ops[i]
		switch {
		case op.Kind > Empty:
			return "an operation has a kind that stacks do not have"
		case op.Kind == Empty || op.Pending() && op.Kind == Pop:
			continue
		case op.Value == rules.None:
			return "an operation has no value"
		case op.Kind == Push:
			if h.values[op.Value].push != rules.None {
				return "two operations push the same value"
			}
			h.values[op.Value].push = int32(i)
		}
	}
	return ""
}

// findPops finds the pop of each value and the pending pops. It returns a violation
// that concerns one value alone, or nil.
func (h *history) findPops() *rules.Result {
	for i := range h.ops {
		op := &h.ops[i]
		if op.Pending() || op.Kind != Pop {
			continue
		}
		v := &h.values[op.Value]
		pop := rules.Role{Name: "pop", Op: int32(i)}
		switch {
		case v.push == rules.None:
			return h.violated(ThinAir, []rules.Role{pop})
		case op.Ret < h.ops[v.push].Call:
			return h.violated(TooEarly, []rules.Role{{Name: "push", Op: v.push}, pop})
		case v.pop != rules.None:
			return h.violated(PoppedTwice, []rules.Role{{Name: "first", Op: v.pop}, {Name: "second", Op: int32(i)}}, v.push)
		}
		v.pop, v.taken = int32(i), int32(i)
	}
	for p, i := range h.at {
		if op := &h.ops[i]; op.Kind == Pop && op.Pending() && op.Call == int32(p) {
			h.pending = append(h.pending, i)
		}
	}
	return nil
}
