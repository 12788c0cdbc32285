package chain

import (
	"fmt"

	"simrun/models/oplog"
	"simrun/models/session"
	"simrun/models/viewservice"
	"simrun/sim"
	"simrun/sim/fault"
)

// Request implements [sim.Node].
func (s *server) Request(from sim.Caller, payload []byte) {
	kind, body, ok := session.Open(payload)
	switch {
	case s.role == roleHalted || !ok:
		return
	case kind == session.Read:
		s.read(from, body)
	case s.role != roleHead:
		head := sim.NodeID(0)
		if len(s.chain) > 0 {
			head = s.chain[0]
		}
		s.reply(from, session.Result{Status: session.NotLeader, Value: int64(head)})
	default:
		s.pending = append(s.pending, call{s.log.Append(s.epoch, oplog.Kind(kind), body), from})
		s.whole = s.log.Last()
	}
	s.finish()
}

func (s *server) reply(to sim.Caller, res session.Result) { s.env.Reply(to, res.Append(nil)) }

// forward hands on what this server has on its disk, if it is in the chain: to the next, or, by the tail, to those that wait to join.
func (s *server) forward() {
	switch {
	case s.place < 0 || !s.ready:
	case !s.tail():
		s.forwardTo(s.chain[s.place+1])
	default:
		for n := range (viewservice.Replicas(s.env.Nodes()) &^ s.view.InSync).Nodes() {
			s.forwardTo(sim.NodeID(n))
		}
	}
}

// forwardTo sends what comes after what a server is known to have; it is repeated until it is acknowledged.
func (s *server) forwardTo(to sim.NodeID) {
	last := min(s.whole, s.log.Stable())
	after := min(s.followers[to].next-1, last)
	m := forward{epoch: s.epoch, after: after, afterEpoch: s.log.Epoch(after), whole: s.whole, commit: s.commit}
	if end := min(last, after+batch); end > after {
		m.entries = s.log.Raw(after+1, end)
	}
	s.out.Hold(m.append(s.out.Room()), to, s.epoch)
}

// unsaid is the index of a rejection that says nothing but the epoch.
const unsaid oplog.Index = 1 << 62

// takeForward takes what the server before this one sends.
func (s *server) takeForward(from sim.NodeID, m *forward) {
	if m.epoch < s.epoch && !s.env.Bug(bugNoFencing) {
		s.env.Sometimes(markFenced)
		s.answer(from, ack{epoch: s.epoch, index: unsaid})
		return
	}
	if m.epoch > s.epoch {
		s.enter(m.epoch)
	}
	if s.role == roleHead {
		return // only a message of an older epoch that was not fenced off comes here
	}
	if s.log.Epoch(m.after) != m.afterEpoch {
		s.answer(from, ack{epoch: m.epoch, index: s.log.LastBefore(max(m.after, 1)-1, m.afterEpoch)})
		return
	}
	at := m.after
	for b := m.entries; ; at++ {
		e, rest, ok := oplog.NextEntry(b)
		if !ok {
			break
		}
		b = rest
		s.put(at+1, e)
	}
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
	a.commit = s.commit
	if !a.ok {
		s.out.Hold(a.append(s.out.Room()), to, s.epoch)
		return
	}
	s.out.HoldAck(a.append(s.out.Room()), to, s.epoch, a.index)
}

// put puts an entry at an index. Another entry that is there was never committed: it is deleted, with all that follow.
func (s *server) put(at oplog.Index, e oplog.Entry) {
	if s.log.Epoch(at) == e.Epoch {
		return
	}
	if at <= s.log.Last() {
		if at <= s.commit {
			s.env.Fatal(fmt.Sprintf("the chain contradicts entry %d, which is committed up to %d", at, s.commit))
		}
		s.env.Sometimes(markConflict)
		s.log.Truncate(at)
		s.env.Report(oplog.Truncated{From: at})
	}
	s.log.AppendRaw(e)
}

// takeAck takes the answer of the next server, or, at the tail, of one that waits to join.
func (s *server) takeAck(from sim.NodeID, a *ack) {
	if a.epoch > s.epoch {
		s.enter(a.epoch)
		return
	}
	if s.place < 0 || !s.ready || a.epoch < s.epoch {
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
		if f.match < min(s.whole, s.log.Stable()) {
			s.forwardTo(from)
		}
	}
	if !a.ok {
		return
	}
	if !s.tail() {
		before := s.commit
		if s.advance(min(a.commit, s.whole)); s.commit > before {
			s.tellBack()
		}
		return
	}
	if f.match == s.log.Last() && f.match == s.whole && s.ready {
		s.adding |= fault.SetOf(fault.Node(from))
	}
	s.advanceTail()
}

// tellBack tells the server before this one what is committed.
func (s *server) tellBack() {
	if s.place > 0 && s.ready {
		s.answer(s.chain[s.place-1], ack{epoch: s.epoch, index: min(s.whole, s.log.Stable()), ok: true})
	}
}

// advanceTail moves the commit index of the tail to what it has on its disk, since every server before it has that too. A server
// that it has asked to be added must have it as well: the master may have heard.
func (s *server) advanceTail() {
	if !s.tail() || !s.ready {
		if s.role == roleHead && s.env.Bug(bugAckAtHead) {
			s.advance(s.log.Stable())
		}
		return
	}
	to := min(s.whole, s.log.Stable())
	for n := range s.adding.Nodes() {
		to = min(to, s.followers[n].match)
	}
	if to > s.commit {
		s.advance(to)
		s.tellBack()
	}
}

// advance moves the commit index, never back, and applies what it covers.
func (s *server) advance(to oplog.Index) {
	if to = min(to, s.log.Last()); to <= s.commit {
		return
	}
	s.commit = to
	s.env.Report(oplog.Committed{Index: to})
	for s.applied < s.commit {
		s.applied++
		s.apply(s.applied)
	}
	s.serve()
}

// apply applies one entry and answers who waits for it.
func (s *server) apply(i oplog.Index) {
	kind, data := s.log.Entry(i)
	result := s.machine.Apply(uint64(i), session.Kind(kind), data)
	s.env.Report(oplog.Applied{Index: i, Hash: s.log.Chain(i)})
	if len(s.pending) > 0 && s.pending[0].index == i {
		s.reply(s.pending[0].from, result)
		s.pending = s.pending[1:]
	}
}
