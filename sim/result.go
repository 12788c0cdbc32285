package sim

import (
	"simrun/history"
	"simrun/sim/fault"
)

// Result is all that came out of a run.
type Result struct {
	Case       Case            // with every default filled in
	History    []history.Event // what the clients saw
	Digest     Digest          // running hash of every event: the identity of the run
	Events     uint64          // events executed
	End        Time            // virtual time at the end
	Violations []Violation     // what monitors, assertions and the recovery phase found; in order of time
	Sometimes  []Mark          // marks that were reached, in order of name
	Sites      []SiteUse       // sites that were on ([Env.Buggify])
	Activity   Activity        // how much the run exercised
	Unfired    []fault.Fault   // faults of the case that changed nothing: what they waited for never came, or whom they hit was down already
	Resolved   []fault.Fault   // the faults that began, as they were resolved: a plan of its own
	Trace      *Trace          // nil unless asked for
	Live       *Live           // how a run in real time went; nil of any other, which is the same each time
}

// Activity counts what a run exercised.
type Activity struct {
	Faults   int `json:"faults"`   // of the case
	Fired    int `json:"fired"`    // of them, that changed something; [Result.Unfired] lists the others
	Crashes  int `json:"crashes"`  // of nodes
	Restarts int `json:"restarts"` // boots after the first of a node
	Leaders  int `json:"leaders"`  // how often a node took the role that matters most: [fault.Profile]'s Elected

	Messages int `json:"-"` // that servers sent to servers; copies that the network made do not count
	Asked    int `json:"-"` // messages from clients to servers, and back
}

// Violation is a broken promise that was seen from inside the cluster.
type Violation struct {
	Check    string // "election safety", "assertion", "panic", "progress"
	Sighting        // the event during which it was seen
	Detail   string // one sentence

	// Evidence lists the events that contradict each other, in order of time: of a monitor's violation what came first and the fact that
	// does not fit, of a lack of progress who waits and what is in the way. Of an assertion, a panic and a limit there is none but the Sighting.
	Evidence []Evidence
}

// Mark is a state worth reaching that was reached.
type Mark struct {
	Name  string `json:"name"`
	Count uint64 `json:"count"`
}
