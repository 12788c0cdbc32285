package sim

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Halting is a [Fact] by which a node says that it takes no more part in its cluster until it is started again. It is what a lack of
// progress is told with.
type Halting interface {
	Fact
	// Halts says why, in a few words: "its disk is damaged".
	Halts() string
}

// stuck ends the run because the system did not recover in time. It says who waits and who has given up; the evidence
// says what is known of each node, and which faults are in force still.
func (w *world) stuck(waits []string) {
	var known []Evidence
	for _, c := range w.clients {
		if !c.recovered && c.open {
			known = append(known, Evidence{Sighting: Sighting{c.invoked, c.invokedIn, c.id}, Shows: strings.TrimPrefix(c.waitsFor(), c.id.String()+" ")})
		}
	}
	for i := 1; i <= w.c.Nodes; i++ {
		s := &w.servers[i]
		if s.up && s.halted.Event != 0 {
			waits = append(waits, s.name+" "+s.halted.Shows)
		}
		known = append(known, w.condition(s))
	}
	for i := range w.plan.steps {
		if s := &w.plan.steps[i]; s.active {
			known = append(known, Evidence{Sighting: Sighting{Time(s.f.At), s.began, 0}, Shows: s.f.String() + ", which is still in force"})
		}
	}
	slices.SortStableFunc(known, func(a, b Evidence) int { return int(min(max(a.Time-b.Time, -1), 1)) })
	w.violate("progress", 0, fmt.Sprintf("%v after the faults healed, %s", time.Duration(w.now)-time.Duration(w.c.Duration), strings.Join(waits, "; ")), known...)
	w.running = false
}

// condition is what is known of a node at the end of a run in which nothing goes on.
func (w *world) condition(s *server) Evidence {
	here := w.sighting(s.id)
	switch {
	case !s.up:
		return Evidence{Sighting: s.stopped, Shows: "went down, and is down"}
	case s.paused > 0:
		return Evidence{Sighting: s.stopped, Shows: "was paused, and is paused"}
	case s.halted.Event != 0:
		return s.halted
	}
	said := "is up"
	if d, ok := s.node.(Describer); ok {
		x := d.Describe()
		said = fmt.Sprintf("is %s in epoch %d", x.Role, x.Epoch)
		for _, f := range x.Detail {
			said += ", " + f.Name + " " + f.Value
		}
	}
	if cut := w.cutOff(s.id); len(cut) > 0 {
		said += "; cut off from " + strings.Join(cut, ", ")
	}
	return Evidence{Sighting: here, Shows: said}
}

// cutOff names the nodes with which a node can't exchange messages, though both run.
func (w *world) cutOff(id NodeID) (names []string) {
	for i := 1; i <= w.c.Nodes; i++ {
		if s := &w.servers[i]; s.runs() && (!w.usable(int(id), i) || !w.usable(i, int(id))) {
			names = append(names, s.name)
		}
	}
	return names
}
