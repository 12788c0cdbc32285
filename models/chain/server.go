package chain

import (
	"slices"

	"simrun/models/oplog"
	"simrun/models/rsm"
	"simrun/models/viewservice"
	"simrun/models/wal"
	"simrun/sim"
	"simrun/sim/fault"
)

var logFiles = wal.Options{Files: [2]string{"log", "log.copy"}, Magic: 0x316e6863} // "chn1"

// server is one server of the chain, or one that waits to join it.
type server struct {
	rsm.Replica

	recovered oplog.Epoch      // that was on disk at boot: it has forgotten what it did in that one
	view      viewservice.View // the last that it heard of; that of its epoch, or older
	chain     []sim.NodeID     // of the view, from head to tail
	place     int              // in the chain; -1 if it is not in it
	whole     oplog.Index      // its log is that of the chain up to here, in this epoch
	ready     bool             // and has all that the server before it had when this one joined the epoch

	followers []follower // by node: the next in the chain, and, for a tail, those that wait to join
	adding    fault.Set  // whom a tail asked to be added, in this epoch
	reads     reads
}

// follower is what a server knows of one that it forwards to.
type follower struct {
	match oplog.Index // its log is durable and equal up to there
	next  oplog.Index
}

func bootServer(env *sim.Env) sim.Node {
	s := &server{Replica: rsm.New(env, logFiles, 0), place: -1, followers: make([]follower, env.Nodes()+1)}
	if _, ok := s.Recover(); ok {
		s.join()
	}
	return s
}

// join begins to act, with what the disk held.
func (s *server) join() {
	s.Role, s.recovered = roleJoining, s.Epoch
	s.tick()
}

// Receive implements [sim.Node].
func (s *server) Receive(from sim.NodeID, payload []byte) {
	var f forward
	var a ack
	var v version
	if !s.Running() {
		return
	}
	if view, ok := viewservice.DecodeView(payload); ok {
		s.adopt(view)
	} else if c, ok := viewservice.DecodeConfirm(payload); ok {
		s.confirmed(c)
	} else if f.decode(payload) {
		s.takeForward(from, &f)
	} else if a.decode(payload) {
		s.takeAck(from, &a)
	} else if v.decode(payload) {
		s.takeVersion(from, &v)
	}
	s.Finish()
}

// adopt takes over a newer view, and its place in it.
func (s *server) adopt(v viewservice.View) {
	if v.Epoch < s.Epoch || v.Epoch == s.view.Epoch {
		return
	}
	s.enter(v.Epoch)
	s.view, s.chain = v, chainOf(v)
	if v.Epoch == s.recovered {
		return // it waits for an epoch of which it has forgotten nothing
	}
	s.place = slices.Index(s.chain, s.Env.ID())
	switch {
	case s.place < 0:
		return
	case s.place == 0:
		s.Role, s.whole, s.ready = roleHead, s.Log.Last(), true
		s.Env.Report(oplog.Led{Epoch: s.Epoch})
	case s.tail():
		s.Role = roleTail
	default:
		s.Role = roleMiddle
	}
	for i := range s.followers {
		s.followers[i] = follower{next: s.Log.Last() + 1}
	}
	s.forward()
	s.advanceTail()
}

// chainOf is the order of a chain: the primary is the head, and the others follow in order of name. None without a head.
func chainOf(v viewservice.View) []sim.NodeID {
	if v.Primary == 0 {
		return nil
	}
	chain := []sim.NodeID{v.Primary}
	for n := range (v.InSync &^ fault.SetOf(fault.Node(v.Primary))).Nodes() {
		chain = append(chain, sim.NodeID(n))
	}
	return chain
}

// enter moves to a newer epoch, whose view is not known yet.
func (s *server) enter(epoch oplog.Epoch) {
	if epoch <= s.Epoch {
		return
	}
	if s.Role == roleHead {
		s.Depose()
	}
	s.dropReads()
	s.Enter(epoch)
	s.Role, s.chain, s.place, s.whole, s.ready, s.adding = roleJoining, nil, -1, 0, false, 0
}

// tail reports whether the server is the last of the chain.
func (s *server) tail() bool { return s.place >= 0 && s.place == len(s.chain)-1 }

// tailNode is the last of the chain; 0 if it is not known.
func (s *server) tailNode() sim.NodeID {
	if len(s.chain) == 0 {
		return 0
	}
	return s.chain[len(s.chain)-1]
}

// Timer implements [sim.TimerHandler].
func (s *server) Timer(t sim.TimerID) {
	if t == rsm.DiskTimer {
		if _, ok := s.Retry(); ok {
			s.join()
		}
	} else {
		s.tick()
	}
	s.Finish()
}

// tick pings the master, tells the next server that this one lives, and repeats what may have been lost.
func (s *server) tick() {
	s.Env.SetTimer(rsm.TickTimer, viewservice.Tick)
	p := viewservice.Ping{Epoch: s.Epoch, Last: s.Log.Stable(), LastEpoch: s.Log.Epoch(s.Log.Stable())}
	p.Restarted = s.view.Epoch == s.Epoch && s.Epoch == s.recovered && s.view.InSync.Has(fault.Node(s.Env.ID()))
	p.Add = s.adding
	s.Send(viewservice.Node, p)
	s.forward()
	s.askAgain()
}

// Synced implements [sim.SyncHandler].
func (s *server) Synced(id sim.SyncID, err error) {
	if s.Log.Synced(id, err) {
		s.forward()
		s.advanceTail()
	}
	s.Finish()
}
