// Package viewservice is a node that decides the view of a replicated system: which node is the primary, and which replicas are in
// sync. Primary-backup replication needs such a service, and so do other schemes that leave reconfiguration to a master.
//
// A view has an epoch, and is on the disk of the service before anyone hears of it. Every node pings the service; an answer is the view.
// The primary asks in its pings for replicas to be added and removed. When the primary is silent, the service begins an epoch without a primary, and
// names one in the next, once enough replicas have entered it to be sure that the old primary can't commit any more
// (PacificA §3.3 names these rules for its configuration manager).
package viewservice

import (
	"time"

	"simrun/models/oplog"
	"simrun/models/session"
	"simrun/sim"
	"simrun/sim/fault"
)

// Node is the node that is the service.
const Node sim.NodeID = 1

// Role is its role.
const Role = "service"

// Tick is the time between two pings of a node, and between two looks of the service at who is silent.
const Tick = 50 * time.Millisecond

// silence is how long the primary may be silent before another is chosen.
const silence = 300 * time.Millisecond

// States worth reaching.
const (
	MarkFailover  = "another replica became primary"
	MarkRemoved   = "replica that did not answer removed from the view"
	MarkAdded     = "replica that caught up added to the view"
	MarkRestarted = "member that restarted was given a new epoch"
)

// Marks lists the states worth reaching, for [models.Model].
func Marks() []string { return []string{MarkFailover, MarkRemoved, MarkAdded, MarkRestarted} }

// Holds says which replicas in sync have every command that was acknowledged.
type Holds uint8

const (
	EachHolds Holds = iota // each of them
	OneHolds               // the primary, and at least one other if there are others
	NoneHolds              // the primary alone: a failover may lose commands
)

// Rules are what a protocol wants of the service.
type Rules struct {
	Holds Holds

	// Watches makes the service itself remove members that are silent or have restarted, and lets each member ask for others to be added: for
	// protocols in which the primary does not hear all members. Else only the primary asks.
	Watches bool
}

// service answers pings with the view that is on its disk, and changes it when the primary is silent, asks for a change, or has restarted.
type service struct {
	env    *sim.Env
	rules  Rules
	view   View // on disk; epoch 0 until it is read
	saving bool
	heard  []sim.Time // by node: the last ping
	pings  []Ping     // by node: the last
}

// viewFile is where the service keeps the view.
const viewFile = "view"

// Boot starts the service. In the first view, every other node is in sync, and the first of them is the primary.
func Boot(env *sim.Env, rules Rules) sim.Node {
	s := &service{env: env, rules: rules, heard: make([]sim.Time, env.Nodes()+1), pings: make([]Ping, env.Nodes()+1)}
	s.load()
	env.SetTimer(0, Tick)
	return s
}

// Replicas are the nodes that are not the service.
func Replicas(nodes int) fault.Set { return fault.All(nodes) &^ fault.SetOf(fault.Node(Node)) }

// load reads the view, and makes the first one. If the disk refuses, it tries again at the next tick.
func (s *service) load() {
	b, err := s.env.Read(viewFile)
	if err != nil {
		return
	}
	if b == nil {
		s.change(View{Epoch: 1, Primary: Node + 1, InSync: Replicas(s.env.Nodes())})
		return
	}
	v, ok := DecodeView(b)
	if !ok {
		s.env.Fatal("the view can't be read")
	}
	s.view = v
	for i := range s.heard { // nobody is silent yet
		s.heard[i] = s.env.Now()
	}
}

// change makes a view durable, and then tells everybody.
func (s *service) change(to View) {
	if s.saving {
		return
	}
	s.saving = true
	s.env.SaveFile(viewFile, to.Append(nil), func(err error) {
		s.saving = false
		if err != nil { // the file may hold either view: read it again
			s.view = View{}
			return
		}
		if s.view.Epoch > 0 && s.view.Primary == 0 && to.Primary != s.view.Before {
			s.env.Sometimes(MarkFailover)
		}
		s.view = to
		for n := range Replicas(s.env.Nodes()).Nodes() {
			s.tell(sim.NodeID(n))
		}
	})
}

func (s *service) tell(to sim.NodeID) {
	if s.view.Epoch > 0 {
		s.env.Send(to, s.view.Append(nil))
	}
}

// Receive implements [sim.Node].
func (s *service) Receive(from sim.NodeID, payload []byte) {
	if c, ok := DecodeConfirm(payload); ok {
		s.confirm(from, c)
		return
	}
	p, ok := DecodePing(payload)
	if !ok {
		return
	}
	s.heard[from], s.pings[from] = s.env.Now(), p
	v := s.view
	may := from == v.Primary || s.rules.Watches && v.Primary != 0 && v.InSync.Has(fault.Node(from))
	if may && p.Epoch == v.Epoch && v.Epoch > 0 && !s.saving {
		s.obey(&p)
	}
	s.choose()
	s.tell(from)
}

// confirm answers a node that asks whether an epoch is still the current one. It is, even while the next is being saved: nobody has heard of that.
func (s *service) confirm(from sim.NodeID, c Confirm) {
	if c.Epoch == s.view.Epoch && c.Epoch > 0 {
		c.Yes = true
		s.env.Send(from, c.Append(nil))
	}
}

// obey changes the view as a member asks. A new epoch begins even if the members stay the same: the primary can't take
// back what it asked for in an epoch, since an old ping may still be on its way.
func (s *service) obey(p *Ping) {
	next := View{Epoch: s.view.Epoch + 1, Primary: s.view.Primary, InSync: s.view.InSync}
	switch {
	case p.Restarted:
		s.env.Sometimes(MarkRestarted)
	case p.Add|p.Remove == 0 || p.Remove.Has(fault.Node(next.Primary)):
		return
	default:
		next.InSync = (next.InSync | p.Add) &^ p.Remove
		if p.Add != 0 {
			s.env.Sometimes(MarkAdded)
		}
		if p.Remove != 0 {
			s.env.Sometimes(MarkRemoved)
		}
	}
	s.change(next)
}

// Timer implements [sim.TimerHandler]: it looks whether the primary is silent.
func (s *service) Timer(sim.TimerID) {
	s.env.SetTimer(0, Tick)
	v := s.view
	if v.Epoch == 0 && !s.saving {
		s.load()
		return
	}
	quiet := time.Duration(s.env.Now() - s.heard[v.Primary])
	if v.Primary != 0 && quiet > silence && v.InSync.Len() > 1 {
		s.change(View{Epoch: v.Epoch + 1, Before: v.Primary, InSync: v.InSync})
	}
	if s.rules.Watches && v.Primary != 0 && quiet <= silence {
		s.watch()
	}
	s.choose()
}

// watch removes the members that are silent, but for the primary.
func (s *service) watch() {
	v := s.view
	silent := fault.Set(0)
	for n := range (v.InSync &^ fault.SetOf(fault.Node(v.Primary))).Nodes() {
		if time.Duration(s.env.Now()-s.heard[n]) > silence {
			silent |= fault.SetOf(n)
		}
	}
	if silent != 0 {
		s.env.Sometimes(MarkRemoved)
		s.change(View{Epoch: v.Epoch + 1, Primary: v.Primary, InSync: v.InSync &^ silent})
	}
}

// choose ends an epoch without a primary: the next primary is the replica in sync with the longest log of those that have entered the
// epoch, and so acknowledge nothing any more in the one before. If each replica in sync holds every acknowledged command, one that
// has entered is enough. If only one is sure to, then the old primary must have entered, or all others.
func (s *service) choose() {
	v := s.view
	if v.Epoch == 0 || v.Primary != 0 || s.saving {
		return
	}
	best, entered := sim.NodeID(0), fault.Set(0)
	for n := range v.InSync.Nodes() {
		p := &s.pings[n]
		if p.Epoch != v.Epoch {
			continue
		}
		entered |= fault.SetOf(n)
		if best == 0 || p.longer(&s.pings[best]) {
			best = sim.NodeID(n)
		}
	}
	old := fault.SetOf(fault.Node(v.Before))
	if best == 0 || s.rules.Holds == OneHolds && entered&old == 0 && entered != v.InSync&^old {
		return
	}
	members := fault.SetOf(fault.Node(best))
	if s.rules.Holds == EachHolds {
		members |= v.InSync &^ old
	}
	s.change(View{Epoch: v.Epoch + 1, Primary: best, InSync: members})
}

// longer reports whether the log of one node has more than that of another (Raft §5.4.1 compares logs in the same way).
func (p *Ping) longer(q *Ping) bool {
	return p.LastEpoch > q.LastEpoch || p.LastEpoch == q.LastEpoch && p.Last > q.Last
}

// Request implements [sim.Node]: it sends clients to the primary.
func (s *service) Request(from sim.Caller, _ []byte) {
	s.env.Reply(from, session.Result{Status: session.NotLeader, Value: int64(s.view.Primary)}.Append(nil))
}

// Describe implements [sim.Describer].
func (s *service) Describe() sim.State {
	primary := "none"
	if s.view.Primary != 0 {
		primary = s.view.Primary.String()
	}
	return sim.State{Role: Role, Epoch: uint64(s.view.Epoch), Detail: []sim.Field{
		{Name: "primary", Value: primary}, {Name: "in sync", Value: s.view.InSync.String()},
	}}
}

// View is who does what in an epoch.
type View struct {
	Epoch   oplog.Epoch
	Primary sim.NodeID // 0: one is being chosen
	Before  sim.NodeID // while one is being chosen: the primary of the epoch before
	InSync  fault.Set  // the primary and the replicas that have what it committed, as far as [Holds] says
}

// Ping is what a node tells the service.
type Ping struct {
	Epoch       oplog.Epoch // the last that it entered; on its disk
	Last        oplog.Index // of its log on disk
	LastEpoch   oplog.Epoch // of that entry
	Restarted   bool        // it is the primary of the epoch, but has restarted in it and forgotten what it asked for
	Add, Remove fault.Set   // what the primary wants to be changed
}
