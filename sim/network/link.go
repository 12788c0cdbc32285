// Package network decides what becomes of a message that one server sends another: whether it arrives, when, how often, and
// whether it is damaged. A link is one direction between two servers; faults change it, and dice decide by chance.
package network

import (
	"slices"
	"time"

	"simrun/history"
	"simrun/sim/fault"
)

// Time is virtual time.
type Time = history.Time

// maxTime keeps sums of times far from overflow.
const maxTime = Time(1) << 61

// Weather is how a link is without faults.
type Weather struct {
	Latency         Delay
	Loss, Duplicate fault.Ratio
	Bandwidth       int64 // bytes per second; 0: no bound
	Queue           int   // messages that wait for the wire at most; 0: no bound
}

// Link is one direction between two servers. Its weather is the usual one and that of the faults in force together, worked out when a
// fault begins or ends.
type Link struct {
	who      uint64 // its name in decisions
	usual    *Weather
	cuts     int  // faults that cut it
	clogs    int  // faults that clog it
	lostUpTo Time // messages that left then or before do not arrive; -1: none

	latency   *Delay
	loss      []fault.Ratio // each decides for itself
	duplicate []fault.Ratio
	corrupt   []fault.Ratio
	reorder   []reordering
	bandwidth int64
	queue     int

	free    Time   // when the wire is free
	narrow  bool   // a fault has had its part in that
	waiting []Time // when each message that waits has left, oldest first
	held    []int  // messages that a clog holds back, oldest first

	faults []begun // that change the weather, in order of their beginning
}

// begun is a fault in force that changes a link's weather.
type begun struct {
	id int
	f  fault.Fault
}

// reordering holds some messages back for at most so long.
type reordering struct {
	chance fault.Ratio
	by     time.Duration
}

// NewLink returns a link without faults. who names it in decisions.
func NewLink(who uint64, usual *Weather) Link {
	l := Link{who: who, usual: usual, lostUpTo: -1}
	l.settle()
	return l
}

// Who names the link in decisions.
func (l *Link) Who() uint64 { return l.who }

// Begin makes a fault hit the link. The id is to be given to [Link.End].
func (l *Link) Begin(id int, f fault.Fault, now Time) {
	switch f.Kind {
	case fault.Partition, fault.Isolate, fault.Cut:
		l.cuts++
		if f.InFlight {
			l.lostUpTo = now
		}
	case fault.Clog:
		l.clogs++
	default:
		l.faults = append(l.faults, begun{id, f})
		l.settle()
	}
}

// End ends a fault on the link. It returns the messages that are no longer held back, oldest first.
func (l *Link) End(id int, k fault.Kind) (released []int) {
	switch k {
	case fault.Partition, fault.Isolate, fault.Cut:
		l.cuts--
	case fault.Clog:
		if l.clogs--; l.clogs == 0 {
			released, l.held = l.held, nil
		}
	default:
		l.faults = slices.DeleteFunc(l.faults, func(x begun) bool { return x.id == id })
		l.settle()
	}
	return released
}

// Blocked reports whether faults stop every message: the link is cut or clogged.
func (l *Link) Blocked() bool { return l.cuts > 0 || l.clogs > 0 }

// settle works out the weather. Of several faults that set a latency or a bandwidth, the
// last to begin holds; probabilities add.
func (l *Link) settle() {
	l.latency, l.bandwidth, l.queue = &l.usual.Latency, l.usual.Bandwidth, l.usual.Queue
	l.loss, l.duplicate = atAll(nil, l.usual.Loss), atAll(nil, l.usual.Duplicate)
	l.corrupt, l.reorder = nil, nil
	for i := range l.faults {
		switch f := &l.faults[i].f; f.Kind {
		case fault.Loss:
			l.loss = atAll(l.loss, f.Ratio)
		case fault.Duplicate:
			l.duplicate = atAll(l.duplicate, f.Ratio)
		case fault.Corrupt:
			l.corrupt = atAll(l.corrupt, f.Ratio)
		case fault.Reorder:
			l.reorder = append(l.reorder, reordering{f.Ratio, f.By})
		case fault.Latency:
			l.latency = &Delay{f.Dist, f.By, f.Max}
		case fault.Bandwidth:
			l.bandwidth, l.queue, l.narrow = f.Rate, f.Queue, true
		}
	}
}

// atAll adds a probability to a list, if it is one.
func atAll(list []fault.Ratio, r fault.Ratio) []fault.Ratio {
	if r.Num == 0 {
		return list
	}
	return append(list, r)
}

// Fate is what the network does to a message when it leaves.
type Fate struct {
	Lost   string // why it is lost: "partition", "loss"; "" if it is not
	Damage bool   // a bit of it flips: see [Dice.Bit]
	Twice  bool   // a copy follows
}

// Leave decides the fate of a message that leaves now. The key names its decisions.
func (l *Link) Leave(key uint64, d *Dice) (f Fate) {
	if l.cuts > 0 {
		return Fate{Lost: "partition"}
	}
	if d.chance(&d.loss, l.who, key, l.loss) {
		return Fate{Lost: "loss"}
	}
	f.Damage = d.chance(&d.corrupt, l.who, key, l.corrupt)
	f.Twice = d.chance(&d.duplicate, l.who, key, l.duplicate)
	return f
}

// Hold holds a message back if the link is clogged, until [Link.End] returns it; false if it is not clogged.
func (l *Link) Hold(message int) bool {
	if l.clogs > 0 {
		l.held = append(l.held, message)
	}
	return l.clogs > 0
}

// Carry decides when a message of size bytes arrives: it takes its latency, what it is held back, and
// with a bandwidth, the time on the wire and in the queue before it. It is false if the queue is full, and the message lost.
func (l *Link) Carry(now Time, size int, key uint64, copied bool, d *Dice) (at Time, ok bool) {
	if l.bandwidth > 0 {
		if now, ok = l.enqueue(now, size); !ok {
			return 0, false
		}
	}
	return now + Time(l.travel(key, copied, d)), true
}

// Sooner is when a message that is under way would arrive, were it sent now.
func (l *Link) Sooner(now Time, key uint64, copied bool, d *Dice) Time {
	return max(now, l.free) + Time(l.travel(key, copied, d))
}

// travel decides how long a message is under way once it has left.
func (l *Link) travel(key uint64, copied bool, d *Dice) time.Duration {
	t := d.delay(&d.latency, l.who, key, l.latency)
	if copied {
		t += d.delay(&d.copied, l.who, key, l.latency)
	}
	if len(l.reorder) > 0 {
		t += d.holdBack(l.who, key, l.reorder)
	}
	return t
}

// enqueue puts size bytes on the wire, behind what is there. It returns when the
// last of them has left; false if too many messages wait.
func (l *Link) enqueue(now Time, size int) (Time, bool) {
	gone := 0
	for gone < len(l.waiting) && l.waiting[gone] <= now {
		gone++
	}
	l.waiting = l.waiting[:copy(l.waiting, l.waiting[gone:])]
	if l.queue > 0 && len(l.waiting) > l.queue {
		return 0, false
	}
	wire := int64(size) * int64(time.Second) / l.bandwidth
	l.free = min(max(l.free, now)+Time(wire), maxTime)
	l.waiting = append(l.waiting, l.free)
	return l.free, true
}

// Swallows reports whether a message that left at a time is lost on the way: the link has been cut since, dropping what was in flight.
func (l *Link) Swallows(left Time) bool { return left <= l.lostUpTo }

// Relieve frees the wire of what a fault left on it, if the link is again as wide as it is without faults.
func (l *Link) Relieve(now Time) {
	if l.narrow && l.bandwidth == l.usual.Bandwidth {
		l.free, l.waiting = min(l.free, now), nil
	}
}
