// Package rules holds what the polynomial linearizability rules below it
// share: their input, their result, and the order of a history's events.
//
// A rule decides the history of one object of one type (register, set,
// queue, stack, priority queue) exactly, provided that the history is
// unambiguous: every operation that adds a value adds a different one. The
// general question is NP-complete (Gibbons & Korach, "Testing shared
// memories", SIAM J. Comput. 1997); with distinct values it is linear or
// nearly so. A rule that cannot be exact says so, and never guesses.
//
// The rules know nothing of clients, keys or JSON: they read operations
// over small integers, so that a caller may map any history onto them.
package rules

import "math"

// Never is the return position of a pending operation: one that may have taken
// effect at any time after its call, or not at all.
const Never int32 = math.MaxInt32

// None is a value that no operation carries, and an operation that is not there.
const None int32 = -1

// Kind says what an operation does. Each rule defines its own kinds.
type Kind uint8

// Op is one operation of a history.
//
// Call and Ret are positions in the one total order of the history's events:
// with n operations of which p are pending they are the integers 0 to 2n-p-1,
// each used once, and Call < Ret. Events at equal times have been put in order
// by the caller, calls before returns.
//
// Value and From are values of the object, renamed to dense integers from 0.
// Only equality matters, except in the priority queue.
type Op struct {
	Call, Ret   int32
	Value, From int32
	Kind        Kind
}

// Pending reports whether op never completed.
func (op *Op) Pending() bool { return op.Ret == Never }

// Answer is what a rule says of a history.
type Answer uint8

const (
	// NotApplicable: the history is not one that the rule is exact for; Why says what is in the way.
	NotApplicable Answer = iota
	// Linearizable: Order is the proof.
	Linearizable
	// Violation: Core is the proof.
	Violation
	// Undecided: the history is the rule's, but its conditions are not complete for it; Why says which.
	Undecided
)

// String returns the name of o.
func (o Answer) String() string {
	switch o {
	case Linearizable:
		return "linearizable"
	case Violation:
		return "violation"
	case Undecided:
		return "undecided"
	}
	return "not applicable"
}

// Role says what one operation does in a bad pattern.
type Role struct {
	Name string
	Op   int32 // index in the input
}

// Result is an outcome with its certificate. Operations are named by their
// index in the input.
type Result struct {
	Answer Answer

	// Order, if linearizable, is an order of linearization. It holds every
	// completed operation, and those pending ones that took effect.
	Order []int32

	// Core, if a violation, is a small set of operations, by call, that has no
	// linearization by itself, whatever the operations outside it did: these
	// may be left out, since each either changes nothing or adds and removes
	// values that the core does not speak of.
	Core []int32
	// Relaxed are those members of Core (CAS, in a register) whose condition
	// plays no part: with them taken as plain writes of their new value, the
	// core still has no linearization. Their old value is foreign to the core.
	Relaxed []int32
	// Pattern names the bad pattern, and Roles who plays which part in it. The
	// operations in Roles are members of Core; Core may hold more.
	Pattern string
	Roles   []Role
	// Last is the position of the core's last event: with the results known
	// then the core was complete. Another violation may be older.
	Last int32

	// Why, if not applicable or undecided, is the reason, as a sentence.
	Why string
}

// Reject returns the result of a history that a rule is not exact for.
func Reject(why string) Result { return Result{Answer: NotApplicable, Why: why} }

// Events returns the operation at each position of the history's order of
// events, or the reason why ops is not in the form that [Op] demands. Values
// must lie in [0, 2*len(ops)+1) or be [None].
func Events(ops []Op) (at []int32, values int32, why string) {
	n := len(ops)
	if n > math.MaxInt32/4 {
		return nil, 0, "the history has too many operations for positions of 32 bits"
	}
	total := 2 * n
	for i := range ops {
		if ops[i].Ret == Never {
			total--
		}
	}
	at = make([]int32, total)
	last := int32(total)
	most := None
	for i := range ops {
		op := &ops[i]
		if op.Call < 0 || op.Call >= last || op.Ret <= op.Call || (op.Ret >= last && op.Ret != Never) {
			return nil, 0, "a position of an event is outside the history"
		}
		at[op.Call] = int32(i) + 1
		if op.Ret != Never {
			at[op.Ret] = int32(i) + 1
		}
		most = max(most, op.Value, op.From)
		if op.Value < None || op.From < None {
			return nil, 0, "a value is negative"
		}
	}
	for p := range at {
		if at[p]--; at[p] < 0 {
			return nil, 0, "two events share a position"
		}
	}
	if int(most) > 2*n {
		return nil, 0, "the values are not dense"
	}
	return at, most + 1, ""
}
