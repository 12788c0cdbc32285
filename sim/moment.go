package sim

import (
	"fmt"

	"simrun/sim/digest"
	"simrun/sim/disk"
	"simrun/sim/fault"
)

// Moment is a run with a schedule before one of its steps: what can be picked, and whether it has been here before. It is valid
// until the function returns that got it.
type Moment struct{ w *world }

// Watch runs a case with a schedule, and calls each before every step. If that returns false, the run ends there.
// Otherwise it is [Run].
func Watch(s System, c Case, each func(*Moment) bool) (*Result, error) {
	c, err := s.Complete(c)
	if err != nil {
		return nil, err
	}
	if c.Schedule == nil {
		return nil, fmt.Errorf("the case has no schedule, so there are no steps to watch")
	}
	w, err := newWorld(&s, c)
	if err != nil {
		return nil, err
	}
	w.order.each = each
	w.run()
	return w.result(), nil
}

// Step is how many steps came before.
func (m *Moment) Step() int { return m.w.order.step }

// Now is the virtual time.
func (m *Moment) Now() Time { return m.w.now }

// Begun reports whether every server and client has started.
func (m *Moment) Begun() bool {
	for i := range m.w.order.pending {
		if p := &m.w.order.pending[i]; p.kind == onStart || p.kind == onBoot && m.w.servers[p.slot].boots == 0 {
			return false
		}
	}
	return true
}

// Pending counts the events that can come next. Number 0 comes if none is picked.
func (m *Moment) Pending() int { return len(m.w.order.pending) }

// CanPick reports whether an event may come out of turn.
func (m *Moment) CanPick(i int) bool { return m.w.pickable(&m.w.order.pending[i]) }

// Name is the name of an event for a [Pick]; "" if it can't be picked.
func (m *Moment) Name(i int) string { return m.w.nameOf(&m.w.order.pending[i]) }

// Occurrence is an event that a fault could wait for, and the node that it was at; 0: none.
type Occurrence struct {
	Event fault.Event
	Node  NodeID
}

// Happened lists the events of the last step that a fault could wait for. It must not be changed.
func (m *Moment) Happened() []Occurrence { return m.w.order.happened }

// Up reports whether a node runs.
func (m *Moment) Up(n NodeID) bool { return m.w.servers[n].up }

// CrashStates lists what a crash of a node could leave now: see [disk.Disk.CrashStates].
func (m *Moment) CrashStates(n NodeID, limit int) (states []disk.State, complete bool) {
	return m.w.servers[n].disk.CrashStates(limit)
}

// State tells states of runs of one case apart, that differ in schedule and plan alone: from equal states, equal picks lead to
// equal results. It is a hash, so that different states are equal once in 2^64. It is false where
// part of the state is out of its sight: while a node is paused, slow or busy, a sync or a link is held, or links have a bandwidth.
func (m *Moment) State() (state uint64, ok bool) {
	w := m.w
	if w.hidden() {
		return 0, false
	}
	x := &w.order.past
	h := digest.New(uint64(w.now)).Word(uint64(x.seen), uint64(x.faults)).Word(uint64(len(w.violations)), 0)
	for _, g := range x.given {
		h = h.Word(uint64(g), 0)
	}
	for i := range w.order.pending {
		p := &w.order.pending[i]
		h = h.Word(uint64(p.at), uint64(p.kind)).Word(uint64(uint32(p.who))<<32|uint64(uint32(p.peer)), p.ord).Word(uint64(p.content), 0)
	}
	return uint64(h), true
}

// hidden reports whether there is state that [Moment.State] does not see.
func (w *world) hidden() bool {
	if w.c.Network.Bandwidth > 0 {
		return true
	}
	for i := range w.plan.steps {
		switch s := &w.plan.steps[i]; s.f.Kind {
		case fault.Bandwidth:
			if s.began > 0 {
				return true // the wire stays taken for a while
			}
		case fault.Pause, fault.Slow, fault.StallSync, fault.Clog, fault.SwizzleClog:
			if s.active {
				return true
			}
		}
	}
	for i := range w.servers[1:] {
		s := &w.servers[i+1]
		if s.paused > 0 || s.busy > w.now || len(s.backlog) > 0 || len(s.outbox) > 0 || len(s.stalled) > 0 {
			return true
		}
	}
	return false
}
