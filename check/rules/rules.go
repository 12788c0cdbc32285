// Package rules holds what the polynomial linearizability rules below it
// share: their input, their result, and the order of a history's events.
//
// A rule decides the history of one object of one type (register, set,
// queue, stack, priority queue) exactly, provided that the history is
// unambiguous: every operation that adds a value adds a different one. The
// general question is NP-complete (Gibbons & Korach, "Testing shared
// memories", SIAM J. Comput. 1997); with distinct values it takes linear or
// nearly linear time. A rule that cannot be exact says so, and never guesses.
//
// The rules do not depend on clients, keys or JSON: they read operations over
// small integers, so that a caller can map any history onto them.
package rules

import "math"

// Never is the return position of a pending operation: one that may have taken
// effect at any time after its call, or not at all.
const Never int32 = math.MaxInt32

// None means "no value" or "no operation".
const None int32 = -1

// Kind is what an operation does. Each rule defines its own kinds.
type Kind uint8

// Op is one operation of a history.
//
// Call and Ret are positions in the total order of the history's events: with n
// operations of which p are pending, they are the integers 0 to 2n-p-1, each used
// once, and Call < Ret. The caller orders events at equal times, calls before
// returns.
//
// Value and From are values of the object, numbered densely from 0. Only their
// equality matters, except in the priority queue.
type Op struct {
	Call, Ret   int32
	Value, From int32
	Kind        Kind
}

// Pending reports whether op never completed.
func (op *Op) Pending() bool { return op.Ret == Never }

// Answer is the result of a rule for a history.
type Answer uint8

const (
	// NotApplicable: the rule is not exact for the history; Why says why not.
	NotApplicable Answer = iota
	// Linearizable: Order is the proof.
	Linearizable
	// Violation: Core is the proof.
	Violation
	// Undecided: the rule applies to the history, but its conditions do not decide it; Why says why not.
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

// Role is the part that one operation plays in a bad pattern.
type Role struct {
	Name string
	Op   int32 // index in the input
}

// Result is an outcome with its certificate. Operations are indices of the input.
type Result struct {
	Answer Answer

	// Order is an order of linearization, if there is one. It has every completed
	// operation, and the pending ones that took effect.
	Order []int32

	// Core is the proof of a violation: a small set of operations, in order of call,
	// that has no linearization by itself, whatever the other operations did. Those may
	// be left out, since each changes nothing, or adds and removes values that the
	// core is not about.
	Core []int32
	// Relaxed lists the members of Core (CAS of a register) whose condition plays no
	// part: if they are plain writes of their new value, the core still has no
	// linearization. The core is not about their old value.
	Relaxed []int32
	// Pattern is the name of the bad pattern, and Roles are the operations in it. Every
	// operation in Roles is in Core; Core may have more.
	Pattern string
	Roles   []Role
	// Last is the position of the core's last event. The history may have an earlier
	// violation.
	Last int32

	// Why is the reason, as a sentence, why the rule is not applicable or undecided.
	Why string
}

// Reject returns the result for a history that a rule is not exact for.
func Reject(why string) Result { return Result{Answer: NotApplicable, Why: why} }

// Events returns the operation at each position of the history's order of events, and
// the number of values; or, in why, the reason why ops does not have the form that
// [Op] demands. Values must be in [0, 2*len(ops)+1) or be [None].
func Events(ops []Op) (at []int32, values int32, why string) {
	n := len(ops)
	if n > math.MaxInt32/4 {
		return nil, 0, "the history has too many operations for 32-bit positions"
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
