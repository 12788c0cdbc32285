package sim

import (
	"fmt"
	"time"

	"simrun/history"
	"simrun/sim/fault"
)

// lookEvery is how often monitors that look by themselves do so.
const lookEvery = Time(50 * time.Millisecond)

// Watcher is a [Looker] that looks also when no fact is told.
type Watcher interface {
	Looker
	// Look is called each 50 ms of virtual time, before the event that is next. It costs no event, and does not change the digest.
	Look(at Sighting) *Breach
}

// look lets the monitors look, and counts the traffic anew.
func (w *world) look() {
	w.nextLook = w.now - w.now%lookEvery + lookEvery
	w.sentBefore, w.askedBefore = w.sent, w.activity.Asked
	at := w.sighting(0)
	for i := range w.watches {
		x := &w.watches[i]
		if x.look == nil || x.broken {
			continue
		}
		if b := x.look.Look(at); b != nil {
			x.broken = true
			w.violate(x.monitor.Name(), 0, b.Detail, b.Evidence...)
		}
	}
}

// stormPerNode is how many messages a node may send between two looks, whatever the clients ask for: forty thousand a second. stormPerAsk is what each message
// between a client and a server adds.
const (
	stormPerNode = 2_000
	stormPerAsk  = 50
)

// storms reports whether there are far more messages than the clients can be the reason of. Such a run would end for lack of memory before it
// ended for its number of events, since each message makes more of them. In real time it is the speed of the machine that says how many come.
func (w *world) storms() bool {
	sent := w.sent - w.sentBefore
	return w.outside == nil && sent > uint64(w.hosts()*stormPerNode) && sent > uint64(w.hosts()*(stormPerNode+stormPerAsk*(w.activity.Asked-w.askedBefore)))
}

// storm ends the run for its messages.
func (w *world) storm() {
	w.limit(fmt.Sprintf("a storm: %d messages within %v", w.sent-w.sentBefore, time.Duration(lookEvery)))
}

// Case is the case of the run, with its defaults. It must not be changed.
func (c Cluster) Case() *Case { return &c.w.c }

// History is what the clients saw so far. It must not be changed.
func (c Cluster) History() []history.Event { return c.w.history }

// Profile is what the system says of itself.
func (c Cluster) Profile() *fault.Profile { return &c.w.sys.Profile }

// CalmSince is since when nothing is wrong: no fault began, was in force or ended, all nodes run, and no disk refused anything. It is false while something is
// wrong, and always on a network that loses, copies, damages or delays by itself more than a healthy one.
func (c Cluster) CalmSince() (Time, bool) {
	w := c.w
	if !w.steady() {
		return 0, false
	}
	for i := range w.plan.steps {
		if w.plan.steps[i].active {
			return 0, false
		}
	}
	for i := range w.servers[1:] {
		if s := &w.servers[i+1]; !s.runs() || s.halted.Event != 0 || s.damaged {
			return 0, false
		}
	}
	return w.troubled, true
}

// healthyLatency is what a message takes at most on a network in good health, and a sync on such a disk.
const healthyLatency = 20 * time.Millisecond

// steady reports whether the network and the disks are healthy but for faults.
func (w *world) steady() bool {
	n := &w.c.Network
	return n.Loss.Num == 0 && n.Duplicate.Num == 0 && n.Bandwidth == 0 && len(n.Routes) == 0 && time.Duration(n.Client) <= healthyLatency &&
		n.Requests.Late.Num == 0 && n.Requests.Twice.Num == 0 && w.sites == nil &&
		n.Latency.most() <= healthyLatency && w.c.Disk.Sync.most() <= healthyLatency && w.over == nil && w.order == nil
}

// most is the longest delay that can be drawn.
func (l Latency) most() time.Duration { return time.Duration(max(l.Min, l.Max)) }
