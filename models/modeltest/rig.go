// Package modeltest tests models: a cluster driven by hand, and the tests that every model must pass.
package modeltest

import (
	"bytes"
	"maps"
	"slices"
	"testing"
	"time"

	"simrun/sim"
)

// Rig is a cluster driven by hand: nothing is delivered, synced or fired unless a test says so.
//
// The node is built on an interface of its own model that holds the part of [sim.Env] which it uses; both
// [sim.Env] and [Env] implement it.
type Rig struct {
	T      testing.TB
	Nodes  []sim.Node // by name; nil while down
	Envs   []*Env     // by name
	Wire   []Envelope // messages on their way, oldest first
	Now    sim.Time
	Broken []string        // names of the monitors that saw a violation, in order
	Marks  map[string]bool // that were reached

	boot     func(env *Env) sim.Node
	monitors []sim.Monitor
	told     uint64 // to them
}

// Envelope is a message on its way.
type Envelope struct {
	From, To sim.NodeID
	Payload  []byte
}

// New returns a rig of so many nodes, all of them booted.
func New(t testing.TB, nodes int, boot func(env *Env) sim.Node, monitors []sim.Monitor, bugs ...sim.BugName) *Rig {
	r := &Rig{T: t, Nodes: make([]sim.Node, nodes+1), Envs: make([]*Env, nodes+1), Marks: map[string]bool{}, boot: boot, monitors: monitors}
	for i := 1; i <= nodes; i++ {
		r.Envs[i] = &Env{r: r, id: sim.NodeID(i), bugs: bugs, Options: map[sim.OptionName]string{}, files: map[string]*File{}, Replies: map[uint64][]byte{}}
	}
	for i := 1; i <= nodes; i++ {
		r.Boot(sim.NodeID(i))
	}
	return r
}

// Boot starts a node that is down, with what its disk holds.
func (r *Rig) Boot(id sim.NodeID) {
	e := r.Envs[id]
	e.boots++
	e.Timers = map[sim.TimerID]time.Duration{}
	for _, m := range r.monitors {
		if b, ok := m.(sim.Booter); ok {
			b.Booted(r.sighting(id))
		}
	}
	r.Nodes[id] = r.boot(e)
}

// Crash loses what was not synced, and the messages to the node; it stays down until it is booted.
func (r *Rig) Crash(id sim.NodeID) {
	e := r.Envs[id]
	e.Syncs = nil
	for _, name := range slices.Sorted(maps.Keys(e.files)) {
		f := e.files[name]
		f.Data = f.Data[:f.Synced]
	}
	r.Nodes[id] = nil
	r.Wire = slices.DeleteFunc(r.Wire, func(m Envelope) bool { return m.To == id })
}

// Restart crashes a node and boots it.
func (r *Rig) Restart(id sim.NodeID) {
	r.Crash(id)
	r.Boot(id)
}

// Sync completes the syncs of a node, one after the other.
func (r *Rig) Sync(id sim.NodeID) {
	for len(r.Envs[id].Syncs) > 0 {
		r.SyncOne(id)
	}
}

// SyncOne completes the oldest sync of a node, if there is one.
func (r *Rig) SyncOne(id sim.NodeID) {
	e := r.Envs[id]
	if len(e.Syncs) == 0 {
		return
	}
	s := e.Syncs[0]
	e.Syncs = e.Syncs[1:]
	if e.Refuse == nil {
		f := e.File(s.File)
		f.Synced = max(f.Synced, s.size)
	}
	r.Nodes[id].(sim.SyncHandler).Synced(s.ID, e.Refuse)
}

// Settle syncs and delivers among these nodes until nothing is left to do. Messages to
// others, and those that hold keeps back, stay on the wire.
func (r *Rig) Settle(hold func(Envelope) bool, ids ...sim.NodeID) {
	in := func(id sim.NodeID) bool { return slices.Contains(ids, id) && r.Nodes[id] != nil }
	for busy := true; busy; {
		busy = false
		for _, id := range ids {
			if r.Nodes[id] != nil && len(r.Envs[id].Syncs) > 0 {
				r.Sync(id)
				busy = true
			}
		}
		for i := 0; i < len(r.Wire); i++ {
			if m := r.Wire[i]; in(m.From) && in(m.To) && (hold == nil || !hold(m)) {
				r.Wire = slices.Delete(r.Wire, i, i+1)
				r.Deliver(m)
				busy = true
				break
			}
		}
	}
}

// Take removes and returns the messages on the wire that are wanted.
func (r *Rig) Take(wanted func(Envelope) bool) []Envelope {
	var taken []Envelope
	r.Wire = slices.DeleteFunc(r.Wire, func(m Envelope) bool {
		if wanted(m) {
			taken = append(taken, m)
			return true
		}
		return false
	})
	return taken
}

// Deliver gives messages to their nodes.
func (r *Rig) Deliver(ms ...Envelope) {
	for _, m := range ms {
		r.Nodes[m.To].Receive(m.From, m.Payload)
	}
}

// Fire lets a timer of a node run out, after a time.
func (r *Rig) Fire(id sim.NodeID, t sim.TimerID, after time.Duration) {
	r.Now += sim.Time(after)
	delete(r.Envs[id].Timers, t)
	r.Nodes[id].(sim.TimerHandler).Timer(t)
}

// Ask sends a client's request to a node and returns the number of the call.
func (r *Rig) Ask(id sim.NodeID, request []byte) uint64 {
	e := r.Envs[id]
	e.asked++
	call := e.asked + uint64(id)<<32
	r.Nodes[id].Request(sim.Caller{Client: -1, Call: call}, request)
	return call
}

// WantBroken wants these monitors to have seen a violation; without names, that none has.
func (r *Rig) WantBroken(names ...string) {
	r.T.Helper()
	for _, n := range names {
		if !slices.Contains(r.Broken, n) {
			r.T.Errorf("monitor %q is silent; violations: %q", n, r.Broken)
		}
	}
	if len(names) == 0 && len(r.Broken) > 0 {
		r.T.Errorf("violations %q, want none", r.Broken)
	}
}

// IDs are the names n1 to nN.
func IDs(n int) []sim.NodeID {
	out := make([]sim.NodeID, n)
	for i := range out {
		out[i] = sim.NodeID(i + 1)
	}
	return out
}

// sighting is what a monitor is told of where and when: each is an event of its own.
func (r *Rig) sighting(id sim.NodeID) sim.Sighting {
	r.told++
	return sim.Sighting{Time: r.Now, Event: r.told, Node: id}
}

// Observe shows a fact to monitors, and returns what the first says that sees a violation.
func Observe(monitors []sim.Monitor, node sim.NodeID, facts ...sim.Fact) string {
	for _, f := range facts {
		for _, m := range monitors {
			if b := m.Observe(sim.Sighting{Event: 1, Node: node}, f); b != nil {
				return m.Name() + ": " + b.Detail
			}
		}
	}
	return ""
}

// clone keeps a payload beyond its handler.
func clone(b []byte) []byte { return bytes.Clone(b) }
