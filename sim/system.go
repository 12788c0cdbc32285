package sim

import (
	"time"

	"simrun/history"
	"simrun/sim/fault"
)

// Time is virtual time: nanoseconds since the start of the run.
type Time = history.Time

// System is code: how a node boots, what a client does, and what must always
// hold. It is a value without state of its own: any number of runs may use it at
// the same time.
type System struct {
	Name string

	// Boot starts a node, at first and after each crash. What survived is on
	// env's disk; nothing else survives.
	Boot func(env *Env) Node

	// Client is the whole life of one client, as straight blocking code.
	// It loops over [Client.Next] until that returns false.
	Client func(c *Client)

	// Workloads are what clients can be asked to do; the first is the default.
	Workloads []WorkloadKind

	// Options and Bugs are the names that a case of this system may use.
	Options []OptionDecl
	Bugs    []BugName

	// Sites are the names that its nodes ask [Env.Buggify] for.
	Sites []SiteName

	// Nodes is the number of servers of a case that does not say; 0: 5. MinNodes is the fewest that the
	// system runs on; 0: 1.
	Nodes, MinNodes int

	// Profile is what the system tells nemeses about itself: its roles, the events that its
	// nodes report (see [Trigger]) in addition to the engine's, and what it claims to survive.
	Profile fault.Profile

	// Program is the foreign code that its nodes run; nil if they run none.
	Program *Program

	// Services is the number of additional servers that the nodes may use as if they came with the network: those after the last of the
	// case's nodes. Faults do not hit them, and they are no targets.
	Services int

	// Timers are the names of the timers, by [TimerID], for the trace. May be nil.
	Timers []string

	// Monitors returns fresh monitors for one run. May be nil.
	Monitors func(c *Case) []Monitor

	// DescribeMessage tells a person what a payload says, in a few words:
	// "AppendEntries t3 prev 7 +2". Called only while tracing. May be nil.
	DescribeMessage func(payload []byte) string

	// Converged says, at the end of the recovery phase, why the replicas that are up
	// differ; "" if they agree. May be nil.
	Converged func(nodes []Node) string
}

// BugName names a known bug of a system, that a case can switch on.
type BugName string

// OptionName names a choice that a system leaves to its case.
type OptionName string

// OptionDecl declares an option of a system.
type OptionDecl struct {
	Name   OptionName
	Values []string // what it may be, the default first; empty: any text
}

// WorkloadKind generates operations.
type WorkloadKind struct {
	Name    string
	Summary string
	Rate    int // default operations per client and virtual second; 0: without pause
	Keys    int // default number of keys
	Mix     []Weight

	// Next decides the operation with this ordinal (from 0) of one client, from
	// nothing but its arguments and the draws of t.
	Next func(t *Turn) Op

	// Final decides the operation that each client does at the end of the recovery phase, once every client got its answer
	// and the replicas have converged: a read, of which a history that promises no order can be judged. It is invoked again until it
	// is answered. Nil: there is none.
	Final func(t *Turn) Op

	// FinalEach makes the clients do the final operation once for each server of the case: client 1 of four for n1, then for n5, and so
	// on. Which server it asks is up to the client's code. False: each client does it once.
	FinalEach bool

	// Settle is how long the system is left alone before the final operation, since nothing tells whether its replicas have
	// converged; 0: not at all.
	Settle time.Duration
}

// Op is what a client is asked to do.
type Op struct {
	F     string
	Key   string
	Value history.Value
}

// Node is one server: it only reacts. Each method runs at one instant of
// virtual time, must not block, and acts through its [Env] alone. Payloads are
// valid during the call only, and must not be changed or kept.
//
// A node that uses [Env.SetTimer] is also a [TimerHandler], and one that uses [Env.Sync]
// a [SyncHandler].
type Node interface {
	// Receive handles a message of another node.
	Receive(from NodeID, payload []byte)
	// Request handles a call of a client, or of another node ([Env.Call]), which is answered now
	// or later with [Env.Reply].
	Request(from Caller, payload []byte)
}

// TimerHandler is a [Node] that sets timers.
type TimerHandler interface {
	// Timer handles the timer that fired.
	Timer(t TimerID)
}

// SyncHandler is a [Node] that starts syncs.
type SyncHandler interface {
	// Synced handles the end of a sync: all that was written to the file before
	// that [Env.Sync] is durable, or err says why not.
	Synced(id SyncID, err error)
}

// Ender is a [Node] that wants to know when its life is over.
type Ender interface {
	// End is called once, after a crash or at the end of the run. The node can do nothing any more.
	End()
}

// Describer is a [Node] that can tell its state. Targets by role and the report need it.
type Describer interface {
	Describe() State
}

// State is a node's description of itself.
type State struct {
	Role   string  `json:"role"`             // "leader", "follower", …
	Epoch  uint64  `json:"epoch"`            // term, view, ballot: the higher is the newer
	Detail []Field `json:"detail,omitempty"` // what else a person wants to see
}

// Field is a named value of a [State].
type Field struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Fact is what happened in a node, as a typed value. Monitors and the trace
// consume the same facts.
type Fact interface {
	// String tells the fact to a person.
	String() string
}

// Monitor checks an invariant from inside while the run goes on.
type Monitor interface {
	// Name is the invariant's name: "election safety".
	Name() string
	// Observe consumes a fact, and returns how it violates the invariant, with what it contradicts; nil if it does not. Cost: O(1).
	Observe(at Sighting, f Fact) *Breach
}

// Booter is a [Monitor] that wants to know when a node lost its volatile state.
type Booter interface {
	Booted(at Sighting)
}

// Forgetter is a [Monitor] of what single nodes promise. A node whose disk a fault emptied, which its system does not claim to survive, has
// forgotten its promises: that alone is no finding, and would end each run of that kind. What follows for others is one.
type Forgetter interface {
	// Forgot is called when such a node boots, after [Booter.Booted].
	Forgot(at Sighting)
}

// TimerID names a timer of a node. Each node has at most one timer of each
// name; setting it again replaces it. It must be smaller than [MaxTimers].
type TimerID uint8

// MaxTimers bounds the timers that a node may use, so that they fit a table.
const MaxTimers = 62

// timerSlots is the room for the timers of one node: its own, and the engine's.
const timerSlots = 64

// The engine's own timers of a node.
const (
	callTimer  TimerID = MaxTimers + iota // the earliest timeout of the node's open calls
	deferTimer                            // what is to be told to the node at once, as a handler of its own
)

// SyncID is what a node gives to [Env.Sync], to know the completion by.
type SyncID uint64

// Caller is an open call, to be answered with [Env.Reply].
type Caller struct {
	Client NodeID // who called: a client, or a node that used [Env.Call]
	Call   uint64
}
