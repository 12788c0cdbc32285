package chain

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"simrun/models/kv"
	"simrun/models/oplog"
	"simrun/models/session"
	"simrun/models/viewservice"
	"simrun/models/wal"
	"simrun/sim"
	"simrun/sim/fault"
)

const (
	timerTick sim.TimerID = iota
	timerDisk             // the disk refused: try again
)

const (
	diskRetry = 50 * time.Millisecond
	batch     = 64 // entries in one message at most
)

var logFiles = wal.Options{Files: [2]string{"log", "log.copy"}, Magic: 0x316e6863} // "chn1"

// server is one server of the chain, or one that waits to join it.
type server struct {
	env *sim.Env

	epoch oplog.Epoch // in which it acts; on disk before anyone hears of it
	log   oplog.Store
	out   oplog.Outbox

	role      string
	recovered oplog.Epoch      // that was on disk at boot: it has forgotten what it did in that one
	view      viewservice.View // the last that it heard of; that of its epoch, or older
	chain     []sim.NodeID     // of the view, from head to tail
	place     int              // in the chain; -1 if it is not in it
	whole     oplog.Index      // its log is that of the chain up to here, in this epoch
	ready     bool             // and has all that the server before it had when this one joined the epoch
	commit    oplog.Index
	applied   oplog.Index
	machine   kv.Machine

	followers []follower // by node: the next in the chain, and, for a tail, those that wait to join
	adding    fault.Set  // whom a tail asked to be added, in this epoch
	pending   []call     // of a head, in order of index
	reads     reads
}

// follower is what a server knows of one that it forwards to.
type follower struct {
	match oplog.Index // its log is durable and equal up to there
	next  oplog.Index
}

// call is a client's command in the log of the head.
type call struct {
	index oplog.Index
	from  sim.Caller
}

func bootServer(env *sim.Env) sim.Node {
	s := &server{env: env, role: roleHalted, place: -1, machine: kv.NewMachine(), followers: make([]follower, env.Nodes()+1)}
	s.log = oplog.NewStore(env, logFiles, 8, func() { env.SetTimer(timerDisk, diskRetry) })
	s.recover()
	return s
}

// recover reads the disk; if it refuses, it tries again.
func (s *server) recover() {
	copies, err := s.log.Disk.Copies()
	var found oplog.Loaded
	if err == nil {
		found, err = s.log.Load(copies)
	}
	switch {
	case errors.Is(err, wal.ErrDamaged):
		s.env.Report(oplog.Halted{Reason: err.Error()})
	case err != nil:
		s.env.SetTimer(timerDisk, diskRetry)
	default:
		s.epoch = oplog.Epoch(binary.LittleEndian.Uint64(found.Meta))
		s.role, s.recovered = roleJoining, s.epoch
		s.env.Report(oplog.Recovered{Epoch: s.epoch, Last: s.log.Last()})
		s.tick()
	}
}

// Receive implements [sim.Node].
func (s *server) Receive(from sim.NodeID, payload []byte) {
	var f forward
	var a ack
	var v version
	if s.role == roleHalted {
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
	s.finish()
}

// adopt takes over a newer view, and its place in it.
func (s *server) adopt(v viewservice.View) {
	if v.Epoch < s.epoch || v.Epoch == s.view.Epoch {
		return
	}
	s.enter(v.Epoch)
	s.view, s.chain = v, chainOf(v)
	if v.Epoch == s.recovered {
		return // it waits for an epoch of which it has forgotten nothing
	}
	s.place = slices.Index(s.chain, s.env.ID())
	switch {
	case s.place < 0:
		return
	case s.place == 0:
		s.role, s.whole, s.ready = roleHead, s.log.Last(), true
		s.env.Report(oplog.Led{Epoch: s.epoch})
	case s.tail():
		s.role = roleTail
	default:
		s.role = roleMiddle
	}
	for i := range s.followers {
		s.followers[i] = follower{next: s.log.Last() + 1}
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
	if epoch <= s.epoch {
		return
	}
	if s.role == roleHead {
		s.env.Report(oplog.Deposed{Epoch: s.epoch})
		for _, c := range s.pending {
			s.reply(c.from, session.Result{Status: session.Lost})
		}
		s.pending = nil
	}
	s.dropReads()
	s.epoch = epoch
	s.role, s.chain, s.place, s.whole, s.ready, s.adding = roleJoining, nil, -1, 0, false, 0
	s.log.ChangeMeta()
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
	switch {
	case t == timerDisk && s.log.Disk.Broken():
		s.log.Disk.Rewrite()
	case t == timerDisk:
		s.recover()
	case s.role != roleHalted:
		s.tick()
	}
	s.finish()
}

// tick pings the master, tells the next server that this one lives, and repeats what may have been lost.
func (s *server) tick() {
	s.env.SetTimer(timerTick, viewservice.Tick)
	p := viewservice.Ping{Epoch: s.epoch, Last: s.log.Stable(), LastEpoch: s.log.Epoch(s.log.Stable())}
	p.Restarted = s.view.Epoch == s.epoch && s.epoch == s.recovered && s.view.InSync.Has(fault.Node(s.env.ID()))
	p.Add = s.adding
	s.out.Hold(p.Append(s.out.Room()), viewservice.Node, s.epoch)
	s.forward()
	s.askAgain()
}

// Synced implements [sim.SyncHandler].
func (s *server) Synced(id sim.SyncID, err error) {
	if s.log.Synced(id, err) {
		s.forward()
		s.advanceTail()
	}
	s.finish()
}

// finish ends a handler: what changed goes to the disk, and what may leave leaves.
func (s *server) finish() {
	if s.role == roleHalted {
		return
	}
	var meta [8]byte
	binary.LittleEndian.PutUint64(meta[:], uint64(s.epoch))
	s.log.Write(meta[:])
	s.out.Release(s.env, &s.log)
}

// AppliedUpTo implements [oplog.Applier].
func (s *server) AppliedUpTo() (node sim.NodeID, index oplog.Index, ok bool) {
	return s.env.ID(), s.applied, s.role != roleHalted
}

// HashUpTo implements [oplog.Applier].
func (s *server) HashUpTo(index oplog.Index) uint64 { return s.log.Chain(index) }

// Describe implements [sim.Describer].
func (s *server) Describe() sim.State {
	return sim.State{Role: s.role, Epoch: uint64(s.epoch), Detail: []sim.Field{
		{Name: "last", Value: fmt.Sprintf("%d@e%d", s.log.Last(), s.log.LastEpoch())},
		{Name: "durable", Value: strconv.FormatUint(uint64(s.log.Stable()), 10)},
		{Name: "commit", Value: strconv.FormatUint(uint64(s.commit), 10)},
	}}
}
