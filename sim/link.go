package sim

import (
	"time"

	"simrun/sim/fault"
)

// link is one direction between two servers. Its weather is that of the case and
// of the faults in force together, worked out when a fault begins or ends.
type link struct {
	who      uint64  // its name in keyed decisions
	nth      instant // names its messages
	cut      int     // faults that cut it
	clogs    int     // faults that clog it
	lostUpTo Time    // messages sent then or before do not arrive; -1: none

	latency   *Latency
	loss      []Ratio // each decides for itself
	duplicate []Ratio
	corrupt   []Ratio
	reorder   []reordering
	bandwidth int64 // bytes per second; 0: no bound
	queue     int   // messages that wait at most; 0: no bound

	free    Time   // when the wire is free
	narrow  bool   // a fault has had its part in that
	waiting []Time // when each message that waits has left, oldest first
	held    []int  // messages that a clog holds back, oldest first

	usual  *Latency  // without faults
	faults []weather // that change the weather, in order of their beginning
}

// weather is a fault in force that changes a link's weather.
type weather struct {
	step int
	f    fault.Fault
}

// reordering holds some messages back for at most so long.
type reordering struct {
	chance Ratio
	by     time.Duration
}

// makeLinks lays the links of the case, with the weather of the last route that fits.
func (w *world) makeLinks() {
	n := w.c.Nodes
	w.links = make([]link, n*n)
	for i := range w.links {
		from, to := NodeID(i/n+1), NodeID(i%n+1)
		l := &w.links[i]
		*l = link{who: linkName(from, to), nth: instant{at: -1}, lostUpTo: -1, usual: &w.c.Network.Latency}
		for r := range w.c.Network.Routes {
			if route := &w.c.Network.Routes[r]; route.fits(&w.c.Network, from, to) {
				l.usual = &route.Latency
			}
		}
		l.settle(&w.c.Network)
	}
}

// settle works out the weather of a link. Of several faults that set a latency or a bandwidth, the
// last to begin holds; probabilities add.
func (l *link) settle(n *Network) {
	l.latency, l.bandwidth, l.queue = l.usual, n.Bandwidth, n.Queue
	l.loss, l.duplicate = atAll(nil, n.Loss), atAll(nil, n.Duplicate)
	l.corrupt, l.reorder = nil, nil
	for i := range l.faults {
		f := &l.faults[i].f
		chance := Ratio{uint64(f.Ratio.Num), uint64(f.Ratio.Den)}
		switch f.Kind {
		case fault.Loss:
			l.loss = atAll(l.loss, chance)
		case fault.Duplicate:
			l.duplicate = atAll(l.duplicate, chance)
		case fault.Corrupt:
			l.corrupt = atAll(l.corrupt, chance)
		case fault.Reorder:
			l.reorder = append(l.reorder, reordering{chance, f.By})
		case fault.Latency:
			l.latency = &Latency{f.Dist, Duration(f.By), Duration(f.Max)}
		case fault.Bandwidth:
			l.bandwidth, l.queue, l.narrow = f.Rate, f.Queue, true
		}
	}
}

// atAll adds a probability to a list, if it is one.
func atAll(list []Ratio, r Ratio) []Ratio {
	if r.Num == 0 {
		return list
	}
	return append(list, r)
}

// linkName is who a decision about a message is about.
func linkName(from, to NodeID) uint64 { return uint64(uint32(from))<<32 | uint64(uint32(to)) }

func (w *world) link(from, to NodeID) *link {
	return &w.links[(int(from)-1)*w.c.Nodes+int(to)-1]
}

// fits reports whether a route is the one between two nodes.
func (r *Route) fits(n *Network, from, to NodeID) bool {
	a, b := n.in(r.Between[0], from), n.in(r.Between[1], to)
	return a && b || !r.OneWay && n.in(r.Between[0], to) && n.in(r.Between[1], from)
}

// in reports whether a name of a region or node means this node.
func (n *Network) in(name string, id NodeID) bool {
	if name == id.String() {
		return true
	}
	for _, r := range n.Regions {
		if r.Name == name {
			for _, member := range r.Nodes {
				if member == id {
					return true
				}
			}
		}
	}
	return false
}

// enqueue puts size bytes on the wire, behind what is there. It returns when the
// last of them has left; false if too many messages wait.
func (l *link) enqueue(now Time, size int) (Time, bool) {
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
