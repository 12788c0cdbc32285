package check

import (
	"cmp"
	"errors"
	"slices"

	"simrun/history"
)

// Excerpt is the part of a history that a violation is about: a few operations.
type Excerpt struct {
	Events []history.Event // numbered from 0
	From   []int           // for each: which event of the whole history it is
}

// Explain reads the history again and decides the operations that a violation is about, as [Linearizable] does: the verdict has a core and a reason. Its indices are
// those of the excerpt. Now and then, where values were written again, the operations that are left have an order: then the error is [ErrUnexplained]. read gives each event from the first on, until the callback returns an error, which it returns.
func (s *Stream) Explain(read func(each func(history.Event) error) error, opts Options) (Verdict, Excerpt, error) {
	if s.outcome != Violation {
		return Verdict{}, Excerpt{}, errors.New("check: Stream.Explain of a history that is not a violation")
	}
	// The initial value was there before all others, so that the operations may have an order that begins with it.
	for _, about := range [][]history.Value{s.violation.about, append(s.violation.about[:len(s.violation.about):len(s.violation.about)], *s.rule.Initial)} {
		lives, err := s.lives(read, about)
		if err != nil {
			return Verdict{}, Excerpt{}, err
		}
		x, err := s.excerpt(read, append(lives, s.violation.events...))
		if err != nil {
			return Verdict{}, Excerpt{}, err
		}
		if v, err := Linearizable(s.spec, x.Events, opts); err != nil || v.Outcome == Violation {
			return v, x, err
		}
	}
	return Verdict{}, Excerpt{}, ErrUnexplained
}

// ErrUnexplained is the error of [Stream.Explain] for a violation that only the whole history explains.
var ErrUnexplained = errors.New("values were written again, so that only the whole history explains it")

var errEnough = errors.New("enough")

// lives follows the history again, and returns the events that tell what became of some values.
func (s *Stream) lives(read func(each func(history.Event) error) error, values []history.Value) (events []int, err error) {
	again := NewStream(s.spec)
	object := again.object(s.violation.key)
	for _, v := range values {
		object.Watch(v)
	}
	err = read(func(e history.Event) error {
		if again.events > s.violation.end {
			return errEnough
		}
		_, err := again.Feed(&e)
		return err
	})
	if err != nil && !errors.Is(err, errEnough) {
		return nil, err
	}
	for _, v := range values {
		events = append(events, object.Watched(v)...)
	}
	return events, nil
}

// excerpt reads the operations that events name.
func (s *Stream) excerpt(read func(each func(history.Event) error) error, events []int) (Excerpt, error) {
	wanted := make(map[int]bool)
	for _, at := range events {
		wanted[at] = true
	}
	type numbered struct {
		history.Event
		at int
	}
	under := make(map[history.Process]numbered) // invocations of which nothing is known yet
	var found []numbered
	at := -1
	err := read(func(e history.Event) error {
		if at++; at > s.violation.end {
			return errEnough
		}
		switch call, runs := under[e.Process]; {
		case e.Process == history.Nemesis:
		case e.Type == history.Invoke && wanted[at]:
			found = append(found, numbered{e, at})
			under[e.Process] = numbered{at: -1} // it is there already
		case e.Type == history.Invoke:
			under[e.Process] = numbered{e, at}
		case runs && (call.at < 0 || wanted[at]):
			if call.at >= 0 {
				found = append(found, call)
			}
			found = append(found, numbered{e, at})
			fallthrough
		default:
			delete(under, e.Process)
		}
		return nil
	})
	if err != nil && !errors.Is(err, errEnough) {
		return Excerpt{}, err
	}
	slices.SortFunc(found, func(a, b numbered) int { return cmp.Compare(a.at, b.at) })
	var x Excerpt
	for i, e := range found {
		e.Index = i
		x.Events, x.From = append(x.Events, e.Event), append(x.From, e.at)
	}
	return x, nil
}
