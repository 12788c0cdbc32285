package multipaxos

import (
	"encoding/binary"

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
	for i := max(m.Slot, 1); i <= n.last(); i++ {
		if p := n.proposal(i); p.ballot != 0 {
			body = p.append(body)
		}
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
		if p.slot > n.last()+farthest {
			continue
		}
		if n.at(p.slot).ballot != m.Ballot { // also where it knows what is chosen: the leader may not, and after a restart nor does this node
			n.accept(m.Ballot, p)
		}
		n.out.Hold(n.out.Room(), n.env.ID(), accepted{p.slot, m.Ballot})
		have = binary.LittleEndian.AppendUint64(have, uint64(p.slot))
	}
	n.learn(m.Ballot, m.Slot)
	n.send(from, kindAccepted, message{m.Ballot, n.commit, have}, nil)
}

// farthest bounds the gap before a slot that is accepted.
const farthest = 10_000
