// Package explore goes through all runs of a small case: every order of deliveries, timeouts and completions, and every fault of
// a list at every step, with all that a crash can leave on a disk, within bounds.
//
// It is a stateless search: each run begins at the start, and departs from the schedule without picks at a few steps. Runs with fewer departures
// come first, as in the search bounded by delays (Emmi, Qadeer and Rakamarić, POPL'11) or preemptions (Musuvathi and Qadeer,
// PLDI'07), so that the first failing run has as few as any. A run that comes to a state that was there before ends: what
// follows has been seen. States are equal if every participant was given the same in the same order, so that orders which differ
// in independent steps alone are one (partial-order reduction by state; Godefroid, LNCS 1032).
package explore

import (
	"slices"
	"strconv"
	"time"

	"simrun/sim"
	"simrun/sim/disk"
)

// Report says what a search covered.
type Report struct {
	Runs     int    // that were begun
	Cut      int    // of them, those that ended in a state that was there before
	States   int    // that differ
	Hidden   int    // steps at which the state could not be told, so that nothing is cut there
	Events   uint64 // executed in all runs
	Longest  int    // run, in steps
	Level    int    // every run with at most so many departures was covered; -1: not even the first
	Complete bool   // every run within the bounds was covered
	Partial  bool   // but of some crash not all subsets of the unsynced writes
}

// Result is what a search found.
type Result struct {
	Report
	Failure *sim.Case // the first failing run: no run with fewer departures fails. nil if none was found
}

// Explore searches the runs of a case that a scope allows, until one fails. The case has no faults and no recovery phase, and should have constant
// latencies. fails must depend on the result alone. each is called after every run, and may end the search by
// false; it may be nil.
//
// The error says what is wrong with the case or the scope, or is that of fails.
func Explore(system sim.System, c sim.Case, scope Scope, fails func(*sim.Result) (bool, error), each func(Report) bool) (Result, error) {
	c.Schedule = nil
	c, err := system.Complete(c)
	if err == nil {
		err = scope.valid(&c)
	}
	if err != nil {
		return Result{}, err
	}
	if scope.Subsets == 0 {
		scope.Subsets = DefaultSubsets
	}
	s := search{system: system, base: c, scope: scope, seen: map[uint64][]cost{}}
	s.report.Level = -1
	failure, err := s.levels(fails, each)
	return Result{s.report, failure}, err
}

// search is a search under way.
type search struct {
	system sim.System
	base   sim.Case
	scope  Scope
	seen   map[uint64][]cost
	report Report
	next   []*run // one more departure than the present ones
	short  bool   // some of them were dropped, since there are no runs left for them
	list   []departure
}

// run is a run to be made: that of parent, with one more departure.
type run struct {
	parent *run
	step   int32
	departure
	cost
	at sim.Time
}

// levels goes through the runs, those with fewer departures first.
func (s *search) levels(fails func(*sim.Result) (bool, error), each func(Report) bool) (*sim.Case, error) {
	whole := true
	for level := []*run{nil}; len(level) > 0; level = s.next {
		s.next = nil
		for _, r := range level {
			if s.scope.Runs > 0 && s.report.Runs >= s.scope.Runs {
				return nil, nil
			}
			failed, err := s.try(r, fails)
			if err != nil {
				return nil, err
			}
			if failed {
				c, err := s.spelled(r)
				return &c, err
			}
			if each != nil && !each(s.report) {
				return nil, nil
			}
		}
		if whole {
			s.report.Level++
		}
		whole = whole && !s.short
	}
	s.report.Complete = whole
	return nil, nil
}

// try makes a run, and notes what departs from it.
func (s *search) try(r *run, fails func(*sim.Result) (bool, error)) (bool, error) {
	from, used := 0, cost{}
	if r != nil {
		from, used = int(r.step)+1, r.cost
	}
	cut, steps := false, 0
	result, err := sim.Watch(s.system, s.caseOf(r), func(m *sim.Moment) bool {
		if steps = m.Step(); steps < from {
			return true
		}
		state, visible := m.State()
		used.step = int32(steps)
		switch {
		case !visible:
			s.report.Hidden++
		case s.scope.Whole:
		case s.known(state^s.occasion(m), used):
			cut = true
			return false
		}
		for _, d := range s.departures(m, used) {
			s.add(r, used, m, d)
		}
		return true
	})
	if err != nil {
		return false, err
	}
	s.report.Runs++
	s.report.Events += result.Events
	s.report.Longest = max(s.report.Longest, steps)
	if cut {
		s.report.Cut++
		return false, nil // the run that was there before went on to its end, and was judged
	}
	return fails(result)
}

// add puts a run in line.
func (s *search) add(r *run, used cost, m *sim.Moment, d departure) {
	if s.scope.Runs > 0 && s.report.Runs+len(s.next) >= s.scope.Runs {
		s.short = true
		return
	}
	if d.take < 0 {
		used.faults++
	} else {
		used.delays++
	}
	s.next = append(s.next, &run{parent: r, step: int32(m.Step()), departure: d, cost: used, at: m.Now()})
}

// caseOf is the case of a run.
func (s *search) caseOf(r *run) sim.Case {
	c := s.base
	c.Schedule = &sim.Schedule{}
	var path []*run
	for ; r != nil; r = r.parent {
		path = append(path, r)
	}
	for _, r := range slices.Backward(path) {
		p := sim.Pick{Step: int(r.step)}
		if r.take >= 0 {
			p.Event = "#" + strconv.Itoa(int(r.take)+1)
		} else {
			f := s.fault(int(-1-r.take), r.it)
			if r.keep {
				f.Keep, f.State = disk.Chosen, r.state
			}
			f.At = time.Duration(r.at)
			c.Faults = append(c.Faults, f)
			p.Event = "fault " + strconv.Itoa(len(c.Faults))
		}
		c.Schedule.Picks = append(c.Schedule.Picks, p)
	}
	return c
}

// spelled is the case of a run, with the names of what was picked.
func (s *search) spelled(r *run) (sim.Case, error) {
	c := s.caseOf(r)
	picks := slices.Clone(c.Schedule.Picks)
	next := 0
	_, err := sim.Watch(s.system, c, func(m *sim.Moment) bool {
		if next == len(picks) {
			return false
		}
		if p := &picks[next]; p.Step == m.Step() {
			if n, err := strconv.Atoi(p.Event[1:]); err == nil {
				p.Event = m.Name(n - 1)
			}
			next++
		}
		return true
	})
	c.Schedule.Picks = picks
	return c, err
}
