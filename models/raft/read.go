package raft

import "simrun/sim"

// reads are the read-only requests of a leader that bypass the log
// (dissertation §6.4, "ReadIndex").
//
// A leader can't know by itself that it is still the leader. It counts rounds: every
// AppendEntries carries the round, every answer echoes it, and a majority of answers of a round
// proves that no later leader had been elected when the round began.
type reads struct {
	round     uint64 // the last round that began
	confirmed uint64 // the last round that a majority acknowledged
	waiting   []readCall
	queries   []byte // of those that wait, one after the other
}

// readCall is a read that waits for its round and for its index to be applied.
type readCall struct {
	from  sim.Caller
	query int // its length

	server sim.NodeID // asks for a client of its own, if it is not 0
	id     uint64     // by which that server knows it

	index Index // readIndex: the state must be at least as new as this
	round uint64
}

func (r *reads) reset() {
	*r = reads{waiting: r.waiting[:0], queries: r.queries[:0]}
}

// read serves a read at the leader. The state to read is that of the commit index at this moment,
// but never older than this leader's first entry: until that is committed, a leader does not know which entries
// are (dissertation §6.4, step 1).
func (s *Server) read(from sim.Caller, query []byte) {
	if s.env.Bug(bugLeaseReads) && s.commit >= s.termStart && s.env.Now() < s.planted.lease {
		s.reply(from, s.machine.Read(query))
		return
	}
	if s.env.Bug(bugStaleLocalRead) || s.env.Bug(bugReadBeforeReplay) && s.commit < s.termStart {
		s.reply(from, s.machine.Read(query))
		return
	}
	if s.holdsLease() {
		s.env.Sometimes(markLeaseRead)
		s.facts.leased = factLeaseRead{Term: s.term}
		s.env.Report(&s.facts.leased)
		s.reply(from, s.machine.Read(query))
		return
	}
	s.await(readCall{from: from}, query)
}

// await makes a read wait until this leader has proved that it leads, and has applied what the read must see.
func (s *Server) await(call readCall, query []byte) {
	index := max(s.commit, s.termStart)
	if s.commit < index {
		s.env.Sometimes(markReadWaited)
	}
	r := &s.reads
	call.query, call.index, call.round = len(query), index, r.round+1
	r.waiting = append(r.waiting, call)
	r.queries = append(r.queries, query...)
	if r.confirmed == r.round {
		s.beginRound()
	}
	s.serveReads()
}

// answer ends a read.
func (s *Server) answer(c *readCall, query []byte) {
	if c.server != 0 {
		s.send(c.server, needTerm, &message{kind: readIndexReply, term: s.term, index: c.index, round: c.id})
		return
	}
	s.reply(c.from, s.machine.Read(query))
}

// beginRound asks all servers to acknowledge this leader once more. Reads that come
// before it is over share the next round.
func (s *Server) beginRound() {
	s.nextRound()
	for i := 1; i < len(s.peers); i++ {
		if to := sim.NodeID(i); s.sendsTo(to) {
			s.sendAppend(to)
		}
	}
	s.tallyRounds()
}

// nextRound makes the messages from now on carry a new round.
func (s *Server) nextRound() {
	s.reads.round++
	s.planted.began = s.env.Now()
	s.lease.began = s.planted.began
	s.peers[s.id].round = s.reads.round
}

// acknowledgeRound takes a server's acknowledgement of a round.
func (s *Server) acknowledgeRound(p *peer, round uint64) {
	if s.env.Bug(bugUnboundReadAcks) {
		round = s.reads.round
	}
	if round <= p.round || round > s.reads.round {
		return
	}
	p.round = round
	if round > s.reads.confirmed {
		s.tallyRounds()
	}
}

func (s *Server) tallyRounds() {
	s.reads.confirmed = max(s.reads.confirmed, s.agreed(roundOf, 0))
	s.extendLease()
	if s.env.Bug(bugLeaseReads) && s.reads.confirmed == s.reads.round {
		s.planted.lease = s.planted.began + sim.Time(electionMin)
	}
}

// serveReads answers the reads, in order, whose round is confirmed and whose index is applied, and
// begins the round that others wait for.
func (s *Server) serveReads() {
	r := &s.reads
	if len(r.waiting) == 0 {
		return
	}
	served, end := 0, 0
	for _, c := range r.waiting {
		if c.round > r.confirmed || c.index > s.applied {
			break
		}
		start := end
		end += c.query
		s.answer(&c, r.queries[start:end])
		served++
	}
	if served > 0 {
		r.waiting = r.waiting[:copy(r.waiting, r.waiting[served:])]
		r.queries = r.queries[:copy(r.queries, r.queries[end:])]
	}
	if n := len(r.waiting); n > 0 && r.confirmed == r.round && r.waiting[n-1].round > r.round {
		s.beginRound()
	}
}
