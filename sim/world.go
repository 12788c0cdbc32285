package sim

import (
	"fmt"
	"slices"

	"simrun/history"
	"simrun/sim/digest"
	"simrun/sim/network"
	"simrun/sim/queue"
	"simrun/sim/rng"
)

// world is one run: a value that holds all of its state.
type world struct {
	sys  *System
	c    Case // with defaults
	seed uint64

	now     Time
	events  uint64 // executed; during an event, its number
	cause   uint64 // event that caused the one being executed
	queue   queue.Queue
	hash    digest.Hash
	running bool
	acting  NodeID // whose event it is
	inHand  int32  // message whose handler runs, to be freed if the handler dies; -1 if none

	servers  []server // by node, from 1
	clients  []*Client
	links    []link // by from and to: see [world.link]
	messages slab[message]
	syncs    slab[sync]
	draws    draws
	dice     network.Dice
	syncTime network.Delay

	plan plan
	over *overrides // nil if the case has none

	final     bool // the clients are asked for the final operation
	finalFrom Time // when that began
	settled   Time // when the system was left alone long enough before that; 0: it has not recovered

	history     []history.Event
	violations  []Violation
	watches     []watch
	marks       map[string]uint64
	activity    Activity
	sent        uint64    // messages, for their numbers
	trace       *Trace    // nil unless asked for
	order       *ordering // nil unless the case has a schedule
	factsTold   uint64    // to monitors
	phasesBegun int       // of the mix
	sites       []site    // nil unless the case has some on
	chooser     *chooser  // nil unless the outcomes of crashes are being searched
	poison      bool      // overwrite what a node must not keep
	scratch     []byte    // for texts that go into the digest

	nextLook    Time   // when monitors look next
	sentBefore  uint64 // messages up to the last look
	askedBefore int    // of them, between clients and servers
	troubled    Time   // when something was wrong last, or began or ended to be: see [Cluster.CalmSince]

	outside  Outside // nil unless the run is live
	arrivals slab[Arrival]
	live     Live
}

// eventKind tells what a reference in the queue means. The slot is named after it.
type eventKind uint32

const (
	onBoot    eventKind = iota // node
	onStart                    // client
	onMessage                  // slot in messages
	onTimer                    // node*timerSlots + timer
	onSync                     // slot in syncs
	onWake                     // node, whose work is done
	onAlarm                    // client*alarms + alarm
	onFault                    // index in plan.steps: it begins
	onEnd                      // index in plan.steps: it ends
	onHealAll                  // 0
	onJudge                    // 0
	onArrival                  // slot in arrivals; never in the queue, but in the backlog of a node
)

// A reference holds the kind in its upper bits and the slot below. MaxSlot bounds what can be
// pending of one kind.
const (
	slotBits = 22
	maxSlot  = 1<<slotBits - 1
)

func ref(k eventKind, slot int) queue.Ref { return queue.Ref(uint32(k)<<slotBits | uint32(slot)) }

// at schedules an event.
func (w *world) at(t Time, k eventKind, slot int) { w.queue.Push(int64(t), ref(k, slot)) }

// draws are the engine's families of random decisions.
type draws struct {
	sync, jitter rng.Family
}

var (
	syncName   = rng.Of("sync")
	jitterName = rng.Of("client jitter")
	crashName  = rng.Of("crash state")
)

// newWorld makes a run ready to begin. The case has its defaults and is valid.
func newWorld(s *System, c Case) (*world, error) {
	w := &world{sys: s, c: c, seed: uint64(c.Seed), hash: digest.New(uint64(c.Seed)), inHand: -1}
	w.draws = draws{
		sync:   rng.Decisions(w.seed, syncName),
		jitter: rng.Decisions(w.seed, jitterName),
	}
	var err error
	if w.over, err = newOverrides(&c); err != nil {
		return nil, err
	}
	w.dice = network.NewDice(w.seed)
	if w.over != nil {
		w.dice.Override = w.over.decision
	}
	w.syncTime = w.c.Disk.Sync.delay()
	w.makeLinks()
	w.makeServers()
	w.makeClients()
	w.makeSites()
	if s.Monitors != nil {
		w.makeWatches(s.Monitors(&w.c))
	}
	if c.Schedule != nil {
		w.order = &ordering{picks: c.Schedule.Picks, past: w.makePast()}
	}
	return w, nil
}

// run executes events until the run is over.
func (w *world) run() {
	w.running = true
	w.queue.PushEarly(int64(w.c.Duration), ref(onHealAll, 0)) // before the faults of that time, which have none left
	w.schedulePlan()
	for i := range w.hosts() {
		w.at(0, onBoot, i+1)
	}
	for i := range w.c.Clients {
		w.at(0, onStart, i)
	}
	for w.running {
		switch {
		case w.outside != nil:
			w.liveSteps()
		case w.order != nil:
			w.orderedSteps()
		default:
			w.steps()
		}
	}
	w.finish()
}

// steps executes events until the run is over or a handler dies. It is left by a panic
// alone in the latter case, so that no event pays for the possibility.
func (w *world) steps() {
	defer w.caught()
	for w.running {
		at, r, ok := w.queue.Pop()
		if !ok {
			w.running = false
			return
		}
		w.now = Time(at)
		w.execute(eventKind(r>>slotBits), int(r&maxSlot))
	}
}

// execute carries out an item of the queue.
func (w *world) execute(k eventKind, slot int) {
	switch k {
	case onMessage:
		w.arrive(slot)
	case onTimer:
		w.timerDue(slot)
	case onSync:
		w.syncDone(slot)
	case onWake:
		w.wake(&w.servers[slot])
	case onAlarm:
		w.alarmDue(slot)
	case onBoot:
		w.bootDue(&w.servers[slot])
	case onStart:
		w.start(w.clients[slot])
	case onFault:
		w.faultBegins(slot)
	case onEnd:
		w.faultEnds(slot)
	case onHealAll:
		w.healAll()
	case onJudge:
		w.judge()
	}
}

// digestKind tells events apart in the digest. The numbers are part of what a
// stored digest means: append only.
type digestKind uint64

const (
	didBoot digestKind = iota + 1
	didStart
	didReceive
	didRequest
	didReply
	didRefuse
	didTimer
	didSync
	didAlarm
	didFault
	didEnd
	didHealAll
	didCrash
	didInvoke
	didComplete
	didWork
	didArrive
)

// begin numbers the event that now happens, and folds it into the digest.
func (w *world) begin(k digestKind, node, peer NodeID, cause uint64) {
	if w.now >= w.nextLook {
		w.look()
	}
	w.events++
	w.cause, w.acting = cause, node
	w.fold(k, node, peer)
	if w.events >= w.c.Limits.Events {
		w.limit(fmt.Sprintf("the run took %d events and was not over", w.events))
	}
}

// fold adds something that happened to the digest, at the present time.
func (w *world) fold(k digestKind, node, peer NodeID) {
	w.hash = w.hash.Word(uint64(w.now), uint64(k)<<48|uint64(uint32(node)&0xffffff)<<24|uint64(uint32(peer)&0xffffff))
}

// limit ends the run because a limit was reached.
func (w *world) limit(detail string) {
	w.violate("limits", 0, detail)
	w.running = false
}

// finish closes what is open when the run is over.
func (w *world) finish() {
	for _, c := range w.clients {
		c.close()
	}
	for i := range w.servers[1:] {
		s := &w.servers[i+1]
		if over, ends := s.node.(Ender); ends {
			s.env.s = nil
			over.End()
		}
	}
}

// result collects what came out of the run.
func (w *world) result() *Result {
	unfired, planned := w.unfired()
	w.activity.Faults, w.activity.Fired = planned, planned-len(unfired)
	r := &Result{
		Case:       w.c,
		History:    w.history,
		Digest:     Digest(w.hash),
		Events:     w.events,
		End:        w.now,
		Violations: w.violations,
		Sometimes:  w.sortedMarks(),
		Sites:      w.sitesUsed(),
		Activity:   w.activity,
		Unfired:    unfired,
		Resolved:   w.plan.resolved,
		Trace:      w.trace,
	}
	if w.outside != nil {
		r.Live = &w.live
	}
	return r
}

// option is the value of an option of the case.
func (w *world) option(name OptionName) string {
	decl := w.sys.optionDecl(name)
	if decl == nil {
		panic("sim: " + w.sys.Name + " asks for option " + string(name) + ", which it does not list")
	}
	if value, set := w.c.Options[name]; set || len(decl.Values) == 0 {
		return value
	}
	return decl.Values[0]
}

// bug reports whether a bug is switched on. Whether the system lists the name is looked at only
// where a bug is on: protocols ask in their hot paths.
func (w *world) bug(name BugName) bool {
	if len(w.c.Bugs) == 0 && len(w.sys.Bugs) > 0 {
		return false
	}
	if !slices.Contains(w.sys.Bugs, name) {
		panic("sim: " + w.sys.Name + " asks for bug " + string(name) + ", which it does not list")
	}
	return slices.Contains(w.c.Bugs, name)
}
