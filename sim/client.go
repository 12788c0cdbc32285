package sim

import (
	"errors"
	"iter"
	"time"

	"simrun/history"
	"simrun/sim/rng"
)

// Client is one client: straight blocking code in virtual time, run as a coroutine.
type Client struct {
	w     *world
	id    NodeID
	index int // from 0

	yield func(struct{}) bool
	next  func() (struct{}, bool)
	stop  func()
	over  bool // its code returned or died

	alarms  [2]alarm // sleepAlarm, callAlarm
	waiting waiting
	call    uint64  // number of the last call
	nth     instant // names its requests
	reply   []byte
	err     error         // of the last call
	started []startedCall // by [Client.Start] and not yet returned by [Client.Wait], oldest first

	process   history.Process
	turn      Turn
	kind      *WorkloadKind
	interval  time.Duration // between operations; 0: without pause
	open      bool          // an operation is open
	current   Op            // the open operation
	invoked   Time          // when the last operation was invoked
	invokedIn uint64        // the event of that
	asked     NodeID        // server that the open operation asked last
	recovered bool          // an operation that was invoked after the faults healed was answered; in the end: the final one
	finals    int           // final operations that were answered
	parked    bool          // it waits for the final operation
}

// The alarms of a client: a call's timeout mostly does not ring, and stays where it
// is while the client sleeps.
const (
	sleepAlarm = iota
	callAlarm
	alarmsPerClient
)

// waiting is what a client waits for.
type waiting uint8

const (
	forNothing waiting = iota
	forSleep
	forReply
	forAny // of the calls that were started
)

var (
	// ErrTimeout means that no reply came in time; the request may or may not have had an effect, or may yet.
	ErrTimeout = errors.New("timeout")
	// ErrRefused means that the node was down when the request arrived: it certainly had no effect.
	ErrRefused = errors.New("connection refused")
)

// clientStopped unwinds a client's code when the run is over.
type clientStopped struct{}

func (w *world) makeClients() {
	w.clients = make([]*Client, w.c.Clients)
	w.history = make([]history.Event, 0, w.expectedHistory())
	kind := w.sys.workload(w.c.Workload.Name)
	for i := range w.clients {
		c := &Client{w: w, id: ClientID(i + 1), index: i, process: history.Process(i + 1), kind: kind, nth: instant{at: -1}}
		c.alarms[sleepAlarm].queued, c.alarms[callAlarm].queued = never, never
		c.turn = Turn{Client: i + 1, Ordinal: -1, Clients: w.c.Clients, Keys: w.c.Workload.Keys, Mix: w.c.Workload.Mix, Seed: w.c.Seed}
		if r := w.c.Workload.Rate; r > 0 {
			c.interval = time.Second / time.Duration(r)
		}
		w.clients[i] = c
	}
}

// start begins a client's life.
func (w *world) start(c *Client) {
	w.begin(didStart, c.id, 0, 0)
	c.next, c.stop = iter.Pull(func(yield func(struct{}) bool) {
		defer w.clientDied(c)
		c.yield = yield
		w.sys.Client(c)
	})
	c.resume()
}

// resume lets a client's code run until it waits again.
func (c *Client) resume() {
	c.waiting = forNothing
	if _, alive := c.next(); !alive {
		c.over = true
		if c.open {
			c.Info("the client returned")
		}
	}
}

// wait hands control back to the engine until what the client waits for has come.
func (c *Client) wait(what waiting) {
	c.waiting = what
	if !c.yield(struct{}{}) {
		panic(clientStopped{})
	}
}

// close ends a client's life at the end of a run. What it still does is not recorded.
func (c *Client) close() {
	if c.open {
		c.Info("the run ended")
	}
	if c.stop != nil && !c.over {
		c.stop()
	}
}

// alarmDue is called when an item of a client's alarm comes up.
func (w *world) alarmDue(slot int) {
	c, which := w.clients[slot/alarmsPerClient], slot%alarmsPerClient
	a := &c.alarms[which]
	if !w.rings(a, onAlarm, slot) {
		return
	}
	w.begin(didAlarm, c.id, NodeID(which), a.cause)
	if which == callAlarm {
		if c.waiting != forReply {
			c.startedTimeOut()
			return
		}
		c.err = ErrTimeout
	}
	c.resume()
}

// setAlarm arms one of the client's alarms.
func (c *Client) setAlarm(which int, at Time) {
	a := &c.alarms[which]
	a.cause, a.armed = c.w.events, true
	c.w.arm(a, at, onAlarm, c.index*alarmsPerClient+which)
}

// answer gives a client what a node answered.
func (w *world) answer(slot int) {
	m := &w.messages.items[slot]
	c := w.clients[-m.to-1]
	w.begin(m.kind, m.to, m.from, m.cause)
	w.hash = w.hash.Bytes(m.payload)
	if c.startedAnswered(slot, m) {
		return
	}
	if c.waiting != forReply || c.call != m.call {
		w.lose(slot, "late")
		return
	}
	if w.trace != nil {
		w.record(Record{Kind: Deliver, Node: m.to, Peer: m.from, Message: m.id})
	}
	c.reply = append(c.reply[:0], m.payload...)
	c.err = nil
	if m.kind == didRefuse {
		c.err = ErrRefused
	}
	c.alarms[callAlarm].armed = false
	w.messages.give(slot)
	c.resume()
}

// ID is the client's name: c1, c2, ….
func (c *Client) ID() NodeID { return c.id }

// Nodes is the number of servers of the case.
func (c *Client) Nodes() int { return c.w.c.Nodes }

// Clients is the number of clients of the case.
func (c *Client) Clients() int { return c.w.c.Clients }

// Workload is the name of what the clients do.
func (c *Client) Workload() string { return c.w.c.Workload.Name }

// Option is the value of an option of the case; if the case does not set it, the first of those that the system declares, or "" if it declares none.
func (c *Client) Option(name OptionName) string { return c.w.option(name) }

// Bug reports whether a known bug is switched on.
func (c *Client) Bug(name BugName) bool { return c.w.bug(name) }

// Now is the virtual time.
func (c *Client) Now() Time { return c.w.now }

// Rand is the keyed random decision of this client with this name and ordinal.
func (c *Client) Rand(what rng.Name, ordinal uint64) rng.Value {
	return rng.Draw(c.w.seed, what, uint64(c.id), ordinal)
}

// Sleep waits in virtual time.
func (c *Client) Sleep(d time.Duration) { c.sleepUntil(c.w.now + Time(waitable(d))) }

func (c *Client) sleepUntil(t Time) {
	c.setAlarm(sleepAlarm, t)
	c.wait(forSleep)
}

// Call sends a request to a node and waits for the reply, at most for timeout.
// The reply is valid until the next Call. [ErrTimeout] means that nothing is known.
// [ErrRefused] means that the node is down and the request certainly had no effect.
func (c *Client) Call(to NodeID, payload []byte, timeout time.Duration) ([]byte, error) {
	w := c.w
	if to < 1 || int(to) > w.c.Nodes {
		panic("sim: Call to " + nameOf(to) + ", which is not a server of the case")
	}
	c.call++
	c.asked = to
	slot, m := w.letter(didRequest, c.id, to, payload)
	m.call = c.call
	w.transmit(slot)
	c.setAlarm(callAlarm, w.now+Time(waitable(timeout)))
	c.wait(forReply)
	c.armStarted()
	if c.err != nil {
		return nil, c.err
	}
	return c.reply, nil
}
