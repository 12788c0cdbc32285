package sim

import (
	"time"

	"simrun/history"
	"simrun/sim/clock"
	"simrun/sim/disk"
	"simrun/sim/queue"
	"simrun/sim/rng"
)

const (
	never   = history.Never
	maxTime = Time(1) << 61 // beyond the end of every run
)

// server is one node as the engine sees it. What belongs to one life of the node
// in env.
type server struct {
	id        NodeID
	name      string       // of id
	node      Node         // nil while down, and during Boot
	onTimer   TimerHandler // node, if it is one
	onSync    SyncHandler  // node, if it is one
	env       *Env
	up        bool
	boots     int
	held      int    // faults that keep it down
	holds     int    // counts explicit restarts, which void what held it down before
	pauses    int    // counts what voided the pauses before: crashes and explicit resumes
	bootCause uint64 // event that asked for its restart
	timers    []alarm
	disk      *disk.Disk
	clock     clock.Clock
	skewed    bool // the clock may differ from virtual time

	paused  int           // faults that pause it
	slow    time.Duration // what each event takes it longer
	lag     time.Duration // what of that is in busy
	busy    Time          // it handles nothing before
	backlog []queue.Ref   // what came up while it was paused or busy, oldest first
	head    int           // of the backlog
	outbox  []outgoing    // what leaves when its work is done

	syncNth    instant       // names its syncs
	syncMore   time.Duration // what each sync takes longer
	syncStall  int           // faults that stall its syncs
	stalled    []int         // syncs that would have completed but for the stall
	syncing    int           // syncs of this life that the node has not been told the end of
	diskErrors int           // that the disk answered in this life
	dieOps     int           // a handler dies before this disk operation of its own; 0: it does not
	dieIn      int           // operations until then, in the present handler
	dieBy      int           // the step of the plan that wants that
	damaged    bool          // a fault has changed what its disk holds
	emptied    bool          // a fault has emptied its disk since it booted last

	given uint64 // the last event that it handled and that did not come from outside

	calls    []peerCall // open calls to other nodes, oldest first
	called   uint64     // numbers them over the node's whole time
	saves    []*save    // files being saved, oldest first
	deferred []func()   // what the node is told at the next deferTimer

	described State // as last traced

	stopped Sighting // when it went down or was paused last
	halted  Evidence // that it takes no more part in this life; event 0: it does
}

// outgoing is an effect that waits for the node's work to be done.
type outgoing struct {
	at    Time
	kind  eventKind // onMessage: to be sent; onSync: to be begun
	slot  int
	cause uint64
}

func (w *world) makeServers() {
	w.servers = make([]server, w.hosts()+1)
	for i := range w.servers[1:] {
		id := NodeID(i + 1)
		w.servers[id] = server{id: id, name: id.String(), disk: disk.New(w.seed, uint64(id)), syncNth: instant{at: -1}}
	}
}

// hosts is the number of servers: the nodes of the case, and after them the services.
func (w *world) hosts() int { return w.c.Nodes + w.sys.Services }

// local is the moment at which the node acts: now, or when its work so far is done.
func (s *server) local(now Time) Time { return max(now, s.busy) }

// waits reports whether what comes up for the node must wait.
func (s *server) waits(now Time) bool {
	return s.paused > 0 || now < s.busy || s.head < len(s.backlog)
}

// later puts what came up behind what waits already.
func (s *server) later(k eventKind, slot int) { s.backlog = append(s.backlog, ref(k, slot)) }

// bootDue starts a node: at first, or again.
func (w *world) bootDue(s *server) {
	if s.up || s.held > 0 {
		return // another restart was earlier, or a crash that began meanwhile holds it: its end restarts it
	}
	w.begin(didBoot, s.id, 0, s.bootCause)
	w.troubled = w.now
	s.up = true
	if s.boots++; s.boots > 1 {
		w.activity.Restarts++
	}
	s.busy, s.lag, s.dieIn = 0, 0, s.dieOps
	s.syncing, s.diskErrors = 0, 0
	if w.trace != nil {
		w.record(Record{Kind: Boot, Node: s.id})
	}
	w.booted(s)
	s.env, s.given = &Env{w: w, s: s}, w.events
	s.node = w.sys.Boot(s.env)
	s.onTimer, _ = s.node.(TimerHandler)
	s.onSync, _ = s.node.(SyncHandler)
	w.handled(s)
	w.happened("boot", s.id)
}

// crash takes a node down at once, with all that was volatile.
func (w *world) crash(s *server, keep disk.Survival, state disk.State, why string) {
	if !s.up {
		return
	}
	w.fold(didCrash, s.id, 0)
	w.activity.Crashes++
	over, ends := s.node.(Ender)
	s.up, s.node, s.onTimer, s.onSync = false, nil, nil, nil
	s.calls, s.saves, s.deferred = nil, nil, nil
	s.env.s = nil
	s.env = nil
	if ends {
		over.End()
	}
	s.paused, s.dieOps, s.dieIn = 0, 0, 0
	s.pauses++
	s.stopped, s.halted = w.sighting(s.id), Evidence{}
	w.troubled = w.now
	s.described = State{}
	for i := range s.timers {
		s.timers[i].armed = false
	}
	if w.trace != nil {
		w.record(Record{Kind: Crash, Node: s.id, Text: why})
	}
	w.dropWaiting(s)
	w.crashDisk(s, keep, state)
	w.happened("crash", s.id)
}

// crashDisk chooses what the disk holds after the crash.
func (w *world) crashDisk(s *server, keep disk.Survival, state disk.State) {
	for _, slot := range s.stalled {
		w.syncs.give(slot)
	}
	s.stalled = s.stalled[:0]
	if keep == disk.Chosen {
		s.disk.CrashInto(state)
		return
	}
	s.disk.Crash(keep, rng.Draw(w.seed, crashName, uint64(s.id), uint64(w.now)))
}

// dropWaiting drops what a node that crashed had not handled or not sent.
func (w *world) dropWaiting(s *server) {
	for _, r := range s.backlog[s.head:] {
		slot := int(r & maxSlot)
		switch eventKind(r >> slotBits) {
		case onMessage:
			w.lose(slot, "crash")
		case onTimer:
			s.timers[slot%timerSlots].queued = never
		case onSync:
			w.syncs.give(slot)
		case onArrival:
			w.arrivals.give(slot)
		}
	}
	s.backlog, s.head = s.backlog[:0], 0
	for _, o := range s.outbox {
		switch o.kind {
		case onMessage:
			w.messages.give(o.slot)
		case onSync:
			w.syncs.give(o.slot)
		}
	}
	s.outbox = s.outbox[:0]
}

// work makes a node busy for d longer.
func (w *world) work(s *server, d time.Duration) {
	if d <= 0 {
		return
	}
	s.busy = min(s.local(w.now)+Time(waitable(d)), maxTime)
	w.at(s.busy, onWake, int(s.id))
}

// wake lets go what waited for a node's work or pause to end.
func (w *world) wake(s *server) {
	if s.paused > 0 {
		return // resume will come here again
	}
	w.release(s)
	for s.head < len(s.backlog) && s.paused == 0 && w.now >= s.busy && w.running {
		r := s.backlog[s.head]
		s.head++
		if s.head == len(s.backlog) {
			s.backlog, s.head = s.backlog[:0], 0
		}
		w.handle(s, eventKind(r>>slotBits), int(r&maxSlot))
	}
}

// release sends what waited for work that is done.
func (w *world) release(s *server) {
	if len(s.outbox) == 0 || s.outbox[0].at > w.now {
		return
	}
	w.begin(didWork, s.id, 0, s.outbox[0].cause)
	sent := 0
	for _, o := range s.outbox {
		if o.at > w.now {
			break
		}
		sent++
		switch o.kind {
		case onMessage:
			w.transmit(o.slot)
		case onSync:
			w.schedule(s, o.slot)
		}
	}
	s.outbox = s.outbox[:copy(s.outbox, s.outbox[sent:])]
}

// handle gives a node what came up for it.
func (w *world) handle(s *server, k eventKind, slot int) {
	switch k {
	case onMessage:
		w.receive(s, slot)
	case onTimer:
		w.timerRings(s, slot)
	case onSync:
		w.syncTold(s, slot)
	case onArrival:
		w.arrived(s, slot)
	}
}

// enter prepares a node for one of its handlers.
func (w *world) enter(s *server) {
	s.given = w.events
	s.dieIn, s.lag = s.dieOps, s.slow
	if s.slow > 0 {
		w.work(s, s.slow)
	}
}

// handled follows each handler.
func (w *world) handled(s *server) {
	if w.trace != nil {
		w.describe(s)
	}
}

// pause stops a node from being scheduled.
func (w *world) pause(s *server) {
	if s.paused++; s.paused > 1 {
		return
	}
	s.stopped = w.sighting(s.id)
	if w.trace != nil {
		w.record(Record{Kind: Pause, Node: s.id})
	}
	if s.env.pause != nil {
		s.env.pause()
	}
}

// resume ends one reason for a pause; with the last, the node goes on.
func (w *world) resume(s *server) {
	if s.paused--; s.paused > 0 {
		return
	}
	if w.trace != nil {
		w.record(Record{Kind: Resume, Node: s.id})
	}
	if s.env.resume != nil {
		s.env.resume()
	}
	w.at(max(w.now, s.busy), onWake, int(s.id))
}
