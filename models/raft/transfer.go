package raft

import (
	"simrun/sim"
	"simrun/sim/fault"
)

// transferBeats is for how many heartbeats a leader tries to hand over: "if leadership transfer does not complete after about an election timeout, the
// prior leader aborts the transfer and resumes accepting client requests" (dissertation §3.10).
const transferBeats = 6

// transfer is a leadership that is being handed over.
type transfer struct {
	to    sim.NodeID // 0: to nobody
	beats int        // heartbeats until the leader gives up
	told  bool       // the target was told to stand
}

// handOver begins to hand over to the first voter of a set that is not this leader, which takes no more commands meanwhile.
func (s *Server) handOver(to fault.Set) {
	for n := range (to & s.members.voters).Nodes() {
		if id := sim.NodeID(n); id != s.id && s.transfer.to == 0 {
			s.transfer = transfer{to: id, beats: transferBeats}
			s.tellToStand()
			return
		}
	}
}

// tellToStand tells the target to stand for election without a wait, as soon as its log is that of the leader (dissertation §3.10: "a TimeoutNow request").
//
// From then on another leader may be elected at any moment, so the leader's lease is over.
func (s *Server) tellToStand() {
	t := &s.transfer
	if t.to == 0 || t.told || s.peers[t.to].match < s.log.Last() {
		return
	}
	t.told = true
	if !s.env.Bug(bugTransferKeepsLease) {
		s.lease.give()
	}
	s.send(t.to, needTerm, &message{kind: timeoutNow, term: s.term})
}

// transferBeat gives up after a while.
func (s *Server) transferBeat() {
	t := &s.transfer
	if t.to == 0 {
		return
	}
	if t.beats--; t.beats < 0 && !s.env.Bug(bugTransferForever) {
		s.env.Sometimes(markTransferGivenUp)
		*t = transfer{}
		return
	}
	s.tellToStand()
}

// handleTimeoutNow stands for election at once, by leave of the leader: the others vote though they hear it.
func (s *Server) handleTimeoutNow() {
	if s.role == leader || !s.mayStand() {
		return
	}
	s.env.Sometimes(markTransferred)
	s.urged = true
	s.becomeCandidate()
	s.urged = false
}
