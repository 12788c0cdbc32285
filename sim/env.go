package sim

import (
	"fmt"
	"time"

	"simrun/sim/rng"
)

// Env is a node's only way to act on the world. Its methods are called from the
// node's own handlers only.
type Env struct {
	w *world
	s *server // nil after the node's life has ended

	pause, resume func() // see [Env.OnPause]; nil if nobody asked
}

// ID is the node's own name.
func (e *Env) ID() NodeID { return e.s.id }

// Nodes is the number of servers of the case, n1 to nN.
func (e *Env) Nodes() int { return e.w.c.Nodes }

// Clients is the number of clients of the case, c1 to cN.
func (e *Env) Clients() int { return e.w.c.Clients }

// Workload is the name of what the clients do.
func (e *Env) Workload() string { return e.w.c.Workload.Name }

// Now reads the node's own clock, which may be off and may jump.
func (e *Env) Now() Time {
	t := e.s.local(e.w.now)
	if e.s.skewed {
		return Time(e.s.clock.Now(time.Duration(t)))
	}
	return t
}

// Boots is how often the node has booted: 1 for the first time.
func (e *Env) Boots() int { return e.s.boots }

// Send sends a copy of payload to another node, which may get it once, later,
// twice, or never. To itself a node sends without loss, through the queue.
func (e *Env) Send(to NodeID, payload []byte) { e.w.send(e.s, to, payload) }

// Broadcast sends a copy of payload to every other server, in order of name.
func (e *Env) Broadcast(payload []byte) {
	for i := 1; i <= e.w.c.Nodes; i++ {
		if to := NodeID(i); to != e.s.id {
			e.w.send(e.s, to, payload)
		}
	}
}

// Call asks another node, whose Request handler gets the payload and answers with [Env.Reply]. Both
// ways are messages like any other: lost, delayed, duplicated and reordered. done runs once, as a
// handler of this node: with the first reply, which is valid during the call only; or with [ErrTimeout]
// after timeout by this node's clock, when nothing is known of the request; or with [ErrRefused]
// if the network refuses calls to nodes that are down. It never runs if this node crashes before.
func (e *Env) Call(to NodeID, payload []byte, timeout time.Duration, done func(reply []byte, err error)) {
	e.w.callPeer(e.s, to, payload, timeout, done)
}

// Reply answers a call. An answer to a call that is no longer open is dropped.
func (e *Env) Reply(to Caller, payload []byte) { e.w.reply(e.s, to, payload) }

// SetTimer makes timer t fire after d of the node's clock, instead of when it was set to. The node
// must be a [TimerHandler].
func (e *Env) SetTimer(t TimerID, d time.Duration) {
	if t >= MaxTimers {
		panic(fmt.Sprintf("sim: timer %d: a node has the timers 0 to %d", t, MaxTimers-1))
	}
	if e.s.onTimer == nil && e.s.node != nil {
		panic(fmt.Sprintf("sim: SetTimer by a node of type %T, which has no method Timer(sim.TimerID)", e.s.node))
	}
	e.w.setTimer(e.s, t, d)
}

// StopTimer makes timer t not fire.
func (e *Env) StopTimer(t TimerID) {
	if int(t) < len(e.s.timers) {
		e.s.timers[t].armed = false
	}
}

// OnPause registers what is called when the node, in this life, stops being scheduled and when it goes on: what runs outside of
// the simulation must stop too. Neither may act through the Env. A crash ends a pause without a call of resume.
func (e *Env) OnPause(pause, resume func()) { e.pause, e.resume = pause, resume }

// Outside is what a run in real time is connected to; nil in any other run.
func (e *Env) Outside() Outside { return e.w.outside }

// Rand is the keyed random decision of this node with this name and ordinal.
func (e *Env) Rand(what rng.Name, ordinal uint64) rng.Value {
	return rng.Draw(e.w.seed, what, uint64(e.s.id), ordinal)
}

// Option is the value of an option of the case; if the case does not set it, the first of those that the system declares, or "" if it declares none.
func (e *Env) Option(name OptionName) string { return e.w.option(name) }

// Bug reports whether a known bug is switched on. It costs next to nothing in a run without bugs, so that
// a node asks where the bug is, and keeps no state for it.
func (e *Env) Bug(name BugName) bool { return e.w.bug(name) }

// Report states a fact for the monitors and the trace. The fact is not kept: a node may use its
// memory again.
func (e *Env) Report(f Fact) { e.w.stated(e.s, f) }

// Sometimes marks a state worth reaching, once per name and call site.
func (e *Env) Sometimes(mark string) { e.w.reached(e.s, mark) }

// Work makes the node busy for d: it handles nothing else until then, and what it
// sent after this call leaves then.
func (e *Env) Work(d time.Duration) { e.w.work(e.s, d) }

// Tracing reports whether a trace is kept, to spare the cost of making a [Env.Note].
func (e *Env) Tracing() bool { return e.w.trace != nil }

// Note adds a line to the trace, if there is one.
func (e *Env) Note(text string) {
	if e.w.trace != nil {
		e.w.record(Record{Kind: Note, Node: e.s.id, Text: text})
	}
}

// Violate reports a violation of a check that the node itself looks after, and lets it go on. Of each check the first violation is kept.
// The reason is told with the virtual time, which the node need not know: "at 1.204s n2 …".
func (e *Env) Violate(check, reason string) {
	e.w.violate(check, e.s.id, "at "+e.w.now.Clock()+" "+reason)
}

// Exit ends the life of the node at once, as the exit of a process does: what it wrote stays, synced or not. The rest of the handler
// has no effect. The node boots again after the time given; with 0 it stays down until a fault restarts it.
func (e *Env) Exit(reason string, again time.Duration) {
	panic(death{node: e.s.id, exit: true, detail: reason, again: waitable(again)})
}

// Fatal is the node's own assertion: it reports a violation of check "assertion" and crashes
// the node at once; the rest of the handler has no effect.
func (e *Env) Fatal(reason string) {
	panic(death{node: e.s.id, check: "assertion", detail: reason})
}
