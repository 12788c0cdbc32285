package sim

import "fmt"

// Sighting is where and when something was seen.
type Sighting struct {
	Time  Time   `json:"time"`
	Event uint64 `json:"event"` // the event during which it was seen
	Node  NodeID `json:"node,omitempty"`
}

// Evidence is one of the events that contradict each other.
type Evidence struct {
	Sighting
	Shows string   `json:"shows"`           // in a few words, without the name of the node: "voted for n2 in t3"
	After []string `json:"after,omitempty"` // the faults that led to it ([Behind]), where a trace tells; the engine leaves it empty
}

// Breach is what a [Monitor] says of a fact that violates its invariant.
type Breach struct {
	Detail   string     // one sentence
	Evidence []Evidence // what the fact contradicts, the earliest first; the engine adds the fact itself
}

// Breachf is a breach with a sentence, which is formatted as by [fmt.Sprintf].
func Breachf(format string, args ...any) *Breach {
	return &Breach{Detail: fmt.Sprintf(format, args...)}
}

// Against adds what was seen before, and contradicts the fact: a monitor keeps the sighting of what it compares with. What it shows
// is formatted as by [fmt.Sprintf]. A sighting of event 0, which is before the first, adds nothing.
func (b *Breach) Against(s Sighting, format string, args ...any) *Breach {
	if s.Event != 0 {
		b.Evidence = append(b.Evidence, Evidence{Sighting: s, Shows: fmt.Sprintf(format, args...)})
	}
	return b
}

// String is the sentence; "" of nil.
func (b *Breach) String() string {
	if b == nil {
		return ""
	}
	return b.Detail
}
