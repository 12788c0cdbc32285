package sim

import (
	"fmt"
	"time"

	"simrun/sim/fault"
)

// judgeEvery is how often the recovery phase is looked at.
const judgeEvery = Time(10 * time.Millisecond)

// judge ends the run if the system has recovered, or if its time for that is over. The final operations have as much time again.
func (w *world) judge() {
	waits := w.unrecovered()
	if len(waits) == 0 && !w.settles() && !w.askFinal() {
		w.running = false
		return
	}
	if len(waits) > 0 && w.now >= w.until() {
		w.stuck(waits)
		return
	}
	if w.now%judgeEvery == Time(w.c.Duration)%judgeEvery {
		w.at(w.now+judgeEvery, onJudge, 0)
	}
}

// settles reports whether the system is left alone before the final operation.
func (w *world) settles() bool {
	if w.final || len(w.clients) == 0 || w.clients[0].kind.Final == nil {
		return false
	}
	if w.settled == 0 {
		w.settled = w.now + Time(w.clients[0].kind.Settle)
	}
	return w.now < w.settled
}

// until is the time at which the system must have recovered.
func (w *world) until() Time {
	if w.final {
		return w.finalFrom + Time(w.c.Recovery.Within)
	}
	return Time(w.c.Duration) + Time(w.c.Recovery.Within)
}

// askFinal asks the clients for the final operation of the workload; false if it has none, or they have done it.
func (w *world) askFinal() bool {
	if w.final || len(w.clients) == 0 || w.clients[0].kind.Final == nil {
		return false
	}
	w.final, w.finalFrom = true, w.now
	for _, c := range w.clients {
		if c.recovered = false; c.parked {
			c.setAlarm(sleepAlarm, w.now)
		}
	}
	return true
}

// unrecovered says who waits for what; it is empty if the system has recovered. While there is time left, when nobody
// reads it, one of the clients that wait is enough.
func (w *world) unrecovered() []string {
	var waits []string
	for _, c := range w.clients {
		if c.recovered {
			continue
		}
		if waits = append(waits, c.waitsFor()); w.now < w.until() {
			break
		}
	}
	if len(waits) > 0 || w.final || w.sys.Converged == nil {
		return waits
	}
	var nodes []Node
	for _, n := range w.sound().List() {
		if s := &w.servers[n]; s.runs() {
			nodes = append(nodes, s.node)
		}
	}
	if why := w.sys.Converged(nodes); why != "" {
		waits = append(waits, why)
	}
	return waits
}

// waitsFor tells what a client that made no progress waits for.
func (c *Client) waitsFor() string {
	if c.over {
		return c.id.String() + " has ended and completed no operation"
	}
	if !c.open {
		return c.id.String() + " has completed no operation"
	}
	text := fmt.Sprintf("%s waits for its %s", c.id, c.current.F)
	if c.current.Key != "" {
		text += " of " + c.current.Key
	}
	text += " since " + c.invoked.Clock()
	if c.asked != 0 {
		text += ", asked " + c.asked.String()
		if !c.w.servers[c.asked].up {
			text += ", which is down"
		}
	}
	return text
}

// sound returns the nodes that must converge: those that run, and whose disk takes writes. If a fault
// cuts links forever, the nodes with most links cut are given up, until the rest can
// all talk to each other; but if one of those given up could lead a majority all
// the same, nobody needs to hear of what it decides, and the set is empty.
func (w *world) sound() fault.Set {
	n := w.c.Nodes
	sound := fault.All(n)
	for i := range w.plan.steps {
		s := &w.plan.steps[i]
		switch s.f.Kind {
		case fault.IOError, fault.DiskFull, fault.StallSync:
			if s.active && s.f.Op == 0 {
				sound &^= s.hits.Nodes
			}
		}
	}
	reach := make([]fault.Set, n+1) // whom each can talk to, both ways
	for a := 1; a <= n; a++ {
		for b := 1; b <= n; b++ {
			if w.usable(a, b) && w.usable(b, a) && w.servers[a].runs() && w.servers[b].runs() {
				reach[a] |= fault.SetOf(fault.Node(b))
			}
		}
	}
	lost := fault.All(n) &^ sound
	for {
		worst, least := fault.Node(0), sound.Len()
		for a := range sound.Nodes() {
			if k := (reach[a] & sound).Len(); k < least || k == least && worst != 0 {
				worst, least = a, k
			}
		}
		if worst == 0 {
			break
		}
		sound &^= fault.SetOf(worst)
		lost |= fault.SetOf(worst)
	}
	for a := range lost.Nodes() {
		if 2*reach[a].Len() > n {
			return 0
		}
	}
	return sound
}

// usable reports whether a link carries anything.
func (w *world) usable(from, to int) bool {
	l := w.link(NodeID(from), NodeID(to))
	return !l.Blocked()
}

// runs reports whether a node is up and scheduled.
func (s *server) runs() bool { return s.up && s.paused == 0 }
