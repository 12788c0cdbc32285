package sim

import (
	"fmt"
	"time"
)

// Outside is where a run in real time meets the world: its clock, and what comes from there.
type Outside interface {
	// Wait waits until the run is as old as until, or something has come for a node by then. It returns how old the run is, and what
	// came first, if anything did. The first call begins the run. What came is handed out in order of its time.
	Wait(until Time) (now Time, came Arrival, any bool)
	// Close ends all that belongs to the run. It is called once, when the run is over.
	Close() error
}

// Arrival is something that came from outside for a node.
type Arrival struct {
	At      Time    // when it came
	Env     *Env    // of the life of the node that it is for; when that is over, it is dropped
	Timer   TimerID // the node is told by this timer, as if it had fired: it must be a [TimerHandler]
	What    string  // for the trace: "standard output"
	Content []byte  // for the digest; valid until the timer has fired
}

// Live says how a run in real time went.
type Live struct {
	// Lag is how much later than its time an event happened, at most. It happens at its own time all the same: what follows from the case
	// alone does not depend on how fast the machine is. But what runs outside had so much less time to answer.
	Lag time.Duration
}

// MaxLag is the lag up to which the timing of a run counts as kept: less than what systems set as their shortest timeouts.
const MaxLag = 100 * time.Millisecond

// Kept reports whether events happened when they should have. If not, what failed for being late may be the machine's fault.
func (l *Live) Kept() bool { return l.Lag <= MaxLag }

// String says it to people, in one sentence.
func (l *Live) String() string {
	s := "real time, not deterministic: the same seed gives the same faults, not the same run; events were late by " + l.Lag.Round(100*time.Microsecond).String() + " at most"
	if !l.Kept() {
		s += fmt.Sprintf(", which is more than %v: the timing was not kept, and what failed for being late may be the fault of the machine", MaxLag)
	}
	return s
}

// RunLive runs a case whose program is native, in real time: virtual time is how old the run is. Faults, network, clients, history and
// monitors are those of [Run], and so is every decision that is drawn; but what comes from outside comes when it comes, so that no two
// runs are the same. The error says in one sentence what is wrong with the case, or with o, which is closed in any case.
func RunLive(s System, c Case, o Outside) (*Result, error) { return runLive(s, c, o, nil) }

// RunLiveTraced is [RunLive] with a trace.
func RunLiveTraced(s System, c Case, o Outside) (*Result, error) { return runLive(s, c, o, &Trace{}) }

func runLive(s System, c Case, o Outside, t *Trace) (r *Result, err error) {
	defer func() {
		if e := o.Close(); err == nil && e != nil {
			r, err = nil, e
		}
	}()
	if c, err = s.Complete(c); err != nil {
		return nil, err
	}
	if !c.Live() {
		return nil, fmt.Errorf("the case runs no program natively, so there is nothing to run in real time")
	}
	w, err := newWorld(&s, c)
	if err != nil {
		return nil, err
	}
	w.trace, w.outside = t, o
	w.run()
	return w.result(), nil
}

// liveSteps is [world.steps] of a run in real time: before each event it waits for the time of the event, and what comes meanwhile is
// an event of its own.
func (w *world) liveSteps() {
	defer w.caught()
	for w.running {
		due, ok := w.queue.Next()
		if !ok {
			w.running = false
			return
		}
		now, came, any := w.outside.Wait(Time(due))
		if any {
			w.now = min(max(w.now, came.At), Time(due))
			w.came(came)
		} else {
			_, r, _ := w.queue.Pop()
			w.now = Time(due)
			w.execute(eventKind(r>>slotBits), int(r&maxSlot))
		}
		w.live.Lag = max(w.live.Lag, time.Duration(now-w.now))
	}
}

// came gives a node what came for it, or puts it behind what waits already.
func (w *world) came(a Arrival) {
	s := a.Env.s
	if s == nil {
		return
	}
	slot := w.arrivals.take()
	w.arrivals.items[slot] = a
	if s.waits(w.now) {
		s.later(onArrival, slot)
		return
	}
	w.arrived(s, slot)
}

// arrived tells a node of what came. What caused it is not known for sure: at best, what the node was told last before.
func (w *world) arrived(s *server, slot int) {
	a := w.arrivals.items[slot]
	w.arrivals.give(slot)
	w.begin(didArrive, s.id, NodeID(a.Timer), s.given)
	w.hash = w.hash.String(a.What).Bytes(a.Content)
	if w.trace != nil {
		w.record(Record{Kind: Came, Node: s.id, Text: a.What})
	}
	given := s.given
	w.enter(s)
	s.given = given
	if s.onTimer == nil {
		panic(fmt.Sprintf("sim: something came from outside for a node of type %T, which has no method Timer(sim.TimerID)", s.node))
	}
	s.onTimer.Timer(a.Timer)
	w.handled(s)
}
