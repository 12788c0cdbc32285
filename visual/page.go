// Package visual draws a run: one self-contained HTML page with the verdict, a
// space-time diagram of the cluster and the operations of its clients on the
// same axis of time.
//
// The page works from disk, without network, and is a pure function of what it
// shows: equal pages have equal bytes. What was decided stands in it as plain
// HTML, so that it can be read, and read aloud, without a script; the diagram
// is drawn on a canvas from packed columns, so that a run of hundreds of
// thousands of records stays usable.
package visual

import (
	"simrun/check"
	"simrun/history"
	"simrun/sim"
)

// Page is all that a report shows. A field that is empty is left out of it; a
// page without a trace shows the operations alone.
type Page struct {
	Title    string          // what was run: "raft · kv · seed 42", or the name of a file
	Outcome  check.Outcome   // of all checks together
	Summary  string          // the verdict in one sentence
	Commands []Command       // how to see it again; the first is the most useful one
	Facts    []sim.Field     // what else a person wants to know, in this order: digest, events, …
	Checks   []Check         // what was judged, in this order
	Case     []byte          // case.json as stored
	History  []history.Event // what the clients saw
	Trace    *sim.Trace      // nil if there is none
}

// Command is a command line that a person may copy.
type Command struct {
	Label string // "replay"
	Line  string // "simrun replay store/…"
}

// Check is one judgement and what it points at.
type Check struct {
	Name    string // "linearizability", "election safety"
	Outcome check.Outcome
	Engine  string // which engine decided; empty for a monitor
	Reason  string // one sentence
	Key     string // the object it is about, if there are several

	Core []int // of a violated history: indices of invocations that cannot be linearized together
	// Optional are invocations of a violated history that may or may not have taken effect:
	// they mend nothing either way.
	Optional []int
	Witness  []int // of a valid history: indices of invocations in an order of linearization
	// Inevitable is the index of the earliest event of the history after which
	// nothing can mend the violation. Zero and below mean none: the first event
	// of a history is an invocation, which violates nothing yet.
	Inevitable int

	Seen *Sighting // where a monitor saw a violation; nil if none did
}

// Sighting is the moment at which a violation was seen from inside the cluster.
type Sighting struct {
	Time  sim.Time
	Event uint64
	Node  sim.NodeID
}

// VerdictCheck is the check that a verdict on a history answers.
func VerdictCheck(name string, v check.Verdict) Check {
	return Check{
		Name: name, Outcome: v.Outcome, Engine: v.Engine, Reason: v.Reason, Key: v.Key,
		Core: v.Core, Optional: v.Optional, Witness: v.Witness, Inevitable: v.Inevitable,
	}
}

// ViolationCheck is the check that a violation seen from inside the cluster broke.
func ViolationCheck(v sim.Violation) Check {
	return Check{
		Name: v.Check, Outcome: check.Violation, Reason: v.Detail,
		Seen: &Sighting{Time: v.Time, Event: v.Event, Node: v.Node},
	}
}
