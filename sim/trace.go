package sim

// Trace is everything that happened in a run: a graph, since every event has a cause.
type Trace struct {
	Records []Record
}

// Record is one line of a trace.
type Record struct {
	Event   uint64     `json:"event"`           // number of the event during which it was recorded; 0 before the first
	Cause   uint64     `json:"cause,omitempty"` // the event that sent the message, set the timer, started the sync, or began the fault
	Time    Time       `json:"time"`
	Kind    RecordKind `json:"kind"`
	Node    NodeID     `json:"node,omitempty"`    // where it happened: n1… or c1…
	Peer    NodeID     `json:"peer,omitempty"`    // the other end of a message
	Message uint64     `json:"message,omitempty"` // joins the send, deliver and drop of one message (a duplicate has a number of its own)
	Text    string     `json:"text,omitempty"`    // what a person reads
	Key     string     `json:"key,omitempty"`     // of a send, sync or invocation: names its decisions in an [Override]
	State   *State     `json:"state,omitempty"`   // of kind state

	content uint64 // hash of the payload of a send, so that two runs can be compared
}

// RecordKind tells what a [Record] says.
type RecordKind string

const (
	Send      RecordKind = "send"     // Node sent to Peer
	Deliver   RecordKind = "deliver"  // Node received from Peer
	Drop      RecordKind = "drop"     // the message from Node to Peer is lost; Text says why: loss, partition, crash, …
	Corrupted RecordKind = "corrupt"  // a bit of the message from Node to Peer flipped on its way
	TimerRun  RecordKind = "timer"    // a timer of Node fired
	Written   RecordKind = "write"    // Node wrote to its disk, not yet durable
	SyncDone  RecordKind = "sync"     // a sync of Node completed; Text is the file
	Boot      RecordKind = "boot"     // Node started or restarted
	Crash     RecordKind = "crash"    // Node went down
	Pause     RecordKind = "pause"    // Node stopped being scheduled
	Resume    RecordKind = "resume"   // and goes on
	FaultOn   RecordKind = "fault"    // a fault of the plan began; Text is its line, with roles resolved
	FaultOff  RecordKind = "heal"     // and ended; Cause is the event of its beginning
	FactSeen  RecordKind = "fact"     // Node stated a fact
	StateIs   RecordKind = "state"    // Node's description of itself changed; State holds it
	Reached   RecordKind = "mark"     // Node reached a mark
	Note      RecordKind = "note"     // Node logged a line
	Called    RecordKind = "invoke"   // client Node invoked an operation; Text is the operation, Message the index in the history
	Returned  RecordKind = "complete" // client Node's operation completed
	Violated  RecordKind = "violation"
)
