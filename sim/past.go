package sim

import (
	"simrun/sim/digest"
	"simrun/sim/fault"
)

// past is what happened in a run with a schedule, as far as what is to come can depend on it.
//
// A participant is a function of what it was given since its disk was all that it had. So two runs in which everybody was
// given the same, in the same order for each, are in the same state, whatever the order among them: steps of different
// participants commute (Mazurkiewicz traces). What monitors and the history saw is in one order for all.
type past struct {
	given   []digest.Hash // by participant: servers from 1, then clients
	seen    digest.Hash   // the steps in which monitors or the history saw something
	faults  digest.Hash   // the faults that began and ended
	actor   int           // of the last step, in given; 0: nobody
	booting bool          // the last step was a boot
	told    uint64        // facts and events of the history before the last step
	up      []bool        // by server, before the last step
}

func (w *world) makePast() past {
	n := len(w.servers) + len(w.clients)
	return past{given: make([]digest.Hash, n), up: make([]bool, len(w.servers))}
}

// place is where a participant's past is.
func (w *world) place(id NodeID) int {
	if id < 0 {
		return len(w.servers) - 1 + int(-id)
	}
	return int(id)
}

// foldStep adds an event that comes now to the past of who it happens to.
func (w *world) foldStep(p *pending) {
	x := &w.order.past
	x.actor, x.booting = 0, p.kind == onBoot
	if p.kind == onEnd || p.kind == onFault {
		w.foldFault(&w.plan.steps[p.slot].f, p.kind == onEnd)
		return
	}
	if p.who == 0 || p.kind == onMessage && p.who > 0 && !w.servers[p.who].up {
		return // it is lost
	}
	x.actor = w.place(p.who)
	h := x.given[x.actor].Word(uint64(w.now), uint64(p.kind)<<32|uint64(uint32(p.peer))).Word(p.ord, uint64(p.content))
	if p.kind == onBoot {
		h = h.Word(uint64(w.servers[p.who].boots), 0)
	}
	x.given[x.actor] = h
}

// foldFault adds a fault that begins or ends now. What a crash leaves is in the past of its node soon; the messages that a cut takes are missing in
// what is pending; anything else may change what any node sees.
func (w *world) foldFault(f *fault.Fault, ends bool) {
	x := &w.order.past
	x.actor, x.booting = 0, false
	if w.plainCrash(f, ends) {
		return
	}
	line := digest.New(uint64(w.now)).String(f.String())
	x.faults = x.faults.Word(uint64(w.now), uint64(line))
	if f.Kind.Family() == fault.Networks || f.Kind == fault.Crash || f.Kind == fault.Restart {
		return
	}
	for i := range x.given {
		x.given[i] = x.given[i].Word(uint64(line), 1)
	}
}

// plainCrash reports whether a fault takes one node down that runs, or ends what alone holds it down.
func (w *world) plainCrash(f *fault.Fault, ends bool) bool {
	var node NodeID
	if f.Kind != fault.Crash || f.Op > 0 || node.UnmarshalText([]byte(f.Target)) != nil || node < 1 {
		return false
	}
	s := &w.servers[node]
	return !ends && s.up || ends && s.held == 1
}

// settleStep adds what came of the last step.
func (w *world) settleStep() {
	x := &w.order.past
	if told := w.factsTold + uint64(len(w.history)); told != x.told || x.booting && w.bootsSeen() {
		x.told = told
		if x.actor > 0 {
			x.seen = x.seen.Word(uint64(x.given[x.actor]), uint64(x.actor))
		}
	}
	x.booting = false
	for i := range w.servers[1:] {
		s := &w.servers[i+1]
		if x.up[i+1] && !s.up {
			h := w.remains(s)
			if w.diskFaulted() {
				h = h.Word(uint64(x.given[i+1]), 1) // how often the disk has drawn is not to be seen on it
			}
			x.given[i+1] = h
		}
		x.up[i+1] = s.up
	}
}

// remains is all that is left of a node that is down: its disk, and the numbers that go on counting.
func (w *world) remains(s *server) digest.Hash {
	h := digest.New(uint64(s.boots)).String(s.disk.Fingerprint()).Word(s.called, uint64(s.held))
	if s.syncNth.at == w.now {
		h = h.Word(s.syncNth.nth, 1)
	}
	for to := range w.hosts() {
		if n := w.link(s.id, NodeID(to+1)).nth; n.at == w.now {
			h = h.Word(n.nth, uint64(to)+2)
		}
	}
	return h
}

// diskFaulted reports whether a fault of a disk has begun.
func (w *world) diskFaulted() bool {
	for i := range w.plan.steps {
		if s := &w.plan.steps[i]; s.began > 0 && s.f.Kind.Family() == fault.Disks {
			return true
		}
	}
	return false
}

// bootsSeen reports whether a monitor wants to know of boots.
func (w *world) bootsSeen() bool {
	for i := range w.watches {
		if w.watches[i].boot != nil {
			return true
		}
	}
	return false
}
