package explore

import (
	"fmt"
	"slices"

	"simrun/sim"
	"simrun/sim/digest"
	"simrun/sim/disk"
	"simrun/sim/fault"
)

// Any is a number of departures without a bound.
const Any = -1

// Scope bounds a search. The zero value has one run, that of the schedule without picks.
type Scope struct {
	Faults    []fault.Fault // what may happen, at any step, or, if one waits for an event, right after each such event; their times don't count. See [Expand]
	MaxFaults int           // how many may happen in one run; [Any]: as many as there are steps
	Delays    int           // how many events may come out of turn in one run; [Any]: each
	Depth     int           // departures happen in the first so many steps of a run; 0: in all
	Runs      int           // runs at most; 0: no bound
	Subsets   int           // subsets of the unsynced writes that are tried at one crash; 0: [DefaultSubsets]
	Whole     bool          // go into states that were there before: for tests of what is cut
}

// DefaultSubsets is enough for all that a crash can leave of ten unsynced writes.
const DefaultSubsets = 1 << 10

// valid says what is wrong with a scope of a case; nil if nothing is.
func (s *Scope) valid(c *sim.Case) error {
	switch {
	case s.MaxFaults < Any || s.Delays < Any:
		return fmt.Errorf("%d faults and %d delays: expected numbers from 0, or %d for any", s.MaxFaults, s.Delays, Any)
	case s.Depth < 0 || s.Runs < 0 || s.Subsets < 0:
		return fmt.Errorf("depth %d, %d runs and %d subsets: expected numbers from 0", s.Depth, s.Runs, s.Subsets)
	case !c.Recovery.Skip:
		return fmt.Errorf("the case has a recovery phase: an exhaustive search judges safety alone")
	case len(c.Faults) > 0 || c.Schedule != nil && len(c.Schedule.Picks) > 0:
		return fmt.Errorf("the case has faults or picks of its own: the search decides them")
	}
	for _, f := range s.Faults {
		if f.On != "" && f.Nth > 1 {
			return fmt.Errorf("fault %q waits for one event of several: the search tries each", f)
		}
	}
	return nil
}

// Expand spells out a list of faults: one whose target is any single node becomes one for each.
func Expand(list []fault.Fault, nodes int) []fault.Fault {
	var out []fault.Fault
	for _, f := range list {
		if f.Target != "any" {
			out = append(out, f)
			continue
		}
		for n := range nodes {
			f.Target = fault.Target(sim.NodeID(n + 1).String())
			out = append(out, f)
		}
	}
	return out
}

// departure is what may happen in place of the event that is due.
type departure struct {
	take  int32      // the number of a pending event; below 0: fault number -1-take of the scope
	it    sim.NodeID // where the event was that the fault waits for
	keep  bool       // the crash leaves state
	state disk.State
}

// departures lists what may happen at a moment, in a run that had so many faults and delays.
func (s *search) departures(m *sim.Moment, used cost) []departure {
	if s.scope.Depth > 0 && m.Step() >= s.scope.Depth || !m.Begun() {
		return nil
	}
	list := s.list[:0]
	if allows(s.scope.Delays, used.delays) {
		for i := 1; i < m.Pending(); i++ {
			if m.CanPick(i) {
				list = append(list, departure{take: int32(i)})
			}
		}
	}
	if allows(s.scope.MaxFaults, used.faults) && m.Now() < sim.Time(s.base.Duration) {
		for i := range s.scope.Faults {
			for _, at := range occasions(m, s.scope.Faults[i].On) {
				list = s.faultAt(m, i, at.Node, list)
			}
		}
	}
	s.list = list
	return list
}

// occasions are the events of a name that happened in the last step; for a fault that waits for none, one, wherever.
func occasions(m *sim.Moment, on fault.Event) []sim.Occurrence {
	if on == "" {
		return []sim.Occurrence{{}}
	}
	var list []sim.Occurrence
	for _, h := range m.Happened() {
		if h.Event == on && !slices.Contains(list, h) {
			list = append(list, h)
		}
	}
	return list
}

// fault is fault i of the scope, as it happens at a node.
func (s *search) fault(i int, it sim.NodeID) fault.Fault {
	f := s.scope.Faults[i]
	if f.On, f.Nth = "", 0; f.Target == "it" {
		f.Target = fault.Target(it.String())
	}
	return f
}

// faultAt adds the ways in which a fault of the scope may happen at a moment.
func (s *search) faultAt(m *sim.Moment, i int, it sim.NodeID, list []departure) []departure {
	f := s.fault(i, it)
	d := departure{take: int32(-1 - i), it: it}
	var node sim.NodeID
	switch {
	case f.Target == "": // the event was at no node
		return list
	case f.Kind != fault.Crash || node.UnmarshalText([]byte(f.Target)) != nil || node < 1:
		return append(list, d)
	case !m.Up(node):
		return list
	case f.Keep != disk.LoseAll || f.Op > 0:
		return append(list, d)
	}
	states, whole := m.CrashStates(node, s.scope.Subsets)
	s.report.Partial = s.report.Partial || !whole
	for _, d.state = range states {
		d.keep = true
		list = append(list, d)
	}
	return list
}

// occasion tells moments of one state apart in which other faults may happen.
func (s *search) occasion(m *sim.Moment) uint64 {
	h := digest.New(0)
	for i := range s.scope.Faults {
		if on := s.scope.Faults[i].On; on != "" {
			for _, at := range occasions(m, on) {
				h = h.Word(uint64(i), uint64(at.Node))
			}
		}
	}
	return uint64(h)
}

func allows(most int, used uint16) bool { return most == Any || int(used) < most }

// cost is what a run has used of its bounds.
type cost struct {
	faults, delays uint16
	step           int32
}

func (c cost) within(d cost) bool {
	return c.faults <= d.faults && c.delays <= d.delays && c.step <= d.step
}

// known notes that a state was reached at a cost, and reports whether it was before at no higher cost: then all that follows has been seen, or will be.
func (s *search) known(state uint64, at cost) bool {
	if s.scope.Depth == 0 {
		at.step = 0
	}
	seen := s.seen[state]
	for _, c := range seen {
		if c.within(at) {
			return true
		}
	}
	if len(seen) == 0 {
		s.report.States++
	}
	s.seen[state] = append(slices.DeleteFunc(seen, at.within), at)
	return false
}
