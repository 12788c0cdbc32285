// Package check decides whether a history is linearizable, and proves what it says.
//
// [Linearizable] is the way in: it takes a specification ([Spec], from package
// specs or made with [Define]) and the events of a history, and returns a
// [Verdict] with its certificate.
package check

import (
	"fmt"

	"simrun/history"
)

// Outcome is the answer to the question whether a history is linearizable.
type Outcome uint8

const (
	Unknown   Outcome = iota // the budget was spent; Reason says on what
	Valid                    // Witness is an order of linearization
	Violation                // Core is a minimal set of operations that has none
)

// String returns "unknown", "valid" or "violation".
func (o Outcome) String() string {
	switch o {
	case Valid:
		return "valid"
	case Violation:
		return "violation"
	}
	return "unknown"
}

// MarshalJSON writes an outcome as Jepsen does: true, false or "unknown".
func (o Outcome) MarshalJSON() ([]byte, error) {
	switch o {
	case Valid:
		return []byte("true"), nil
	case Violation:
		return []byte("false"), nil
	}
	return []byte(`"unknown"`), nil
}

// UnmarshalJSON reads what [Outcome.MarshalJSON] writes.
func (o *Outcome) UnmarshalJSON(b []byte) error {
	switch string(b) {
	case "true":
		*o = Valid
	case "false":
		*o = Violation
	case `"unknown"`:
		*o = Unknown
	default:
		return fmt.Errorf(`valid is %s: expected true, false or "unknown"`, b)
	}
	return nil
}

// Worse is the outcome that outranks the other: a violation, then unknown.
func (o Outcome) Worse(p Outcome) Outcome {
	if o == Violation || p == Violation {
		return Violation
	}
	return min(o, p)
}

// Verdict is an outcome with its certificate.
type Verdict struct {
	Outcome Outcome
	Spec    string // name of the specification
	Engine  string // which engine decided
	Reason  string // one sentence for a person: why it is a violation, or why unknown
	Key     string // of a violation or unknown: the object that it is about

	// Witness, if valid, is an order of linearization, as indices of
	// invocations in the history. Operations that took no effect are absent.
	Witness []int
	// Core, if a violation, are indices of invocations in the history, in
	// order: a minimal set of operations that cannot be linearized, whichever of
	// Optional took effect. Each member is necessary: were it absent, or, if it
	// changes the state, were it not known to have taken effect by its
	// completion, there would be an order: Minimal says whether that was shown.
	Core []int
	// Optional, if a violation, are further operations, as indices of invocations
	// in order, that change the state and are not known to have taken effect
	// at any given time: they never completed, or nothing depends on when they
	// did. The core has no order even if any of them takes effect at any
	// time after its invocation, or never.
	Optional []int
	// Inevitable, if a violation, is the index of the earliest event of the history
	// after which no continuation can be linearized; otherwise -1.
	Inevitable int
	// About, if not nil, are one or two values of the object that the core is about: what its operations say of other values
	// plays no part in it ([Projection]).
	About []history.Value
	// Minimal, if a violation, tells that each member of the core was shown to be necessary. Otherwise the core may be larger than
	// need be: explaining has a budget of steps, some twenty times those of deciding.
	Minimal bool
	// Confirmed, if a violation, tells that porcupine found no order for the
	// core either, within the budget.
	Confirmed bool
	// Steps is what was spent of the budget to decide, over all objects.
	Steps int64
}

// Options bound and steer a check. The zero value is right for most.
type Options struct {
	Engine string // "auto" (or empty), or the name of one of [Engines]
	Budget int64  // steps at most for each object; 0: [DefaultBudget]. Steps are the same on every machine.

	// AllowEmpty makes a history in which no operation completed valid, instead of unknown.
	AllowEmpty bool

	// Who names a process in sentences: "c3". Nil: "process 3".
	Who func(history.Process) string
}

// DefaultBudget is how many steps are spent on one object at most, unless
// Options say otherwise: some seconds' worth.
const DefaultBudget = 50_000_000
