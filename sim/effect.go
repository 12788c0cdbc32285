package sim

import (
	"fmt"
	"time"

	"simrun/sim/clock"
	"simrun/sim/disk"
	"simrun/sim/fault"
	"simrun/sim/rng"
)

// apply makes a fault that begins take effect.
func (w *world) apply(i int) {
	f := &w.plan.steps[i].f
	switch {
	case f.Kind == fault.Heal:
		if w.healLinks() {
			w.tookEffect(i)
		}
	case f.Kind.OnLinks():
		w.eachLink(i, func(l *link) {
			l.Begin(i, *f, w.now)
			w.tookEffect(i)
		})
	default:
		w.plan.steps[i].gens = make([]int, w.c.Nodes+1)
		for n := range w.plan.steps[i].hits.Nodes.Nodes() {
			if w.hit(&w.servers[n], i) {
				w.tookEffect(i)
			}
		}
	}
}

// revoke takes back what a fault does when it ends.
func (w *world) revoke(i int) {
	f := &w.plan.steps[i].f
	if f.Kind.OnLinks() {
		w.eachLink(i, func(l *link) {
			for _, slot := range l.End(i, f.Kind) {
				w.carry(l, slot)
			}
		})
		return
	}
	for n := range w.plan.steps[i].hits.Nodes.Nodes() {
		w.spare(&w.servers[n], i)
	}
}

// eachLink calls do with each link that a fault hits, in order.
func (w *world) eachLink(i int, do func(*link)) {
	for _, l := range w.plan.steps[i].hits.Links {
		if int(l.From) <= w.c.Nodes && int(l.To) <= w.c.Nodes {
			do(w.link(NodeID(l.From), NodeID(l.To)))
		}
	}
}

// healLinks ends every partition, cut and clog in force. It reports whether any was.
func (w *world) healLinks() (healed bool) {
	for i := range w.plan.steps {
		s := &w.plan.steps[i]
		if s.active && s.f.Kind.Family() == fault.Networks {
			w.endStep(i)
			healed = true
		}
	}
	return healed
}

// hit makes a fault hit a node. It reports whether that changed anything: a crash that waits for a disk operation
// has not yet, and says so itself.
func (w *world) hit(s *server, i int) (changed bool) {
	st := &w.plan.steps[i]
	f := &st.f
	s.damaged = s.damaged || damages(f.Kind)
	switch f.Kind {
	case fault.Crash:
		if f.Op > 0 {
			s.dieOps, s.dieBy = f.Op, i
			return false
		}
		w.takeDown(s, i)
		return false // it has said so
	case fault.Restart:
		changed = !s.up
		s.held = 0
		s.holds++
		w.restart(s)
		return changed
	case fault.Pause:
		if !s.up {
			return false
		}
		st.gens[s.id] = s.pauses + 1
		w.pause(s)
	case fault.Resume:
		if s.paused == 0 {
			return false
		}
		s.pauses++
		s.paused = 1
		w.resume(s)
	case fault.Slow:
		s.slow += f.By
	case fault.Rot:
		return w.rot(s, f)
	case fault.Misdirect:
		s.disk.Misdirect()
	case fault.CutFile, fault.LoseFile:
		return w.damage(s, f)
	case fault.IOError, fault.ShortIO:
		s.disk.Fail(i, f.Failure())
		return false // it changes something when it hits a call
	case fault.SlowSync:
		s.syncMore += f.By
	case fault.StallSync:
		s.syncStall++
	case fault.Skew:
		w.changeClock(s, func(c *clock.Clock, now time.Duration) { c.Step(now, f.By) })
	case fault.Drift, fault.Strobe, fault.DiskFull:
		w.settleServer(s, f.Kind)
	}
	return true
}

// spare ends a fault on a node.
func (w *world) spare(s *server, i int) {
	st := &w.plan.steps[i]
	f := &st.f
	switch f.Kind {
	case fault.Crash:
		if s.dieBy == i && s.dieOps > 0 {
			s.dieOps = 0
			return
		}
		if st.gens[s.id] == s.holds+1 {
			if s.held--; s.held == 0 {
				w.restart(s)
			}
		}
	case fault.Pause:
		if s.paused > 0 && st.gens[s.id] == s.pauses+1 {
			w.resume(s)
		}
	case fault.Slow:
		s.slow -= f.By
		w.hasten(s)
	case fault.SlowSync:
		s.syncMore -= f.By
		w.hastenSyncs(s)
	case fault.StallSync:
		if s.syncStall--; s.syncStall == 0 {
			for _, slot := range s.stalled {
				w.at(w.now, onSync, slot)
			}
			s.stalled = s.stalled[:0]
		}
	case fault.Skew:
		w.changeClock(s, func(c *clock.Clock, now time.Duration) { c.Step(now, -f.By) })
	case fault.IOError, fault.ShortIO:
		s.disk.Spare(i)
	case fault.Drift, fault.Strobe, fault.DiskFull:
		w.settleServer(s, f.Kind)
	}
}

// takeDown crashes a node for as long as a fault lasts.
func (w *world) takeDown(s *server, i int) {
	st := &w.plan.steps[i]
	st.gens[s.id] = s.holds + 1 // 0 is: it does not hold this node
	s.held++
	if s.up || st.f.Keep == disk.Wiped {
		w.tookEffect(i)
	}
	s.emptied = s.emptied || st.f.Keep == disk.Wiped
	if !s.up && st.f.Keep == disk.Wiped {
		s.disk.Wipe()
	}
	if w.chooser != nil && s.up && st.f.Keep != disk.Wiped {
		st.f.Keep, st.f.State = disk.Chosen, w.chooser.choose(s.disk)
		w.plan.resolved[st.order] = st.f
	}
	w.crash(s, st.f.Keep, st.f.State, "fault")
}

// restart starts a node that is down.
func (w *world) restart(s *server) {
	if !s.up {
		s.bootCause = w.events
		w.at(w.now, onBoot, int(s.id))
	}
}

// settleServer sets what the last fault of a kind in force decides alone.
func (w *world) settleServer(s *server, k fault.Kind) {
	var f fault.Fault
	for i := range w.plan.steps {
		if st := &w.plan.steps[i]; st.active && st.f.Kind == k && st.hits.Nodes.Has(fault.Node(s.id)) {
			f = st.f
		}
	}
	switch k {
	case fault.Drift:
		w.changeClock(s, func(c *clock.Clock, now time.Duration) { c.Drift(now, f.Ratio.Num, max(1, f.Ratio.Den)) })
	case fault.Strobe:
		w.changeClock(s, func(c *clock.Clock, now time.Duration) { c.SetStrobe(now, clock.Strobe{By: f.By, Every: f.Every}) })
	case fault.DiskFull:
		s.disk.SetFull(f.Kind == k)
	}
}

// setClock puts a node's clock right.
func (w *world) setClock(s *server) {
	if s.skewed {
		w.changeClock(s, func(c *clock.Clock, _ time.Duration) { *c = clock.Clock{} })
	}
}

// rot flips a bit of what a node has stored. It reports whether there was one.
func (w *world) rot(s *server, f *fault.Fault) bool {
	spot, ok := s.disk.Rot(f.File, f.Sector-1, w.lot(s, f))
	if ok {
		w.noted(s, fmt.Sprintf("a bit of sector %d of %s flipped", spot.Sector+1, spot.File))
	} else {
		w.noted(s, "no such sector to rot")
	}
	return ok
}

// damage takes a part of what a node has stored. It reports whether there was such a file.
func (w *world) damage(s *server, f *fault.Fault) bool {
	var file, did string
	var left int
	var ok bool
	if f.Kind == fault.LoseFile {
		file, ok = s.disk.Lose(f.File, w.lot(s, f))
		did = file + " is lost"
	} else {
		file, left, ok = s.disk.Cut(f.File, f.Left, w.lot(s, f))
		did = fmt.Sprintf("%s is cut to %d B", file, left)
	}
	if !ok {
		did = "no such file to damage"
	}
	w.noted(s, did)
	return ok
}

// lot is the decision that a fault leaves open, on a node.
func (w *world) lot(s *server, f *fault.Fault) rng.Value {
	return rng.Draw(w.seed, rng.Name(f.Key()), uint64(s.id), 0)
}

// noted tells the trace what a fault did to a node.
func (w *world) noted(s *server, text string) {
	if w.trace != nil {
		w.record(Record{Kind: Note, Node: s.id, Text: text})
	}
}
