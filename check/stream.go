package check

import (
	"fmt"

	"simrun/check/rules/register"
	"simrun/history"
)

// Stream decides histories that are too long to be held in memory: of registers, one or many by key, with reads and
// writes. It follows the events and keeps only what later ones may still concern, which depends on
// how many operations overlap (package register says why that is enough, and what else it keeps). Its outcome is exact after each event.
//
// It gives up, for good, at an operation other than read and write, and where two writes of one value can't be told apart; then
// [Linearizable] must decide. It keeps no order of the operations, so a valid outcome has no certificate; a violation
// gets one from [Stream.Explain].
type Stream struct {
	spec    Spec
	rule    *Rule
	objects map[string]*register.Stream[history.Value]
	open    map[history.Process]*flowing
	free    []*flowing
	op      history.Operation // scratch
	events  int
	outcome Outcome
	why     string // if Unknown

	completed int // operations with a known result
	violation violation
}

// flowing is an operation of a stream that has begun.
type flowing struct {
	f, key  string
	input   history.Value
	at      int
	object  *register.Stream[history.Value]
	pending *register.Pending[history.Value]
}

// violation is what a stream knows of one.
type violation struct {
	key    string // of the operations, as the specification partitions them
	end    int    // the event that made it inevitable
	events []int  // of the operations that show it: a call or a return of each
	about  []history.Value
}

// NewStream returns a stream that has seen no events, or nil if the specification's histories can't be decided by one.
func NewStream(spec Spec) *Stream {
	rule := spec.rule()
	if rule == nil || !rule.Streams {
		return nil
	}
	return &Stream{
		spec: spec, rule: rule, outcome: Valid,
		objects: make(map[string]*register.Stream[history.Value]), open: make(map[history.Process]*flowing),
	}
}

// Feed takes the next event of a valid history. It returns Violation once and for all when no continuation is linearizable, and
// Unknown once and for all when the stream gives up; Valid otherwise. The error says that the specification does not have the operation.
func (s *Stream) Feed(e *history.Event) (Outcome, error) {
	at := s.events
	s.events++
	if e.Process == history.Nemesis || s.outcome != Valid {
		return s.outcome, nil
	}
	if e.Type == history.Invoke {
		return s.outcome, s.begin(e, at)
	}
	o := s.open[e.Process]
	if o == nil {
		return s.outcome, &history.Error{Index: at, Reason: fmt.Sprintf("process %d completes %s without having invoked it", e.Process, e.F)}
	}
	delete(s.open, e.Process)
	err := s.end(o, e, at)
	s.free = append(s.free, o)
	return s.outcome, err
}

// StreamEngine is the name of the engine in a verdict of a stream.
const StreamEngine = "stream"

// Verdict is the verdict on the events so far, without a certificate.
func (s *Stream) Verdict() Verdict {
	v := Verdict{Spec: s.spec.Name(), Engine: StreamEngine, Outcome: s.outcome, Reason: s.why, Inevitable: -1}
	if s.outcome == Violation {
		v.Inevitable = s.violation.end
	}
	return v
}

// Why says why the stream gave up.
func (s *Stream) Why() string { return s.why }

// Completed is how many operations have ended with a result that an order must explain.
func (s *Stream) Completed() int { return s.completed }

// begin takes an invocation.
func (s *Stream) begin(e *history.Event, at int) error {
	s.op = history.Operation{
		Process: e.Process, F: e.F, Key: e.Key, Input: e.Value, Outcome: history.Info,
		Call: e.Time, Return: history.Never, Invoke: at, Complete: -1,
	}
	if err := s.spec.accepts(&s.op); err != nil {
		return &history.Error{Index: at, Reason: fmt.Sprintf("%s: %v", s.spec.Name(), err)}
	}
	o := s.flowing()
	*o = flowing{f: e.F, key: e.Key, input: e.Value, at: at, object: s.object(s.spec.partition(&s.op))}
	r := s.rule.Read(&s.op)
	switch {
	case r.Use == Skip: // a read, whose result decides
		o.pending = o.object.Read(at)
	case r.Use == Take && r.Kind == register.Write:
		if o.pending = o.object.Write(at, r.Value); o.pending == nil {
			s.giveUp(at, fmt.Sprintf("%v is written at event %d while an earlier write of it may still be seen", r.Value, at))
		}
	default:
		s.giveUp(at, fmt.Sprintf("event %d is a %s", at, e.F))
	}
	s.open[e.Process] = o
	return nil
}

// end takes the completion of an operation.
func (s *Stream) end(o *flowing, e *history.Event, at int) error {
	if e.Type == history.Info {
		o.object.Lost(o.pending)
		return nil
	}
	s.op = history.Operation{
		Process: e.Process, F: o.f, Key: o.key, Input: o.input, Output: e.Value, Outcome: e.Type,
		Return: e.Time, Invoke: o.at, Complete: at, Error: e.Error,
	}
	if e.Type == history.Fail && !mustHappen(s.spec, &s.op) {
		if !o.object.Failed(o.pending, at) {
			s.violated(o, at)
		}
		return nil
	}
	s.completed++
	if err := s.spec.accepts(&s.op); err != nil {
		return &history.Error{Index: at, Reason: fmt.Sprintf("%s: %v", s.spec.Name(), err)}
	}
	if r := s.rule.Read(&s.op); r.Use != Take || r.Kind != register.Read && r.Kind != register.Write {
		s.giveUp(at, fmt.Sprintf("event %d completes a %s", at, o.f))
	} else if !o.object.Returned(o.pending, at, r.Value) {
		s.violated(o, at)
	}
	return nil
}

func (s *Stream) violated(o *flowing, at int) {
	s.outcome = Violation
	s.violation = violation{key: s.spec.partition(&s.op), end: at}
	s.violation.events, s.violation.about = o.object.Evidence()
	s.violation.events = append(s.violation.events, at)
}

func (s *Stream) giveUp(at int, why string) { s.outcome, s.why = Unknown, why }

func (s *Stream) object(key string) *register.Stream[history.Value] {
	o := s.objects[key]
	if o == nil {
		o = register.NewStream(*s.rule.Initial)
		s.objects[key] = o
	}
	return o
}

func (s *Stream) flowing() *flowing {
	if n := len(s.free); n > 0 {
		o := s.free[n-1]
		s.free = s.free[:n-1]
		return o
	}
	return new(flowing)
}
