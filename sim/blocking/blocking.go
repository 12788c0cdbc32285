// Package blocking lets a node be written as straight code: tasks that receive, call, sleep and
// save files by waiting, instead of handlers that are called.
//
//	Boot: blocking.Boot(func(p *blocking.Proc) {
//		for {
//			m, _ := p.Receive(blocking.Forever)
//			p.Go(func(p *blocking.Proc) { serve(p, m) })
//		}
//	})
//
// Each task is a coroutine. One task of a node runs at a time, until it waits; tasks share the node's
// variables without locks, and nothing else happens at that node in between. What an event (a message, a timeout, a completed
// save) makes ready runs at that instant, in the order in which it became ready. So a run is as
// deterministic as with handlers. At a crash every task ends where it waits; main starts anew with
// what is on the disk.
package blocking

import (
	"iter"
	"time"

	"simrun/sim"
)

// Forever as a timeout means to wait as long as it takes.
const Forever = time.Duration(1) << 60

// Boot returns the Boot function of a node whose code is main. The node goes on while any of its tasks does; one
// whose tasks have all returned stays up and ignores what comes.
func Boot(main func(p *Proc)) func(*sim.Env) sim.Node {
	return func(env *sim.Env) sim.Node {
		n := &node{env: env}
		booted := false
		defer func() {
			if !booted { // main died at once: the engine never sees the node
				n.End()
			}
		}()
		n.start(main)
		n.run()
		booted = true
		return n
	}
}

// Exposed returns what a node has shown with [Proc.Expose]; nil if it has shown nothing, or is not a node of
// this package.
func Exposed(n sim.Node) any {
	if n, ok := n.(*node); ok {
		return n.exposed
	}
	return nil
}

// node is the handler of a node's events, which wakes its tasks.
type node struct {
	env      *sim.Env
	tasks    []*task    // alive, in order of their start
	ready    []*task    // to run, the first first
	idle     []*routine // whose tasks have returned
	inbox    Mailbox[Message]
	syncs    sim.SyncID
	syncing  []waitingSync
	describe func() sim.State
	exposed  any
	ended    bool // the node crashed, or the run is over
}

type waitingSync struct {
	id   sim.SyncID
	done func(error)
}

// task is code that runs in a coroutine.
type task struct {
	*routine
	n        *node
	proc     *Proc
	code     func(*Proc)
	deadline sim.Time // of what it waits for, by the node's clock; 0: none
	queued   bool     // it is in ready
	returned bool
}

// routine is a coroutine, which runs one task after another: a new one for each would cost more than most tasks do.
type routine struct {
	next  func() (struct{}, bool)
	stop  func()
	yield func(struct{}) bool
	task  *task
	died  any // what the task panicked with
}

// unwind ends a task at the place where it waits.
type unwind struct{}

// start adds a task that is ready to run.
func (n *node) start(code func(p *Proc)) {
	t := &task{n: n, code: code}
	t.proc = &Proc{Env: n.env, t: t}
	if last := len(n.idle) - 1; last >= 0 {
		t.routine, n.idle = n.idle[last], n.idle[:last]
	} else {
		t.routine = n.newRoutine()
	}
	t.routine.task = t
	n.tasks = append(n.tasks, t)
	n.wake(t)
}

// newRoutine returns a coroutine that runs its task, and then waits for the next one.
func (n *node) newRoutine() *routine {
	r := &routine{}
	r.next, r.stop = iter.Pull(func(yield func(struct{}) bool) {
		defer func() {
			x := recover()
			if _, unwound := x.(unwind); x == nil || unwound || n.ended {
				return
			}
			r.died = sim.CarryPanic(x)
		}()
		r.yield = yield
		for more := true; more; more = yield(struct{}{}) {
			r.task.code(r.task.proc)
			r.task.returned = true
		}
	})
	return r
}

// wake makes a task ready.
func (n *node) wake(t *task) {
	if !t.queued {
		t.queued, t.deadline = true, 0
		n.ready = append(n.ready, t)
	}
}

// run runs what is ready until every task waits, and sets the timer for the first that waits no longer than
// so long.
func (n *node) run() {
	for len(n.ready) > 0 {
		t := n.ready[0]
		n.ready = n.ready[1:]
		t.queued = false
		if _, alive := t.next(); !alive || t.returned {
			n.remove(t)
			if t.died != nil {
				panic(t.died)
			}
			n.idle = append(n.idle, t.routine)
		}
	}
	var first sim.Time
	for _, t := range n.tasks {
		if t.deadline > 0 && (first == 0 || t.deadline < first) {
			first = t.deadline
		}
	}
	if first > 0 {
		n.env.SetTimer(0, time.Duration(max(0, first-n.env.Now())))
	} else {
		n.env.StopTimer(0)
	}
}

func (n *node) remove(t *task) {
	for i := range n.tasks {
		if n.tasks[i] == t {
			n.tasks = append(n.tasks[:i], n.tasks[i+1:]...)
			return
		}
	}
}

// wait hands control back until the task is woken.
func (t *task) wait() {
	if !t.yield(struct{}{}) {
		panic(unwind{})
	}
}

// waitUntil is wait with a timeout from now.
func (t *task) waitUntil(timeout time.Duration) {
	if timeout < Forever {
		t.deadline = max(1, t.n.env.Now()+sim.Time(max(0, timeout)))
	}
	t.wait()
}

// Receive implements [sim.Node].
func (n *node) Receive(from sim.NodeID, payload []byte) {
	n.inbox.put(n, Message{From: from, Payload: append([]byte(nil), payload...)})
	n.run()
}

// Request implements [sim.Node].
func (n *node) Request(from sim.Caller, payload []byte) {
	n.inbox.put(n, Message{From: from.Client, Caller: from, Call: true, Payload: append([]byte(nil), payload...)})
	n.run()
}

// Timer implements [sim.TimerHandler].
func (n *node) Timer(sim.TimerID) {
	now := n.env.Now()
	for _, t := range n.tasks {
		if t.deadline > 0 && t.deadline <= now {
			n.wake(t)
		}
	}
	n.run()
}

// Synced implements [sim.SyncHandler].
func (n *node) Synced(id sim.SyncID, err error) {
	for i, s := range n.syncing {
		if s.id == id {
			n.syncing = append(n.syncing[:i], n.syncing[i+1:]...)
			s.done(err)
			break
		}
	}
	n.run()
}

// Describe implements [sim.Describer].
func (n *node) Describe() sim.State {
	if n.describe == nil {
		return sim.State{}
	}
	return n.describe()
}

// End implements [sim.Ender].
func (n *node) End() {
	n.ended = true
	for _, t := range n.tasks {
		t.stop()
	}
	for _, r := range n.idle {
		r.stop()
	}
	n.tasks, n.ready, n.idle = nil, nil, nil
}
