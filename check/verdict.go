// Package check decides whether a history is linearizable and proves its verdict.
//
// [Linearizable] takes a specification ([Spec], from package specs or made with
// [Define]) and the events of a history, and returns a [Verdict] with its
// certificate.
package check

import (
	"fmt"

	"simrun/history"
)

// Outcome is the answer to the question whether a history is linearizable.
type Outcome uint8

const (
	Unknown   Outcome = iota // undecided; Reason says why
	Valid                    // Witness is an order of linearization
	Violation                // Core is a minimal set of operations that has no such order
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
		return fmt.Errorf(`valid: expected true, false or "unknown", got %s`, b)
	}
	return nil
}

// Worse returns the worse of two outcomes. A violation is worse than unknown, and unknown is worse than valid.
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
	Reason  string // one sentence for a person: why it is a violation, or why it is unknown
	Key     string // key of the object that a violation or unknown is about

	// Witness is the order of linearization of a valid history, as indices of
	// invocations in the history. It leaves out operations that took no effect.
	Witness []int
	// Core is the core of a violation, as indices of invocations in the history,
	// ascending: a minimal set of operations that cannot be linearized, whichever
	// of Optional took effect, and whatever all others did in their time. If Minimal is
	// set, each member is necessary: there is an order without it, or, if it changes the
	// state, with it taking effect at any time after its invocation or never.
	Core []int
	// Optional lists further operations of a violation, as indices of invocations,
	// ascending. They change the state, and nothing says when they took effect,
	// or whether they did: they never completed, or the violation does not depend on
	// when they did. The core has no order even if any of them takes effect at any
	// time after its invocation, or never.
	Optional []int
	// Inevitable is the index of the earliest event of the history after which no
	// continuation can be linearized; -1 if there is no violation.
	Inevitable int
	// About, if not nil, holds the one or two values of the object that the core is
	// about: what its operations say about other values plays no part in the
	// violation ([Projection]).
	About []history.Value
	// Weaker holds operations of the core that count for less than they said: they are in
	// the place of those with the same Invoke. The specification's contradiction may need
	// no more ([Object.Contradict]): of a counter that was read as 2, that it was at most 2.
	Weaker []history.Operation
	// Minimal reports that each member of the core of a violation was shown to be
	// necessary. If not, the core may be larger than necessary: explaining has a
	// budget of about twenty times the steps of deciding.
	Minimal bool
	// Confirmed reports that porcupine found no order for the core of a violation
	// either, within the budget.
	Confirmed bool
	// Second is the answer of porcupine, if it was asked too ([Options.Second]); Unknown if
	// it was not, or gave up. See [Verdict.Disagreement].
	Second Outcome
	// Steps is the number of steps spent to decide, over all objects.
	Steps int64
}

// Options bound and steer a check. The zero value is right for most checks.
type Options struct {
	Engine string // "auto" (or empty), or the name of one of [Engines]
	Budget int64  // largest number of steps for each object; 0: [DefaultBudget]. Every machine counts the same steps.

	// Second asks porcupine too, whatever engine decided, and gives it so many steps; 0: it
	// is not asked. [SecondBudget] is a good number.
	Second int64

	// AllowEmpty makes a history in which no operation completed valid instead of unknown.
	AllowEmpty bool

	// Untimed says that the history has no times, so that sentences name events instead.
	Untimed bool

	// Who returns the name of a process for sentences, such as "c3". Nil: "process 3".
	Who func(history.Process) string
}

// DefaultBudget is the largest number of steps spent on one object, unless Options
// say otherwise. They take a few seconds.
const DefaultBudget = 50_000_000
