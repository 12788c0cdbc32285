package sim

import (
	"simrun/sim/fault"
)

// What a fault delayed must not stay behind long after the fault, or the system would be blamed for making
// no progress while it still waits for what the fault did to it.

// hasten ends the work of a node that faults, which are over now, made longer, and
// what waits for it.
func (w *world) hasten(s *server) {
	gain := Time(s.lag - s.slow)
	if gain <= 0 {
		return
	}
	s.lag = s.slow
	if s.busy <= w.now {
		return
	}
	for i := range s.outbox {
		o := &s.outbox[i]
		o.at = max(w.now, o.at-gain)
		w.at(o.at, onWake, int(s.id))
	}
	s.busy = max(w.now, s.busy-gain)
	w.at(s.busy, onWake, int(s.id))
	w.hastenTimers(s)
}

// hastenTimers moves the timers of a node that ring later than if they were set now.
func (w *world) hastenTimers(s *server) {
	for i := range s.timers {
		a := &s.timers[i]
		if !a.armed {
			continue
		}
		if at, local := s.after(s.local(w.now), a.wait); at < a.deadline {
			a.local = local
			w.arm(a, at, onTimer, int(s.id)*timerSlots+i)
		}
	}
}

// hastenSyncs ends the syncs of a node that faults, which are over now, made longer.
func (w *world) hastenSyncs(s *server) {
	w.reschedule(func(at Time, k eventKind, slot int) Time {
		if k != onSync || w.syncs.items[slot].node != s.id {
			return at
		}
		y := &w.syncs.items[slot]
		gain := Time(y.more - s.syncMore)
		if gain <= 0 {
			return at
		}
		y.more = s.syncMore
		return max(w.now, at-gain)
	})
}

// relieve ends at the heal what outlives the faults: no timer of a node whose clock is right rings later,
// and no message of another node arrives later, than if it were set or sent now.
func (w *world) relieve() {
	for i := range w.servers[1:] {
		if s := &w.servers[i+1]; !w.lasting(s.id, fault.Clocks) {
			w.hastenTimers(s)
		}
	}
	for i := range w.links {
		w.links[i].Relieve(w.now)
	}
	w.reschedule(func(at Time, k eventKind, slot int) Time {
		if k != onMessage {
			return at
		}
		m := &w.messages.items[slot]
		if m.from < 0 || m.to < 0 || m.from == m.to {
			return at
		}
		return min(at, w.link(m.from, m.to).Sooner(w.now, m.key, m.copied, &w.dice))
	})
}

// reschedule asks of everything that is due when it is due instead.
func (w *world) reschedule(when func(at Time, k eventKind, slot int) Time) {
	type item struct {
		at   Time
		kind eventKind
		slot int
	}
	var items []item
	for {
		at, r, ok := w.queue.Pop()
		if !ok {
			break
		}
		items = append(items, item{Time(at), eventKind(r >> slotBits), int(r & maxSlot)})
	}
	for _, x := range items {
		w.at(when(x.at, x.kind, x.slot), x.kind, x.slot)
	}
}
