// Package stack decides in O(n log n) time whether the history of a stack is
// linearizable, if every value is pushed at most once.
//
// # The rule
//
// A value is certainly on the stack from the return of its push to the call of
// its pop, open at both ends: its critical interval, if there is one; if not, it
// can come and go in one instant and is in nobody's way. Where critical
// intervals overlap in a row, the stack is never empty from the first instant of
// the row to its last, so that one value is at the bottom all that time: one
// whose push began before the row and whose pop ended after it. If there is such
// a value, any of them will do, since taking it out of a linearization and
// putting it at the bottom leaves a linearization. It is then put aside, the
// rest of its row falls into shorter rows, and so on; if there is none, the row
// has no linearization. A pop that found the stack empty needs an instant at
// which no critical interval of the whole history holds it. (Lee & Mathur,
// "Efficient decrease-and-conquer linearizability monitoring", arXiv 2410.04581,
// take values away in the same manner; Abdulla et al., PLDI 2025.)
//
// # What is derived here
//
// The search for the value at the bottom: as rows only shrink, a value whose
// push began before its row keeps that property, so that each value enters the
// choice once, and the one of the latest pop is taken.
//
// A pending push took effect exactly if its value was popped. A pending pop may
// have taken any value that no other operation took. If none of them is needed,
// or if all of them together, each used as often as one likes, are not enough,
// the answer is certain. Between the two a search gives pending pops to values
// that are in the way, first by the times at which these must be gone, and then
// one by one in every way, until the budget for that is spent: undecided.
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
	// PoppedTwice: "first" and "second" both took what was pushed once.
	PoppedTwice = "value popped twice"
	// TooEarly: "pop" got the value of "push" and ended before that began.
	TooEarly = "value popped before its push"
	// Crossed: without a break one or another value of a "push" was on the stack, from the first of these to
	// the last of their "pop"s, but none of them can have been below all others.
	Crossed = "values popped in an order that no stack has"
	// NotEmpty: "reader" found nothing, though at each instant of its time some value of an "in" was on the stack.
	NotEmpty = "found empty while it was not"
	// Unexplained: no choice of values for the pending pops explains the results of all others.
	Unexplained = "no choice of values for the pending pops fits"
)

// Check decides the history ops of a stack that is empty at first. It takes
// O(n log n) time for n operations. It is not applicable if two operations push
// the same value, and undecided as the package comment says.
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

// value is what the history says of one value.
type value struct {
	push, pop int32 // operations, or None; pop is a completed one
	taken     int32 // what took it: pop, or the pending pop that is supposed to, or None
}

type history struct {
	ops     []rules.Op
	at      []int32 // operation by position of event
	values  []value
	pending []int32 // pending pops, by call

	instants []int32 // of operations, where given
	bottoms  []int32 // values with a critical interval, in the order in which they were put aside
}

// there reports whether v was certainly on the stack at some time.
func (h *history) there(v *value) bool {
	return v.push != rules.None && (!h.ops[v.push].Pending() || v.pop != rules.None)
}

// critical returns the ends of v's critical interval: Never if it stays.
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
			return "an operation is not one of a stack's"
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

// findPops finds the pop of each value, the violations that concern one value
// alone, and the pending pops.
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
