package etcdraft

import (
	etcd "go.etcd.io/raft/v3"
	pb "go.etcd.io/raft/v3/raftpb"

	"simrun/models/oplog"
	"simrun/models/session"
	"simrun/sim"
)

// proceed does what the library wants done, as far as the disk is.
func (s *server) proceed() {
	for {
		if s.ready != nil {
			if !s.onDisk() {
				return
			}
			s.complete()
		}
		s.offer()
		if !s.raft.HasReady() {
			return
		}
		rd := s.raft.Ready()
		s.ready, s.written = &rd, -1
		s.take(&rd)
		if s.Log.Dirty() {
			return // it is written at the end of the handler
		}
		s.written = 0
	}
}

// onDisk reports whether the disk holds what the Ready in hand does.
func (s *server) onDisk() bool {
	return s.written >= 0 && s.Log.Disk.Durable() >= s.written
}

// take writes what a Ready holds, and sends its messages: those that promise something when the disk holds that.
func (s *server) take(rd *etcd.Ready) {
	if h := rd.HardState; h != nil {
		if h.GetTerm() != uint64(s.Epoch) {
			s.Enter(oplog.Epoch(h.GetTerm()))
			if s.Role != roleLeader {
				s.awaitLeader()
			}
		}
		if h.GetVote() != s.vote {
			s.vote = h.GetVote()
			s.Log.ChangeMeta()
			if s.vote != uint64(s.Env.ID()) && s.vote != 0 {
				s.awaitLeader() // who gives a vote waits anew
			}
		}
	}
	if rd.SoftState != nil {
		s.become(rd.SoftState)
	}
	for _, e := range rd.Entries {
		s.append(e)
	}
	for _, m := range rd.Messages {
		s.send(m)
	}
}

// append puts an entry of the library into the log; it replaces what is there.
func (s *server) append(e *pb.Entry) {
	s.Cut(oplog.Index(e.GetIndex()))
	kind, body := byte(0), []byte(nil)
	if d := e.GetData(); len(d) > 0 {
		kind, body = d[0], d[1:]
	}
	if c, mine := s.next(e); mine {
		s.Propose(c, session.Kind(kind), body)
		return
	}
	s.Log.Append(oplog.Epoch(e.GetTerm()), oplog.Kind(kind), body)
}

// send sends a message of the library.
func (s *server) send(m *pb.Message) {
	to := sim.NodeID(m.GetTo())
	switch {
	case m.GetType() == pb.MsgAppResp && !m.GetReject():
		if s.Env.Bug(bugAckBeforeSync) {
			s.Env.Send(to, encode(nil, m))
			s.Env.Report(oplog.Acknowledged{Index: oplog.Index(m.GetIndex())})
			return
		}
		s.SendAck(to, message{m}, oplog.Index(m.GetIndex()))
	case m.GetType() == pb.MsgVoteResp && s.Env.Bug(bugStateAfter):
		s.Env.Send(to, encode(nil, m))
		s.voted()
	default:
		s.Send(to, message{m})
	}
}

// complete ends a Ready whose promises are on disk: what is committed is applied, and the library goes on.
func (s *server) complete() {
	rd := s.ready
	s.ready = nil
	s.voted()
	for _, e := range rd.CommittedEntries {
		s.Advance(oplog.Index(e.GetIndex()))
	}
	s.confirmed(rd.ReadStates)
	s.raft.Advance(*rd)
	s.answerReads()
}
