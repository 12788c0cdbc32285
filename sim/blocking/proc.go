package blocking

import (
	"time"

	"simrun/sim"
)

// Proc is what a task acts through: all of [sim.Env] that takes no time, and what takes time in a form that
// waits. A Proc belongs to its task and must not be used by another.
type Proc struct {
	*sim.Env
	t *task
}

// Message is what came for a node: a message of another node, or the call of a client or a node.
type Message struct {
	From    sim.NodeID
	Call    bool       // it is to be answered, with [sim.Env.Reply] to Caller
	Caller  sim.Caller // of a call
	Payload []byte     // the node's own copy
}

// Go starts another task of this node. It runs when this one waits next.
func (p *Proc) Go(code func(p *Proc)) { p.t.n.start(code) }

// Sleep waits for d of the node's clock.
func (p *Proc) Sleep(d time.Duration) {
	if d > 0 {
		p.t.waitUntil(d)
	}
}

// Receive waits for the next message or call, at most for timeout; false if none came. Of several
// tasks that wait, the one that has waited longest gets it.
func (p *Proc) Receive(timeout time.Duration) (Message, bool) {
	return p.t.n.inbox.Get(p, timeout)
}

// Call asks another node, whose task receives a call, and waits for the answer. [sim.ErrTimeout] means that
// nothing is known of the request.
func (p *Proc) Call(to sim.NodeID, payload []byte, timeout time.Duration) ([]byte, error) {
	r := p.Ask([]sim.NodeID{to}, payload, timeout, 1)
	if len(r) == 0 {
		return nil, sim.ErrTimeout
	}
	return r[0].Payload, nil
}

// Reply is the answer of one node.
type Reply struct {
	From    sim.NodeID
	Payload []byte
}

// Ask calls several nodes at once and waits until enough of them have answered, or for timeout. It
// returns the answers in the order in which they came; what comes later is dropped. Nodes that refuse the
// call, or do not answer, are left out.
func (p *Proc) Ask(to []sim.NodeID, payload []byte, timeout time.Duration, enough int) []Reply {
	t := p.t
	var replies []Reply
	open, over := len(to), false
	for _, id := range to {
		p.Env.Call(id, payload, timeout, func(reply []byte, err error) {
			if over {
				return
			}
			if open--; err == nil {
				replies = append(replies, Reply{id, append([]byte(nil), reply...)})
			}
			if len(replies) >= enough || open == 0 {
				over = true
				t.n.wake(t)
			}
			t.n.run()
		})
	}
	if len(to) > 0 && enough > 0 {
		t.wait()
	}
	over = true
	return replies
}

// SaveFile replaces a file durably and atomically, as [sim.Env.SaveFile] does, and waits until it has.
func (p *Proc) SaveFile(file string, data []byte) error {
	t := p.t
	var failed error
	p.Env.SaveFile(file, data, func(err error) {
		failed = err
		t.n.wake(t)
		t.n.run()
	})
	t.wait()
	return failed
}

// Sync makes all earlier writes to a file durable, and waits until they are.
func (p *Proc) Sync(file string) error {
	t := p.t
	var failed error
	t.n.syncs++
	t.n.syncing = append(t.n.syncing, waitingSync{t.n.syncs, func(err error) {
		failed = err
		t.n.wake(t)
	}})
	p.Env.Sync(file, t.n.syncs)
	t.wait()
	return failed
}

// SetTimer panics: a task waits with [Proc.Sleep], and with the timeouts of the other methods.
func (p *Proc) SetTimer(sim.TimerID, time.Duration) {
	panic("blocking: SetTimer in a task: use Sleep, or the timeout of what waits")
}

// Describe makes f tell the state of the node, for targets by role and the report.
func (p *Proc) Describe(f func() sim.State) { p.t.n.describe = f }

// Expose shows a value to code that looks at nodes from outside, as Model.Converged does: see [Exposed].
func (p *Proc) Expose(value any) { p.t.n.exposed = value }
