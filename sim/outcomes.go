package sim

import (
	"simrun/sim/disk"
)

// Outcomes lists the cases that differ from c in nothing but what its crashes
// leave on the disks: every subset of the unsynced writes, at every crash of the plan, where two
// that leave the same are one. The plan of each case is spelled out. The list is complete
// unless there are more cases, or more subsets at one crash, than limit.
//
// It runs the case once for each outcome, and follows each to the next crash: a search
// in depth through all that the disks may do.
func Outcomes(s System, c Case, limit int) (cases []Case, complete bool, err error) {
	if c, err = s.Complete(c); err != nil {
		return nil, false, err
	}
	ch := chooser{limit: limit, complete: true}
	for len(cases) < limit {
		w, err := newWorld(&s, c)
		if err != nil {
			return nil, false, err
		}
		ch.depth = 0
		w.chooser = &ch
		w.run()
		c := w.c
		c.Faults = w.plan.resolved
		cases = append(cases, c)
		if !ch.advance() {
			return cases, ch.complete, nil
		}
	}
	return cases, false, nil
}

// chooser decides what crashes leave, by a path through the tree of choices.
type chooser struct {
	path     []choice
	depth    int
	limit    int
	complete bool
}

// choice is one crash of one node: what it may leave, and which is taken.
type choice struct {
	states []disk.State
	taken  int
}

// choose returns what the next crash leaves.
func (ch *chooser) choose(d *disk.Disk) disk.State {
	if ch.depth == len(ch.path) {
		states, complete := d.CrashStates(ch.limit)
		ch.complete = ch.complete && complete
		ch.path = append(ch.path, choice{states: states})
	}
	at := &ch.path[ch.depth]
	ch.depth++
	return at.states[at.taken]
}

// advance moves to the next path; false if there is none.
func (ch *chooser) advance() bool {
	for len(ch.path) > 0 {
		last := &ch.path[len(ch.path)-1]
		if last.taken++; last.taken < len(last.states) {
			return true
		}
		ch.path = ch.path[:len(ch.path)-1]
	}
	return false
}
