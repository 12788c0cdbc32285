package simtest_test

// This file is a whole protocol of one's own with its specification and its
// tests: copy it, and replace the protocol. It is the shared register of Attiya,
// Bar-Noy and Dolev ("Sharing memory robustly in message-passing systems", 1995), with
// several writers: each operation asks a majority for the newest value, and stores
// what it writes, or what it read, at a majority before it answers.

import (
	"cmp"
	"encoding/json"
	"fmt"
	"time"

	"simrun/check/specs"
	"simrun/history"
	"simrun/models"
	"simrun/sim"
	"simrun/sim/rng"
)

// register is the model: the system, its promise, and a bug to see the test fail.
var register = models.Model{
	Name:    "abd-register",
	Summary: "a register shared by asking majorities",
	Boot:    bootReplica,
	Client:  askReplicas,
	Workloads: []models.Workload{{
		Name: "register",
		Spec: specs.Register,
		Rate: 20,
		Mix:  []sim.Weight{{F: "read", Weight: 2}, {F: "write", Weight: 1}},
		Next: func(t *sim.Turn) sim.Op {
			if t.Pick() == "write" {
				return sim.Op{F: "write", Value: history.Int(t.Unique())}
			}
			return sim.Op{F: "read"}
		},
	}},
	Bugs:            []models.Bug{{Name: "no-write-back", Summary: "a read returns what no majority stores, and a later read may miss it"}},
	DescribeMessage: func(payload []byte) string { return string(payload) },
}

// stamp orders the writes. A server may die between two writes and forget the first; the count of
// its boots keeps their stamps apart.
type stamp struct {
	Number  int64
	Replica sim.NodeID
	Boot    int
	Op      uint64
}

func (a stamp) compare(b stamp) int {
	return cmp.Or(cmp.Compare(a.Number, b.Number), cmp.Compare(a.Replica, b.Replica), cmp.Compare(a.Boot, b.Boot), cmp.Compare(a.Op, b.Op))
}

// message is what replicas say to each other; a get and a put are answered with the same Op.
type message struct {
	Kind  string // get, put, got, done
	Boot  int    // of the replica that asked
	Op    uint64
	Stamp stamp
	Value history.Value
}

// stored is what a replica keeps on its disk.
type stored struct {
	Stamp stamp
	Value history.Value
}

// operation is a client's operation that a replica carries out.
type operation struct {
	caller  sim.Caller
	write   bool
	newest  stored // of the majority that was asked; then what is put
	put     bool   // the second round is under way
	answers int    // of this round
}

type replica struct {
	env  *sim.Env
	bug  bool
	kept stored

	ops  map[uint64]*operation
	next uint64

	syncs   map[sim.SyncID]func() // what a sync must complete before
	syncing sim.SyncID
}

func bootReplica(env *sim.Env) sim.Node {
	r := &replica{env: env, bug: env.Bug("no-write-back"), ops: map[uint64]*operation{}, syncs: map[sim.SyncID]func(){}}
	data, err := env.Read("register")
	if err == nil && data != nil {
		err = json.Unmarshal(data, &r.kept)
	}
	if err != nil {
		env.Fatal("the register cannot be read: " + err.Error())
	}
	return r
}

// Request begins a client's operation with a round of questions.
func (r *replica) Request(from sim.Caller, payload []byte) {
	var op sim.Op
	if err := json.Unmarshal(payload, &op); err != nil {
		r.env.Fatal(err.Error())
		return
	}
	r.next++
	r.ops[r.next] = &operation{caller: from, write: op.F == "write", newest: stored{Value: op.Value}}
	r.broadcast(message{Kind: "get", Op: r.next})
}

func (r *replica) Receive(from sim.NodeID, payload []byte) {
	var m message
	if err := json.Unmarshal(payload, &m); err != nil {
		r.env.Fatal(err.Error())
		return
	}
	switch m.Kind {
	case "get":
		m.Kind, m.Stamp, m.Value = "got", r.kept.Stamp, r.kept.Value
		r.send(from, m)
	case "put":
		r.keep(stored{m.Stamp, m.Value}, func() { r.send(from, message{Kind: "done", Boot: m.Boot, Op: m.Op}) })
	case "got", "done":
		if op := r.ops[m.Op]; op != nil && m.Boot == r.env.Boots() && op.put == (m.Kind == "done") {
			r.answered(op, m)
		}
	}
}

// answered counts an answer, and goes on when a majority has given one.
func (r *replica) answered(op *operation, m message) {
	if m.Kind == "got" && m.Stamp.compare(op.newest.Stamp) > 0 {
		op.newest.Stamp = m.Stamp
		if !op.write {
			op.newest.Value = m.Value
		}
	}
	if op.answers++; op.answers <= r.env.Nodes()/2 {
		return
	}
	switch {
	case op.put, r.bug && !op.write:
		delete(r.ops, m.Op)
		reply, _ := json.Marshal(op.newest.Value) // a Value always marshals
		r.env.Reply(op.caller, reply)
	default:
		if op.write {
			op.newest.Stamp = stamp{op.newest.Stamp.Number + 1, r.env.ID(), r.env.Boots(), m.Op}
		}
		op.put, op.answers = true, 0
		r.broadcast(message{Kind: "put", Op: m.Op, Stamp: op.newest.Stamp, Value: op.newest.Value})
	}
}

// keep makes a newer value durable, and then does what was waiting for that.
func (r *replica) keep(s stored, then func()) {
	if s.Stamp.compare(r.kept.Stamp) > 0 {
		r.kept = s
		data, _ := json.Marshal(s)
		for _, err := range []error{r.env.WriteAt("new", 0, data), r.env.Truncate("new", len(data)), r.env.Rename("new", "register")} {
			if err != nil {
				r.env.Fatal(err.Error())
				return
			}
		}
	}
	r.syncing++
	r.syncs[r.syncing] = then
	r.env.Sync("register", r.syncing)
}

func (r *replica) Synced(id sim.SyncID, err error) {
	if err != nil {
		r.env.Fatal(err.Error())
		return
	}
	r.syncs[id]()
	delete(r.syncs, id)
}

func (r *replica) Timer(sim.TimerID) {}

func (r *replica) broadcast(m message) {
	m.Boot = r.env.Boots()
	for n := range r.env.Nodes() {
		r.send(sim.NodeID(n+1), m)
	}
}

func (r *replica) send(to sim.NodeID, m message) {
	data, _ := json.Marshal(m)
	r.env.Send(to, data)
}

// Describe makes the newest stamp visible in the report.
func (r *replica) Describe() sim.State {
	return sim.State{Role: "replica", Epoch: uint64(r.kept.Stamp.Number), Detail: []sim.Field{{Name: "value", Value: r.kept.Value.String()}}}
}

var whom = rng.Of("whom to ask")

// askReplicas is the client: it asks any replica, and gives up after a while, since an operation that
// got lost is not repeated: a repeated write would be two.
func askReplicas(c *sim.Client) {
	for ordinal := uint64(0); ; ordinal++ {
		op, more := c.Next()
		if !more {
			return
		}
		request, _ := json.Marshal(op)
		replica := sim.NodeID(1 + c.Rand(whom, ordinal).N(uint64(c.Nodes())))
		reply, err := c.Call(replica, request, 500*time.Millisecond)
		var value history.Value
		switch {
		case err != nil:
			c.Info(err.Error())
		case json.Unmarshal(reply, &value) != nil:
			panic(fmt.Sprintf("the reply %q is not a value", reply))
		case op.F == "write":
			c.OK(op.Value)
		default:
			c.OK(value)
		}
	}
}
