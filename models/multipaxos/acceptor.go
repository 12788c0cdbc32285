package multipaxos

import (
	"encoding/binary"

	"simrun/models/oplog"
	"simrun/sim"
)

// prepare is phase 1b, for all slots at once: it promises to accept no lower ballot in any of them, and tells what it has accepted in those that the candidate
// does not know ("a newly chosen leader … executes phase 1 of instances 135–137 and of all instances greater than 139", §3).
func (n *node) prepare(from sim.NodeID, m message) {
	n.hear(m.Ballot)
	if m.Ballot < n.promised {
		n.send(from, kindRefused, message{Ballot: n.promised}, nil)
		return
	}
	var body []byte
	for _, s := range n.slots.from(m.Slot) {
		p := s.proposal()
		body = p.append(body)
	}
	answer := message{Ballot: m.Ballot, Body: body}
	n.wait()
	if n.env.Bug(bugPromiseInMemory) {
		n.promised = m.Ballot
		n.env.Report(promised{m.Ballot})
		n.env.Send(from, answer.append(nil, kindPromise))
		return
	}
	if m.Ballot > n.promised {
		n.promise(m.Ballot)
	}
	n.send(from, kindPromise, answer, promised{m.Ballot})
}

// acceptAll is phase 2b for the proposals of a leader, and the sign that it lives.
func (n *node) acceptAll(from sim.NodeID, m message) {
	if m.Ballot < n.promised && !n.env.Bug(bugLowerBallot) {
		n.send(from, kindRefused, message{Ballot: n.promised}, nil)
		return
	}
	n.hear(m.Ballot)
	if m.Ballot > n.promised {
		n.promise(m.Ballot)
	}
	if m.Ballot == n.seen {
		n.leader, n.heard, n.canvassed = from, n.env.Now(), 0
	}
	n.wait()
	var have []byte
	list := proposals(m.Body)
	for i := range list {
		p := &list[i]
		if s := n.at(p.slot); s == nil || s.ballot != m.Ballot { // also where it knows what is chosen: the leader may not, and after a restart nor does this node
			n.accept(m.Ballot, p)
		}
		n.reportAccepted(p.slot)
		have = binary.LittleEndian.AppendUint64(have, uint64(p.slot))
	}
	n.learn(m.Ballot, m.Slot)
	n.send(from, kindAccepted, message{m.Ballot, n.commit, have}, nil)
}

// reportAccepted states what it has accepted in a slot, once its disk holds that.
func (n *node) reportAccepted(i oplog.Index) {
	s := n.at(i)
	n.out.Hold(n.out.Room(), n.env.ID(), accepted{i, s.ballot, uint64(s.fold(0))})
}
