// Package visual draws a run: one self-contained HTML page with the verdict, a
// space-time diagram of the cluster and the operations of its clients on the
// same axis of time.
//
// The page works from disk, without network, and is a pure function of what it
// shows: equal pages have equal bytes. What was decided is in it as plain
// HTML, so that it can be read, and read aloud, without a script; the diagram
// is drawn on a canvas from packed columns, so that a run of hundreds of
// thousands of records stays usable.
package visual

import (
	"simrun/check"
	"simrun/history"
	"simrun/sim"
	"simrun/trial"
)

// Page is all that a report shows. A field that is empty is left out of it; a
// page without a trace shows the operations alone.
type Page struct {
	Title    string                     // what was run: "raft · kv · seed 42", or the name of a file
	Outcome  check.Outcome              // of all checks together
	Summary  string                     // the verdict in one sentence
	Commands []Command                  // how to see it again; the first is the most useful one
	Facts    []sim.Field                // what else a person wants to know, in this order: digest, events, …
	Checks   []trial.Check              // what was judged, in this order
	Case     []byte                     // case.json as stored
	History  []history.Event            // what the clients saw
	Untimed  bool                       // the times of History are positions
	Names    map[history.Process]string // of its processes that have one
	Trace    *sim.Trace                 // nil if there is none
	Epoch    string                     // what the epochs of states are called; "": "epoch"

	Isolation *trial.Isolation // of a history of transactions: its anomalies, each with a graph; nil: none
}

// Command is a command line that a person may copy.
type Command struct {
	Label string // "replay"
	Line  string // "simrun replay store/…"
}
