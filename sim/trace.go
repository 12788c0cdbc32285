package sim

import "simrun/sim/digest"

// Trace is everything that happened in a run: a graph, since every event has a cause. Of a
// run of more than a million records it keeps a part: around the first violation, or the
// end.
type Trace struct {
	Records []Record
	Before  uint64 // records before these that were not kept
	After   uint64 // and after them

	most   int    // half of what is kept; 0: mostRecords
	window bool   // keep those from number from on, whatever happens
	from   uint64 // see window
	held   bool   // there was a violation: nothing more is dropped from the front

	summed bool        // keep no record, only the sum of all
	sum    digest.Hash // see summed
}

// mostRecords is half of what a trace keeps: a few hundred megabytes.
const mostRecords = 1 << 19

// add takes the next record.
func (t *Trace) add(r Record) {
	if t.summed {
		t.sum = r.fold(t.sum)
		return
	}
	most := t.most
	if most == 0 {
		most = mostRecords
	}
	t.held = t.held || r.Kind == Violated
	switch full := len(t.Records) == 2*most; {
	case t.window && t.Before < t.from:
		t.Before++
		return
	case full && (t.held || t.window):
		t.After++
		return
	case full:
		t.Records = append(make([]Record, 0, 2*most), t.Records[most:]...)
		t.Before += uint64(most)
	}
	t.Records = append(t.Records, r)
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

// fold adds all that a record says to a hash.
func (r *Record) fold(h digest.Hash) digest.Hash {
	h = h.Word(r.Event, r.Cause).Word(uint64(r.Time), r.Message).Word(uint64(r.Node)<<32|uint64(uint32(r.Peer)), r.content)
	h = h.String(string(r.Kind)).String(r.Text).String(r.Key)
	if s := r.State; s != nil {
		h = h.String(s.Role).Word(s.Epoch, uint64(len(s.Detail)))
		for i := range s.Detail {
			h = h.String(s.Detail[i].Name).String(s.Detail[i].Value)
		}
	}
	return h
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
	Came      RecordKind = "outside" // something came for Node from outside, in a run in real time: a line that its process printed
)
