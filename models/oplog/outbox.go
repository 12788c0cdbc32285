package oplog

import (
	"simrun/models/wal"
	"simrun/sim"
)

// Outbox holds the messages of a node until its disk holds what they promise, and then reports it ([Adopted], [Acknowledged]). The zero value is
// empty.
type Outbox struct {
	held   wal.Outbox[promise]
	latest Epoch // of all that were held
	told   Epoch // the last that a message has carried
}

// Sender is the part of [sim.Env] that an outbox uses.
type Sender interface {
	Send(to sim.NodeID, payload []byte)
	Report(fact sim.Fact)
}

// promise is what a message promises.
type promise struct {
	epoch Epoch
	log   bool // and that the log is durable up to match
	match Index
}

// Room returns a slice to append the encoding of a message to, which goes back by [Outbox.Hold] or [Outbox.HoldAck].
func (o *Outbox) Room() []byte { return o.held.Room() }

// Hold holds a message until the protocol's bytes, with this epoch in them, are durable.
func (o *Outbox) Hold(room []byte, to sim.NodeID, epoch Epoch) {
	o.hold(room, to, promise{epoch: epoch})
}

// HoldAck holds a message until everything is durable that its handler has written: the epoch, and the log up to an entry.
func (o *Outbox) HoldAck(room []byte, to sim.NodeID, epoch Epoch, match Index) {
	o.hold(room, to, promise{epoch, true, match})
}

func (o *Outbox) hold(room []byte, to sim.NodeID, p promise) {
	o.latest = max(o.latest, p.epoch)
	o.held.Hold(room, to, p)
}

// Release ends a handler, after [Store.Write]: messages whose promise is durable are sent, in order. An acknowledgement of an
// older epoch is dropped instead: the leader of a newer one may have truncated what it speaks of.
func (o *Outbox) Release(env Sender, s *Store) {
	o.held.Seal(func(p *promise) int {
		if p.log {
			return s.Disk.Written()
		}
		return s.MetaOffset()
	})
	o.held.Release(s.Disk.Durable(), func(to sim.NodeID, payload []byte, p *promise) {
		if p.log && p.epoch < o.latest {
			return
		}
		env.Send(to, payload)
		if p.epoch > o.told {
			o.told = p.epoch
			env.Report(Adopted{p.epoch})
		}
		if p.log {
			env.Report(Acknowledged{p.match})
		}
	})
}
