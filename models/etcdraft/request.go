package etcdraft

import (
	"encoding/binary"

	etcd "go.etcd.io/raft/v3"
	pb "go.etcd.io/raft/v3/raftpb"

	"simrun/models/oplog"
	"simrun/models/session"
	"simrun/sim"
)

// proposals are the commands of clients that are on their way into the log.
type proposals struct {
	waiting []proposal // for the library to take them
	taken   []proposal // by the library, and not yet in the log; in its order
}

type proposal struct {
	from sim.Caller
	data []byte // the kind of the request, and its body
}

// propose takes a command of a client. The answer follows when it is applied.
func (s *server) propose(from sim.Caller, kind session.Kind, body []byte) {
	s.waiting = append(s.waiting, proposal{from, append([]byte{byte(kind)}, body...)})
}

// offer gives the library what waits for it, while no Ready is in hand: then the entries of the next are known to be these.
func (s *server) offer() {
	for _, p := range s.waiting {
		if err := s.raft.Propose(p.data); err != nil {
			s.Env.Sometimes(markDropped)
			s.Refer(p.from, 0)
			continue
		}
		s.taken = append(s.taken, p)
	}
	s.waiting = s.waiting[:0]
}

// next tells whose command an entry is; false if it is not one that this server has proposed as the leader of this term.
func (s *server) next(e *pb.Entry) (sim.Caller, bool) {
	if len(s.taken) == 0 || s.Role != roleLeader || e.GetTerm() != uint64(s.Epoch) || len(e.GetData()) == 0 {
		return sim.Caller{}, false
	}
	c := s.taken[0].from
	s.taken = s.taken[1:]
	return c, true
}

// dropProposals tells the clients whose commands did not get into the log that nothing is known of them: another leader may have got them.
func (s *server) dropProposals() {
	for _, p := range s.taken {
		s.Reply(p.from, session.Result{Status: session.Lost})
	}
	for _, p := range s.waiting {
		s.Refer(p.from, s.leader)
	}
	s.taken, s.waiting = nil, nil
}

// reads are the reads of clients that are on their way.
type reads struct {
	asked     uint64 // numbers them
	open      []read // the library is asked whether this server still leads
	confirmed []read // it does, as of an index
}

type read struct {
	number uint64
	from   sim.Caller
	key    []byte
	index  oplog.Index
}

// read begins a read of a client.
func (s *server) read(from sim.Caller, key []byte) {
	if s.Env.Bug(bugLocalReads) {
		s.Reply(from, s.Machine.Read(key))
		return
	}
	s.reads.asked++
	s.reads.open = append(s.reads.open, read{number: s.reads.asked, from: from, key: append([]byte(nil), key...)})
	s.raft.ReadIndex(binary.BigEndian.AppendUint64(nil, s.reads.asked))
}

// confirmed takes what the library says of the reads that it was asked about.
func (s *server) confirmed(states []etcd.ReadState) {
	for _, st := range states {
		number := binary.BigEndian.Uint64(st.RequestCtx)
		for i, r := range s.reads.open {
			if r.number == number {
				r.index = oplog.Index(st.Index)
				s.reads.confirmed = append(s.reads.confirmed, r)
				s.reads.open = append(s.reads.open[:i], s.reads.open[i+1:]...)
				break
			}
		}
	}
}

// answerReads answers the reads whose index is applied.
func (s *server) answerReads() {
	kept := s.reads.confirmed[:0]
	for _, r := range s.reads.confirmed {
		if r.index > s.Commit {
			kept = append(kept, r)
			continue
		}
		s.Reply(r.from, s.Machine.Read(r.key))
	}
	s.reads.confirmed = kept
}

// dropReads sends the clients of reads that nobody has confirmed to the next leader.
func (s *server) dropReads() {
	for _, r := range s.reads.open {
		s.Refer(r.from, s.leader)
	}
	s.reads.open = nil
}
