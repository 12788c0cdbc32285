package trial

import (
	"simrun/check"
	"simrun/history"
	"simrun/sim"
)

// The names of the checks that every system has, in addition to its monitors.
const (
	Linearizability = "linearizability" // what the clients saw has an order
	Assertion       = "assertion"       // no node found itself in an impossible state
	Panic           = "panic"           // no node or client stopped with a run-time error
	Progress        = "progress"        // after the faults healed, the clients got answers and the replicas agree
)

// Check is the answer of one check: from the judge to results.json to the report. Core, Optional, Witness and Inevitable are
// indices of events in the history.
type Check struct {
	Name       string          `json:"name"`
	Outcome    check.Outcome   `json:"valid"`
	Time       sim.Time        `json:"time,omitempty"`       // of a violation: when it was seen, or, of a history, from when no continuation has an order
	Engine     string          `json:"engine,omitempty"`     // which engine decided a history
	Reason     string          `json:"reason,omitempty"`     // one sentence: why it failed, or why it is unknown
	Key        string          `json:"key,omitempty"`        // the object that a violation is about, if there are several
	Steps      int64           `json:"steps,omitempty"`      // of the budget that were spent
	Core       []int           `json:"core,omitempty"`       // invocations that have no order together
	Optional   []int           `json:"optional,omitempty"`   // invocations that may or may not have taken effect: there is no order either way
	About      []history.Value `json:"about,omitempty"`      // one or two values of the object that the core is about
	Minimal    bool            `json:"minimal,omitempty"`    // each member of the core was shown to be necessary
	Confirmed  bool            `json:"confirmed,omitempty"`  // porcupine finds no order for the core either
	Second     check.Outcome   `json:"porcupine,omitzero"`   // what porcupine answered, if it was asked and came through
	Inevitable int             `json:"inevitable,omitempty"` // the earliest event after which no continuation has an order; 0: none
	Witness    []int           `json:"witness,omitempty"`    // of a valid history: invocations in an order of linearization
	Seen       *sim.Sighting   `json:"seen,omitempty"`       // where a violation was seen from inside the cluster
	Evidence   []sim.Evidence  `json:"evidence,omitempty"`   // of a violation that was seen from inside: the events that contradict each other
}

// VerdictCheck is the check that a verdict on a history answers.
func VerdictCheck(name string, v check.Verdict) Check {
	return Check{
		Name: name, Outcome: v.Outcome, Engine: v.Engine, Reason: v.Reason, Key: v.Key, Steps: v.Steps,
		Second: v.Second, Core: v.Core, Optional: v.Optional, About: v.About, Minimal: v.Minimal, Confirmed: v.Confirmed, Inevitable: max(v.Inevitable, 0), Witness: v.Witness,
	}
}

// ViolationCheck is the check that a violation seen from inside the cluster broke.
func ViolationCheck(v sim.Violation) Check {
	return Check{
		Name: v.Check, Outcome: check.Violation, Time: v.Time, Reason: v.Detail,
		Seen: &v.Sighting, Evidence: v.Evidence,
	}
}
