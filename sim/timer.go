package sim

import (
	"fmt"
	"time"

	"simrun/sim/clock"
)

// alarm is one timer. It holds at most one item of the queue that counts: setting
// it to a later time pushes nothing, and the item, when it comes up, goes to
// where the alarm stands by then.
type alarm struct {
	deadline Time
	queued   Time          // when the item that counts comes up; history.Never if there is none
	local    time.Duration // the deadline by the node's clock, where that differs
	wait     time.Duration // what a node's timer was set to
	cause    uint64        // event that set it
	armed    bool
}

// arm puts the deadline of an alarm, in place of the one it had.
func (w *world) arm(a *alarm, at Time, k eventKind, slot int) {
	a.deadline = at
	if at < a.queued {
		a.queued = at
		w.at(at, k, slot)
	}
}

// rings is asked when an item of an alarm comes up: whether the alarm goes off now.
func (w *world) rings(a *alarm, k eventKind, slot int) bool {
	if a.queued > w.now {
		return false // the item was overtaken by an earlier one, whose successor still stands
	}
	a.queued = never
	if !a.armed {
		return false
	}
	if a.deadline > w.now {
		a.queued = a.deadline
		w.at(a.deadline, k, slot)
		return false
	}
	a.armed = false
	return true
}

// setTimer is the engine's part of [Env.SetTimer].
func (w *world) setTimer(s *server, t TimerID, d time.Duration) {
	for int(t) >= len(s.timers) {
		s.timers = append(s.timers, alarm{queued: never})
	}
	a := &s.timers[t]
	a.wait, a.cause, a.armed = waitable(d), w.events, true
	var at Time
	at, a.local = s.after(s.local(w.now), a.wait)
	w.arm(a, at, onTimer, int(s.id)*timerSlots+int(t))
}

// after is when a wait is over that begins at a moment, and what the node's clock shows then, if that differs.
func (s *server) after(from Time, d time.Duration) (at Time, local time.Duration) {
	if !s.skewed {
		return from + Time(d), 0
	}
	local = s.clock.Now(time.Duration(from)) + d
	return Time(s.clock.When(time.Duration(from), local)), local
}

// changeClock does something to a node's clock, and moves the node's timers to
// where the clock shows the time that they were set to.
func (w *world) changeClock(s *server, change func(c *clock.Clock, now time.Duration)) {
	now := time.Duration(w.now)
	if !s.skewed {
		for i := range s.timers {
			s.timers[i].local = time.Duration(s.timers[i].deadline)
		}
	}
	change(&s.clock, now)
	s.skewed = s.clock != clock.Clock{}
	for i := range s.timers {
		if a := &s.timers[i]; a.armed {
			w.arm(a, Time(s.clock.When(now, a.local)), onTimer, int(s.id)*timerSlots+i)
		}
	}
}

// timerDue is called when an item of a node's timer comes up.
func (w *world) timerDue(slot int) {
	s := &w.servers[slot/timerSlots]
	a := &s.timers[slot%timerSlots]
	if a.armed && a.deadline <= w.now && a.queued <= w.now && s.waits(w.now) {
		s.later(onTimer, slot)
		return
	}
	w.timerRings(s, slot)
}

// timerRings gives a node its timer, if it is still set to now or before.
func (w *world) timerRings(s *server, slot int) {
	t := TimerID(slot % timerSlots)
	a := &s.timers[t]
	if !w.rings(a, onTimer, slot) {
		return
	}
	w.begin(didTimer, s.id, NodeID(t), a.cause)
	if w.trace != nil {
		w.record(Record{Kind: TimerRun, Node: s.id, Text: w.timerName(t)})
	}
	w.enter(s)
	switch {
	case t == callTimer:
		w.callsTimeOut(s)
	case t == deferTimer:
		w.runDeferred(s)
	case s.onTimer == nil:
		panic(fmt.Sprintf("sim: a timer was set at boot by a node of type %T, which has no method Timer(sim.TimerID)", s.node))
	default:
		s.onTimer.Timer(t)
	}
	w.handled(s)
}

// waitable bounds a wait, so that sums of times never overflow: no run lasts 36 years.
func waitable(d time.Duration) time.Duration { return min(max(d, 0), 1<<60) }
