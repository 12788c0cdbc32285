package history

import "fmt"

// Validate reports the first thing that keeps events from being a history:
//
//   - an index that is not the event's position,
//   - a time that is negative or before the time of the previous event,
//   - a process that is negative and not [Nemesis], an unknown type, an operation without a name,
//   - an invocation by a process whose previous operation is still open,
//   - an invocation by a process that an info ended: its client must go on as a new process,
//   - a completion without an invocation, or of another operation or key than was invoked.
//
// Events of the nemesis are only asked for their index and time.
//
// The rules are Jepsen's. That a process may not be used again after an info
// is Knossos's rule (knossos.history/complete refuses "process already running"):
// the operation is still open, and a process is a single thread. Jepsen's
// generator gives the client a new process at that point.
//
// The error is an [*Error] that names the event by its index.
func Validate(events []Event) error {
	v := newValidator("event")
	for i := range events {
		if err := v.nextOf(events, i); err != nil {
			return err
		}
	}
	return nil
}

// validator follows a history event by event.
type validator struct {
	unit      string // what a position is: "line" or "event"
	time      Time   // of the latest event
	timeAt    int    // its position
	processes processTable
	invoked   int // operations so far
}

type processState struct {
	phase phase
	f     string // of the latest invocation
	key   string
	at    int // position of the latest event
	op    int // number of the latest operation, in order of invocation
}

type phase uint8

const (
	idle  phase = iota
	open        // an operation is under way
	ended       // by an info
)

func newValidator(unit string) *validator {
	return &validator{unit: unit}
}

// nextOf judges event i of a history that is not from a file.
func (v *validator) nextOf(events []Event, i int) error {
	if events[i].Index != i {
		return &Error{Index: i, Reason: fmt.Sprintf("the index is %d, but %d events come before it", events[i].Index, i)}
	}
	if reason := v.next(&events[i], i); reason != "" {
		return &Error{Index: i, Reason: reason}
	}
	return nil
}

// next judges one event, which is at the given position, and returns what
// is wrong with it, or nothing.
func (v *validator) next(e *Event, at int) string {
	if e.Time < v.time {
		if e.Time < 0 {
			return fmt.Sprintf("the time is %d: it must not be negative", int64(e.Time))
		}
		return fmt.Sprintf("time runs backwards: %d comes after %d of %s %d", int64(e.Time), int64(v.time), v.unit, v.timeAt)
	}
	v.time, v.timeAt = e.Time, at
	if e.Type > Info {
		return fmt.Sprintf("%v is none of invoke, ok, fail, info", e.Type)
	}
	if e.Process == Nemesis {
		return ""
	}
	if e.Process < 0 {
		return fmt.Sprintf("process %d is negative", e.Process)
	}
	if e.F == "" {
		return "the operation has no name"
	}
	p := v.processes.of(e.Process)
	if e.Type == Invoke {
		return v.invoke(e, p, at)
	}
	return v.complete(e, p, at)
}

func (v *validator) invoke(e *Event, p *processState, at int) string {
	switch p.phase {
	case open:
		return fmt.Sprintf("process %d invokes %s while its %s of %s %d is still open", e.Process, e.F, p.f, v.unit, p.at)
	case ended:
		return fmt.Sprintf("process %d invokes %s, but the info of %s %d ended it: that %s may still be under way, and its client must go on as a new process",
			e.Process, e.F, v.unit, p.at, p.f)
	}
	*p = processState{phase: open, f: e.F, key: e.Key, at: at, op: v.invoked}
	v.invoked++
	return ""
}

func (v *validator) complete(e *Event, p *processState, at int) string {
	switch {
	case p.phase == ended:
		return fmt.Sprintf("process %d completes %s, but the info of %s %d ended it already", e.Process, e.F, v.unit, p.at)
	case p.phase == idle:
		return fmt.Sprintf("process %d completes %s without having invoked it", e.Process, e.F)
	case e.F != p.f:
		return fmt.Sprintf("process %d completes %s, but it invoked %s at %s %d", e.Process, e.F, p.f, v.unit, p.at)
	case e.Key != p.key && e.Key != "":
		return fmt.Sprintf("process %d completes %s of key %q, but it invoked it for key %q at %s %d", e.Process, e.F, e.Key, p.key, v.unit, p.at)
	}
	p.phase, p.at = idle, at
	if e.Type == Info {
		p.phase = ended
	}
	return ""
}

// processTable holds a state for each process: in a slice for the low numbers
// that most histories have, in a map for the rest.
type processTable struct {
	low  []processState
	high map[Process]*processState
}

const maxLowProcess = 1 << 16

// of returns the state of a process, which is not negative. It is valid until the next call.
func (t *processTable) of(p Process) *processState {
	if p < maxLowProcess {
		if n := int(p) + 1 - len(t.low); n > 0 {
			t.low = append(t.low, make([]processState, n)...)
		}
		return &t.low[p]
	}
	state := t.high[p]
	if state == nil {
		if t.high == nil {
			t.high = make(map[Process]*processState)
		}
		state = new(processState)
		t.high[p] = state
	}
	return state
}
