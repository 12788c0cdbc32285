package check

import (
	"errors"
	"fmt"
	"slices"

	"simrun/check/rules/register"
	"simrun/history"
)

// Excerpt is the part of a history that a violation is about.
type Excerpt struct {
	Events []history.Event // numbered from 0
	From   []int           // for each: which event of the whole history it is
}

// Explain reads the history again and decides the operations on the one or two values of the object that
// a violation is about, as [Linearizable] does: the verdict has a core and a reason. Its indices are those of the
// excerpt. read gives each event from the first on, until the callback returns an error, which it returns.
func (s *Stream) Explain(read func(each func(history.Event) error) error, opts Options) (Verdict, Excerpt, error) {
	if s.outcome != Violation {
		return Verdict{}, Excerpt{}, errors.New("check: Stream.Explain of a history that is not a violation")
	}
	if !s.violation.both {
		if err := s.findSuccessor(read); err != nil {
			return Verdict{}, Excerpt{}, err
		}
	}
	c := &concerned{s: s}
	if err := s.replay(read, c); err != nil {
		return Verdict{}, Excerpt{}, err
	}
	x := c.excerpt()
	v, err := Linearizable(s.spec, x.Events, opts)
	if err == nil && v.Outcome != Violation {
		err = fmt.Errorf("check: the stream finds a violation at event %d, but the operations on %v are %v", s.violation.end, s.violation.values, v.Outcome)
	}
	return v, x, err
}

// findSuccessor follows the history again, to find out which value had replaced the one that a read saw too late. There is none if the value was never
// written.
func (s *Stream) findSuccessor(read func(each func(history.Event) error) error) error {
	again := NewStream(s.spec)
	object := again.object(s.violation.key)
	object.Watch(s.violation.values[0])
	err := read(func(e history.Event) error {
		if again.events > s.violation.end {
			return errEnough
		}
		_, err := again.Feed(&e)
		return err
	})
	if err != nil && !errors.Is(err, errEnough) {
		return err
	}
	if written, by, byCall, ok := object.Watched(); ok {
		s.violation.values[1], s.violation.asOf[1], s.violation.both = by, byCall, true
		if !s.violation.aborted {
			s.violation.asOf[0] = written
		}
	}
	return nil
}

// written is an operation on the object in a pass.
type written struct {
	call, end   int // end is never while it runs, and if nobody knows
	value       history.Value
	writes      bool
	took        bool // it certainly took effect
	first, last history.Event
}

var errEnough = errors.New("enough")

// replay gives the operations on the violation's object, up to its end, to a pass.
func (s *Stream) replay(read func(each func(history.Event) error) error, p *concerned) error {
	under := make(map[history.Process]*written)
	at := -1
	err := read(func(e history.Event) error {
		if at++; at > s.violation.end {
			return errEnough
		}
		if e.Process == history.Nemesis {
			return nil
		}
		if e.Type == history.Invoke {
			op := history.Operation{Process: e.Process, F: e.F, Key: e.Key, Input: e.Value, Outcome: history.Info, Complete: -1}
			if s.spec.partition(&op) != s.violation.key {
				return nil
			}
			r := s.rule.Read(&op)
			w := &written{call: at, end: never, value: r.Value, writes: r.Kind == register.Write && r.Use == Take, first: e}
			under[e.Process] = w
			p.begun(w)
			return nil
		}
		w := under[e.Process]
		if w == nil {
			return nil
		}
		delete(under, e.Process)
		if e.Type == history.Info {
			return nil
		}
		w.end, w.last = at, e
		op := history.Operation{Process: e.Process, F: e.F, Key: e.Key, Input: w.first.Value, Output: e.Value, Outcome: e.Type, Error: e.Error, Complete: at}
		if w.took = e.Type == history.OK || mustHappen(s.spec, &op); w.took && !w.writes {
			w.value = s.rule.Read(&op).Value
		}
		p.ended(w)
		return nil
	})
	if errors.Is(err, errEnough) {
		return nil
	}
	return err
}

// concerned collects the operations on the values of the violation: of the reads of a value, which may be many, that which ended
// first and that which began last, since the others add nothing, and that which made the violation inevitable.
type concerned struct {
	s    *Stream
	ops  []*written
	over [2]bool // the value was written again, after the write that is meant
}

// about returns which of the values v is; -1 if it is neither.
func (p *concerned) about(v history.Value) int {
	values := &p.s.violation.values
	switch {
	case v == values[0]:
		return 0
	case p.s.violation.both && v == values[1]:
		return 1
	}
	return -1
}

func (p *concerned) begun(w *written) {
	i := p.about(w.value)
	if !w.writes || i < 0 {
		return
	}
	if w.call > p.s.violation.asOf[i] {
		p.over[i] = true
		return
	}
	if i > 0 || !p.s.violation.aborted { // else an earlier write of the value tells why it can't have been that one
		p.ops = slices.DeleteFunc(p.ops, func(o *written) bool { return o.value == w.value && o.end != never })
	}
	p.ops = append(p.ops, w)
}

func (p *concerned) ended(w *written) {
	if i := p.about(w.value); w.writes || !w.took || i < 0 || p.over[i] && w.end != p.s.violation.end {
		return
	}
	var reads []int // of the value: at most that which ended first, and that which began last
	for i, o := range p.ops {
		if !o.writes && o.value == w.value {
			reads = append(reads, i)
		}
	}
	switch {
	case len(reads) < 2 || w.end == p.s.violation.end:
		p.ops = append(p.ops, w)
	case w.call > p.ops[reads[1]].call:
		p.ops[reads[1]] = w
	}
}

// excerpt puts the events of the operations in order.
func (p *concerned) excerpt() Excerpt {
	events := make(map[int]history.Event)
	var x Excerpt
	for _, w := range p.ops {
		events[w.call] = w.first
		x.From = append(x.From, w.call)
		if w.end != never {
			events[w.end] = w.last
			x.From = append(x.From, w.end)
		}
	}
	slices.Sort(x.From)
	for i, at := range x.From {
		e := events[at]
		e.Index = i
		x.Events = append(x.Events, e)
	}
	return x
}
