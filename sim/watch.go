package sim

import (
	"slices"
	"strings"

	"simrun/sim/fault"
)

// watch is a monitor of a run. It is asked until it has found a violation.
type watch struct {
	monitor Monitor
	boot    Booter // nil if it does not want to know
	forgot  Forgetter
	look    Watcher // nil if it does not look by itself
	broken  bool
}

func (w *world) makeWatches(monitors []Monitor) {
	w.watches = make([]watch, len(monitors))
	for i, m := range monitors {
		w.watches[i].monitor = m
		w.watches[i].boot, _ = m.(Booter)
		w.watches[i].forgot, _ = m.(Forgetter)
		if l, ok := m.(Looker); ok {
			l.Begin(Cluster{w})
		}
		w.watches[i].look, _ = m.(Watcher)
	}
}

// booted tells the monitors that a node has lost its volatile state, and if it has, also that it has lost the rest.
func (w *world) booted(s *server) {
	at, forgot := w.sighting(s.id), s.emptied && w.sys.Profile.Claims.Wiped == fault.Nobody
	s.emptied = false
	for i := range w.watches {
		x := &w.watches[i]
		if x.boot != nil {
			x.boot.Booted(at)
		}
		if forgot && x.forgot != nil {
			x.forgot.Forgot(at)
		}
	}
}

// Trigger is a [Fact] that a fault of a plan can wait for.
type Trigger interface {
	Fact
	// Trigger names the event: "elected", "commit". A system lists its names in [System.Profile].
	Trigger() fault.Event
}

// stated shows a fact to the monitors, the trace and the plan.
func (w *world) stated(s *server, f Fact) {
	if w.trace != nil {
		w.record(Record{Kind: FactSeen, Node: s.id, Text: f.String()})
	}
	if len(w.watches) > 0 {
		w.factsTold++
	}
	at := w.sighting(s.id)
	for i := range w.watches {
		x := &w.watches[i]
		if x.broken {
			continue
		}
		if b := x.monitor.Observe(at, f); b != nil {
			x.broken = true
			w.violate(x.monitor.Name(), s.id, b.Detail, append(b.Evidence, Evidence{Sighting: at, Shows: f.String()})...)
		}
	}
	if h, ok := f.(Halting); ok {
		s.halted = Evidence{Sighting: at, Shows: "halted: " + h.Halts()}
	}
	if o, ok := f.(Trigger); ok {
		event := o.Trigger()
		if event == w.sys.Profile.Elected {
			w.activity.Leaders++
		}
		if len(w.c.Workload.Phases) > 0 {
			w.mixHears(event)
		}
		if len(w.plan.waiting) > 0 || w.order != nil {
			w.trigger(event, s.id)
		}
	}
}

// reached counts a mark.
func (w *world) reached(s *server, mark string) {
	if w.marks == nil {
		w.marks = map[string]uint64{}
	}
	w.marks[mark]++
	if w.trace != nil {
		w.record(Record{Kind: Reached, Node: s.id, Text: mark})
	}
}

// sortedMarks lists the marks that were reached, in order of name.
func (w *world) sortedMarks() []Mark {
	list := make([]Mark, 0, len(w.marks))
	for name, n := range w.marks {
		list = append(list, Mark{name, n})
	}
	slices.SortFunc(list, func(a, b Mark) int { return strings.Compare(a.Name, b.Name) })
	return list
}
