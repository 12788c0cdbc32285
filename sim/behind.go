package sim

import (
	"slices"

	"simrun/sim/fault"
)

const (
	mostBehind = 3  // faults that are named behind one sighting: the nearest say most
	stepsBack  = 60 // of the chain of causes that are looked at
)

// Behind finds in a trace the faults that led to what was seen, the nearest first, as lines of the plan; there may be none. These are the fault that
// the chain of causes goes back to; the one that ended the node's life before, since it took what the node had not made durable; and, where the
// chain comes from a timer that ran out, those that kept away what the node would have heard from the one that it had heard last.
type Behind struct {
	*Trace
	parents []int
	faults  []episode
}

// episode is a fault as a trace has it.
type episode struct {
	line     string
	from, to Time
	hits     fault.Effect
}

// NewBehind prepares the trace of a cluster of so many nodes for the question.
func NewBehind(t *Trace, nodes int) *Behind {
	b := &Behind{Trace: t, parents: Causes(t.Records)}
	began := map[uint64]int{}
	for i := range b.Records {
		switch r := &b.Records[i]; r.Kind {
		case FaultOn:
			f, err := fault.Parse(r.Text)
			if err != nil || f.Kind == fault.Duplicate || f.Kind == fault.Reorder {
				continue // a line that asks for roles, of a trace from elsewhere; or it keeps nothing away
			}
			e := episode{r.Text, r.Time, r.Time, f.Effect(nodes)}
			if f.Kind.Lasts() {
				e.to = never
			}
			began[r.Event] = len(b.faults)
			b.faults = append(b.faults, e)
		case FaultOff:
			if at, ok := began[r.Cause]; ok {
				b.faults[at].to = r.Time
			}
		}
	}
	return b
}

// Of lists the faults behind a sighting.
func (b *Behind) Of(s Sighting) []string {
	var lines []string
	at := b.Record(s, "")
	if at < 0 {
		return nil
	}
	add := func(line string) {
		if len(lines) < mostBehind && !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	if crash := b.endedBefore(at, s.Node); crash >= 0 {
		b.follow(crash, add)
	}
	b.follow(at, add)
	return lines
}

// endedBefore is the record of the crash that ended the life of a node before the present one; -1 if it is the first.
func (b *Behind) endedBefore(at int, node NodeID) int {
	for i := at; i >= 0 && node > 0; i-- {
		if r := &b.Records[i]; r.Kind == Crash && r.Node == node {
			return i
		}
	}
	return -1
}

// follow goes from a record back to its first cause.
func (b *Behind) follow(at int, add func(line string)) {
	for steps := 0; at >= 0 && steps < stepsBack; steps++ {
		r, parent := &b.Records[at], b.parents[at]
		switch {
		case r.Kind == FaultOn:
			add(r.Text)
		case r.Kind == TimerRun && parent >= 0 && b.Records[parent].Kind == Deliver:
			b.during(&b.Records[parent], r, add)
		}
		at = parent
	}
}

// during adds the faults that hit a node, or whom it had heard last, or the links between them, while it waited for more.
func (b *Behind) during(heard, timer *Record, add func(line string)) {
	if timer.Node <= 0 || heard.Peer <= 0 {
		return
	}
	both := fault.SetOf(fault.Node(timer.Node), fault.Node(heard.Peer))
	for i := len(b.faults) - 1; i >= 0; i-- {
		f := &b.faults[i]
		if f.from <= timer.Time && f.to >= heard.Time && f.touches(both) {
			add(f.line)
		}
	}
}

// touches reports whether a fault hits one of two nodes, or a link between them.
func (e *episode) touches(both fault.Set) bool {
	return e.hits.Nodes&both != 0 || slices.ContainsFunc(e.hits.Links, func(l fault.Link) bool { return both.Has(l.From) && both.Has(l.To) })
}

// Record is the place in the trace of what was seen, or -1: the record that says it, or else the first of its event.
func (t *Trace) Record(s Sighting, says string) int {
	i, _ := slices.BinarySearchFunc(t.Records, s.Event, func(r Record, event uint64) int {
		if r.Event < event {
			return -1
		}
		return 1
	})
	first := -1
	for ; i < len(t.Records) && t.Records[i].Event == s.Event; i++ {
		r := &t.Records[i]
		switch {
		case r.Node == s.Node && says != "" && r.Text == says:
			return i
		case first < 0 || r.Node == s.Node && t.Records[first].Node != s.Node:
			first = i
		}
	}
	return first
}
