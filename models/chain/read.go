package chain

import (
	"bytes"

	"simrun/models/kv"
	"simrun/models/oplog"
	"simrun/models/session"
	"simrun/models/viewservice"
	"simrun/sim"
)

// reads are the reads that wait for the master to confirm the chain, and for what is committed.
//
// A server counts rounds: a read that comes while the master is asked waits for the next round, since the answer may be older
// than the read. When its round is confirmed, the chain was current after the read began: what was committed by then has passed
// through this server, so it has it in its log.
type reads struct {
	round     uint64 // the last that the master was asked about
	confirmed uint64
	waiting   []readCall
}

// readCall is a read that waits.
type readCall struct {
	from    sim.Caller
	key     []byte
	round   uint64
	asked   bool        // the tail, since the key was dirty
	version bool        // the tail has answered
	index   oplog.Index // what was committed then
}

// read answers a read, or sends the client to the tail.
func (s *server) read(from sim.Caller, key []byte) {
	if !s.tail() && (s.place < 0 || s.Env.Option(optionReads) == "tail") {
		s.Refer(from, s.tailNode())
		return
	}
	c := readCall{from: from, key: bytes.Clone(key), round: s.reads.round + 1}
	s.reads.waiting = append(s.reads.waiting, c)
	if s.reads.confirmed == s.reads.round {
		s.ask()
	}
	s.serve()
}

// ask begins a round.
func (s *server) ask() {
	s.reads.round++
	s.sendConfirm()
}

func (s *server) sendConfirm() {
	s.Send(viewservice.Node, viewservice.Confirm{Epoch: s.Epoch, Round: s.reads.round})
}

// confirmed takes the answer of the master.
func (s *server) confirmed(c viewservice.Confirm) {
	if !c.Yes || c.Epoch != s.Epoch || c.Round <= s.reads.confirmed {
		return
	}
	s.reads.confirmed = c.Round
	s.serve()
}

// serve answers the reads that need not wait any more, and begins the round that others wait for.
func (s *server) serve() {
	r := &s.reads
	if s.place < 0 || len(r.waiting) == 0 {
		return
	}
	var left []readCall
	for _, c := range r.waiting {
		if !s.answerRead(&c) {
			left = append(left, c)
		}
	}
	r.waiting = left
	if n := len(left); n > 0 && r.confirmed == r.round && left[n-1].round > r.round {
		s.ask()
	}
}

// answerRead answers a read if it can.
func (s *server) answerRead(c *readCall) bool {
	sure := c.round <= s.reads.confirmed || s.Env.Bug(bugNoConfirm)
	switch {
	case !sure:
		return false
	case s.Env.Bug(bugDirtyReads):
		s.Reply(c.from, s.dirtyRead(c.key))
		return true
	case s.tail():
		if !s.ready {
			return false
		}
	case c.version:
		if s.Commit < c.index {
			return false
		}
	case s.dirty(c.key):
		if !c.asked {
			c.asked = true
			s.Env.Sometimes(markDirty)
			s.askVersion(c.round)
		}
		return false
	}
	s.Reply(c.from, s.Machine.Read(c.key))
	return true
}

// dirty reports whether the log has writes of a key that are not known to be committed.
func (s *server) dirty(key []byte) bool {
	for i := s.Commit + 1; i <= s.Log.Last(); i++ {
		if s.writes(i, key) {
			return true
		}
	}
	return false
}

// writes reports whether an entry changes a key.
func (s *server) writes(i oplog.Index, key []byte) bool {
	kind, data := s.Log.Entry(i)
	var c kv.Command
	return session.Kind(kind) == session.Command && c.Decode(data) && c.Op != kv.Read && bytes.Equal(c.Key, key)
}

// dirtyRead is the mistake of a server that answers with the last write that it has received.
func (s *server) dirtyRead(key []byte) session.Result {
	for i := s.Log.Last(); i > s.Commit; i-- {
		_, data := s.Log.Entry(i)
		var c kv.Command
		if s.writes(i, key) && c.Decode(data) && c.Op == kv.Write {
			return session.Result{Status: session.OK, Value: c.Value}
		}
	}
	return s.Machine.Read(key)
}

// askVersion asks the tail what is committed.
func (s *server) askVersion(round uint64) {
	m := version{epoch: s.Epoch, round: round}
	s.Send(s.tailNode(), &m)
}

// takeVersion answers as the tail, or takes the tail's answer.
func (s *server) takeVersion(from sim.NodeID, m *version) {
	if m.epoch != s.Epoch || s.place < 0 {
		return
	}
	if !m.answer {
		if s.tail() && s.ready {
			m.answer, m.commit = true, s.Commit
			s.Send(from, m)
		}
		return
	}
	for i := range s.reads.waiting {
		if c := &s.reads.waiting[i]; c.asked && !c.version && c.round <= m.round {
			c.version, c.index = true, m.commit
		}
	}
	s.advance(min(m.commit, s.whole))
	s.serve()
}

// askAgain repeats questions that may have been lost.
func (s *server) askAgain() {
	if len(s.reads.waiting) == 0 || s.place < 0 {
		return
	}
	if s.reads.confirmed < s.reads.round {
		s.sendConfirm()
	}
	for _, c := range s.reads.waiting {
		if c.asked && !c.version {
			s.askVersion(c.round)
			return
		}
	}
}

// dropReads sends the clients that wait to somebody else.
func (s *server) dropReads() {
	for _, c := range s.reads.waiting {
		s.Refer(c.from, 0)
	}
	s.reads = reads{}
}
