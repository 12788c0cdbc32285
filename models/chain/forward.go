package chain

import (
	"simrun/models/oplog"
	"simrun/models/rsm"
	"simrun/models/session"
	"simrun/models/viewservice"
	"simrun/sim"
	"simrun/sim/fault"
)

// Request implements [sim.Node].
func (s *server) Request(from sim.Caller, payload []byte) {
	kind, body, ok := session.Open(payload)
	switch {
	case !s.Running() || !ok:
		return
	case kind == session.Read:
		s.read(from, body)
	case s.Role != roleHead:
		head := sim.NodeID(0)
		if len(s.chain) > 0 {
			head = s.chain[0]
		}
		s.Refer(from, head)
	default:
		s.Propose(from, kind, body)
		s.whole = s.Log.Last()
	}
	s.Finish()
}

// forward hands on what this server has on its disk, if it is in the chain: to the next, or, by the tail, to those that wait to join.
func (s *server) forward() {
	switch {
	case s.place < 0 || !s.ready:
	case !s.tail():
		s.forwardTo(s.chain[s.place+1])
	default:
		for n := range (viewservice.Replicas(s.Env.Nodes()) &^ s.view.InSync).Nodes() {
			s.forwardTo(sim.NodeID(n))
		}
	}
}

// forwardTo sends what comes after what a server is known to have; it is repeated until it is acknowledged.
func (s *server) forwardTo(to sim.NodeID) {
	last := min(s.whole, s.Log.Stable())
	after := min(s.followers[to].next-1, last)
	m := forward{epoch: s.Epoch, after: after, afterEpoch: s.Log.Epoch(after), whole: s.whole, commit: s.Commit}
	if end := min(last, after+rsm.Batch); end > after {
		m.entries = s.Log.Raw(after+1, end)
	}
	s.Send(to, &m)
}

// unsaid is the index of a rejection that says nothing but the epoch.
const unsaid oplog.Index = 1 << 62

// takeForward takes what the server before this one sends.
func (s *server) takeForward(from sim.NodeID, m *forward) {
	if m.epoch < s.Epoch && !s.Env.Bug(bugNoFencing) {
		s.Env.Sometimes(rsm.MarkFenced)
		s.answer(from, ack{epoch: s.Epoch, index: unsaid})
		return
	}
	if m.epoch > s.Epoch {
		s.enter(m.epoch)
	}
	if s.Role == roleHead {
		return // only a message of an older epoch that was not fenced off comes here
	}
	if s.Log.Epoch(m.after) != m.afterEpoch {
		s.answer(from, ack{epoch: m.epoch, index: s.Log.LastBefore(max(m.after, 1)-1, m.afterEpoch)})
		return
	}
	at := m.after + s.Put(m.after, m.entries)
	s.whole = max(s.whole, at)
	s.ready = s.ready || s.whole >= m.whole
	if s.place < 0 { // it waits to join, and learns from the tail what is committed
		s.advance(min(m.commit, at))
	}
	s.answer(from, ack{epoch: m.epoch, index: at, ok: true})
	s.advanceTail()
	s.forward()
}

// answer sends an acknowledgement once what it promises is on disk.
func (s *server) answer(to sim.NodeID, a ack) {
	a.commit = s.Commit
	if !a.ok {
		s.Send(to, &a)
		return
	}
	s.SendAck(to, &a, a.index)
}

// takeAck takes the answer of the next server, or, at the tail, of one that waits to join.
func (s *server) takeAck(from sim.NodeID, a *ack) {
	if a.epoch > s.Epoch {
		s.enter(a.epoch)
		return
	}
	if s.place < 0 || !s.ready || a.epoch < s.Epoch {
		return
	}
	f := &s.followers[from]
	switch {
	case !a.ok && a.index+1 < f.next && a.index >= f.match:
		f.next = a.index + 1
		s.forwardTo(from)
		return
	case a.ok && a.index > f.match:
		f.match, f.next = a.index, a.index+1
		if f.match < min(s.whole, s.Log.Stable()) {
			s.forwardTo(from)
		}
	}
	if !a.ok {
		return
	}
	if !s.tail() {
		before := s.Commit
		if s.advance(min(a.commit, s.whole)); s.Commit > before {
			s.tellBack()
		}
		return
	}
	if f.match == s.Log.Last() && f.match == s.whole && s.ready {
		s.adding |= fault.SetOf(fault.Node(from))
	}
	s.advanceTail()
}

// tellBack tells the server before this one what is committed.
func (s *server) tellBack() {
	if s.place > 0 && s.ready {
		s.answer(s.chain[s.place-1], ack{epoch: s.Epoch, index: min(s.whole, s.Log.Stable()), ok: true})
	}
}

// advanceTail moves the commit index of the tail to what it has on its disk, since every server before it has that too. A server
// that it has asked to be added must have it as well: the master may have heard.
func (s *server) advanceTail() {
	if !s.tail() || !s.ready {
		if s.Role == roleHead && s.Env.Bug(bugAckAtHead) {
			s.advance(s.Log.Stable())
		}
		return
	}
	to := min(s.whole, s.Log.Stable())
	for n := range s.adding.Nodes() {
		to = min(to, s.followers[n].match)
	}
	if to > s.Commit {
		s.advance(to)
		s.tellBack()
	}
}

// advance moves the commit index, and serves the reads that waited for it.
func (s *server) advance(to oplog.Index) {
	if s.Advance(to) {
		s.serve()
	}
}
