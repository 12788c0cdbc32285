package weaker

import (
	"slices"
	"strings"

	"simrun/history"
)

// Phase is how a system served its clients while certain faults lasted. It counts the
// operations that were invoked during these faults.
type Phase struct {
	Faults  []string     `json:"faults"`     // kinds of the faults, sorted; empty while there were none
	Spans   int          `json:"spans"`      // number of spans of time
	Lasted  history.Time `json:"lasted_ns"`  // total length of the spans
	OK      int          `json:"ok"`         // operations that took effect
	Refused int          `json:"refused"`    // operations that failed without an error, such as a compare-and-set that found another value
	Fail    int          `json:"fail"`       // operations that failed with an error
	Info    int          `json:"info"`       // operations whose result is unknown
	Latency Latency      `json:"latency_ns"` // of the answered operations: ok and refused
}

// Latency holds quantiles of the time from invocation to completion, by nearest rank:
// each is the time that some operation took. They are zero if no operation was answered.
type Latency struct {
	P50 history.Time `json:"p50"`
	P95 history.Time `json:"p95"`
	P99 history.Time `json:"p99"`
	Max history.Time `json:"max"`
}

// Operations returns the number of operations that were invoked in the phase.
func (p *Phase) Operations() int { return p.OK + p.Refused + p.Fail + p.Info }

// Answered returns how many of the operations were answered. Their share is the availability.
func (p *Phase) Answered() int { return p.OK + p.Refused }

// Name returns "quiet", or the faults: "crash, partition".
func (p *Phase) Name() string {
	if len(p.Faults) == 0 {
		return "quiet"
	}
	return strings.Join(p.Faults, ", ")
}

// Phases splits a history where its faults begin and end, and counts the operations
// that were invoked while the same kinds of fault lasted. An operation belongs to the
// phase in which it was invoked, even if it ended later. The phases are in the order in
// which they first began. Phases leaves out a phase in which no time passed and no
// operation was invoked.
//
// The faults are those of [history.Faults]. A moment begins no phase. Phases returns an
// error if the history is malformed.
func Phases(events []history.Event) ([]Phase, error) {
	ops, err := history.Pair(events)
	if err != nil || len(events) == 0 {
		return nil, err
	}
	t := &timeline{number: make(map[string]int), changes: changesOf(events)}
	t.enter(events[0].Time)
	next := 0
	for i := range events {
		switch e := &events[i]; {
		case e.Process == history.Nemesis:
			t.change(i, e.Time)
		case e.Type == history.Invoke:
			t.count(&ops[next])
			next++
		}
	}
	t.leave(events[len(events)-1].Time)
	return t.finish(), nil
}

// timeline follows a history through its phases.
type timeline struct {
	phases    []Phase
	latencies [][]history.Time // by phase
	number    map[string]int   // of a phase by its name
	order     []int            // phases in the order in which they first began
	now       int              // the current phase
	since     history.Time     // when it began
	counted   bool             // an operation was invoked in it since then
	changes   map[int]change   // by position of the event
	active    []string         // kinds of the faults that last
}

// change is what begins and ends at an event.
type change struct{ begin, end []string }

// changesOf says where the faults of a history begin and end that last.
func changesOf(events []history.Event) map[int]change {
	changes := make(map[int]change)
	for _, f := range history.Faults(events) {
		if !f.Lasts {
			continue
		}
		c := changes[f.Begin]
		c.begin = append(c.begin, f.Kind)
		changes[f.Begin] = c
		if f.End >= 0 {
			c := changes[f.End]
			c.end = append(c.end, f.Kind)
			changes[f.End] = c
		}
	}
	return changes
}

// change begins another phase, if a fault begins or ends at an event.
func (t *timeline) change(event int, at history.Time) {
	c, changes := t.changes[event]
	if !changes {
		return
	}
	for _, kind := range c.end {
		i := slices.Index(t.active, kind)
		t.active = slices.Delete(t.active, i, i+1)
	}
	t.active = append(t.active, c.begin...)
	t.leave(at)
	t.enter(at)
}

// enter begins the phase of the faults that are active.
func (t *timeline) enter(at history.Time) {
	kinds := append([]string{}, t.active...) // an empty array in JSON
	slices.Sort(kinds)
	kinds = slices.Compact(kinds)
	name := strings.Join(kinds, ", ")
	n, ok := t.number[name]
	if !ok {
		n = len(t.phases)
		t.number[name] = n
		t.phases = append(t.phases, Phase{Faults: kinds})
		t.latencies = append(t.latencies, nil)
	}
	t.now, t.since = n, at
}

// leave ends the phase. Of several changes at one time only the last begins a phase.
func (t *timeline) leave(at history.Time) {
	p := &t.phases[t.now]
	if at > t.since || t.counted {
		p.Lasted += at - t.since
		if p.Spans++; p.Spans == 1 {
			t.order = append(t.order, t.now)
		}
	}
	t.counted = false
}

func (t *timeline) count(op *history.Operation) {
	p := &t.phases[t.now]
	t.counted = true
	switch {
	case op.Outcome == history.Info:
		p.Info++
		return
	case op.Outcome == history.OK:
		p.OK++
	case op.Error == "":
		p.Refused++
	default:
		p.Fail++
		return
	}
	t.latencies[t.now] = append(t.latencies[t.now], op.Return-op.Call)
}

func (t *timeline) finish() []Phase {
	var all []Phase
	for _, i := range t.order {
		p := t.phases[i]
		p.Latency = LatencyOf(t.latencies[i])
		all = append(all, p)
	}
	return all
}

// LatencyOf returns the quantiles of times, which it sorts.
func LatencyOf(took []history.Time) Latency {
	if len(took) == 0 {
		return Latency{}
	}
	slices.Sort(took)
	rank := func(percent int) history.Time { return took[(len(took)*percent+99)/100-1] }
	return Latency{rank(50), rank(95), rank(99), rank(100)}
}
