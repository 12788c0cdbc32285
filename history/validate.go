package history

import "fmt"

// Validate returns an error for the first event that breaks a rule of histories:
//
//   - an index that is not the event's position,
//   - a time that is negative or before the time of the previous event,
//   - a process that is negative and not [Nemesis], an unknown type, an operation without a name,
//   - an invocation by a process whose previous operation is still open,
//   - an invocation by a process that an info ended: its client must continue as a new process,
//   - a completion without an invocation, or of another operation or key than was invoked.
//
// Of events of the nemesis it checks the index, the time and the type only.
//
// The rules are Jepsen's. Knossos forbids using a process again after an info
// (knossos.history/complete refuses "process already running"): the operation
// is still open, and a process is a single thread. Jepsen's generator gives the
// client a new process at that point.
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
	unit      string // what positions count: "line" or "event"
	time      Time   // of the latest event
	timeAt    int    // its position
	processes processTable
	invoked   int                // operations so far
	names     map[Process]string // of the processes that have one
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

// newNamedValidator follows a file, in which processes may have names.
func newNamedValidator() *validator {
	return &validator{unit: "line", names: make(map[Process]string)}
}

func newValidator(unit string) *validator {
	return &validator{unit: unit}
}

// who names a process for a message.
func (v *validator) who(p Process) string {
	if name, ok := v.names[p]; ok {
		return name
	}
	return fmt.Sprintf("process %d", p)
}

// nextOf checks event i of a history that is not from a file.
func (v *validator) nextOf(events []Event, i int) error {
	if events[i].Index != i {
		return &Error{Index: i, Reason: fmt.Sprintf("index: expected %d, got %d", i, events[i].Index)}
	}
	if reason := v.next(&events[i], i); reason != "" {
		return &Error{Index: i, Reason: reason}
	}
	return nil
}

// next checks one event, which is at the given position, and returns what is
// wrong with it, or "".
func (v *validator) next(e *Event, at int) string {
	if e.Time < v.time {
		if e.Time < 0 {
			return fmt.Sprintf("time: expected 0 or more, got %d", int64(e.Time))
		}
		return fmt.Sprintf("time runs backwards: %d comes after %d of %s %d", int64(e.Time), int64(v.time), v.unit, v.timeAt)
	}
	v.time, v.timeAt = e.Time, at
	if e.Type > Info {
		return fmt.Sprintf("type: expected invoke, ok, fail or info, got %v", e.Type)
	}
	if e.Process == Nemesis {
		return ""
	}
	if e.Process < 0 {
		return fmt.Sprintf("process: expected 0 or more, got %d", e.Process)
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
		return fmt.Sprintf("%s invokes %s while its %s at %s %d is still open", v.who(e.Process), e.F, p.f, v.unit, p.at)
	case ended:
		return fmt.Sprintf("%s invokes %s, but the info at %s %d ended this process: its %s may still be running, so the client must continue as a new process", v.who(e.Process), e.F, v.unit, p.at, p.f)
	}
	*p = processState{phase: open, f: e.F, key: e.Key, at: at, op: v.invoked}
	v.invoked++
	return ""
}

func (v *validator) complete(e *Event, p *processState, at int) string {
	switch {
	case p.phase == ended:
		return fmt.Sprintf("%s completes %s, but the info at %s %d already ended this process", v.who(e.Process), e.F, v.unit, p.at)
	case p.phase == idle:
		return fmt.Sprintf("%s completes %s without having invoked it", v.who(e.Process), e.F)
	case e.F != p.f:
		return fmt.Sprintf("%s completes %s, but it invoked %s at %s %d", v.who(e.Process), e.F, p.f, v.unit, p.at)
	case e.Key != p.key && e.Key != "":
		return fmt.Sprintf("%s completes %s of key %q, but it invoked it for key %q at %s %d", v.who(e.Process), e.F, e.Key, p.key, v.unit, p.at)
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

// of returns the state of p, which must not be negative. The pointer is valid until the next call.
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
