package multipaxos

import (
	"simrun/models/oplog"
	"simrun/models/session"
	"simrun/sim"
	"simrun/sim/fault"
)

// leadership is what a leader knows.
type leadership struct {
	known   []oplog.Index // by node: up to where it says that it knows what is chosen
	next    []oplog.Index // by node: the next slot to send
	heardOf []sim.Time    // by node: its last answer
	pending []call        // in order of slot
}

// call is a client's command in a slot.
type call struct {
	slot oplog.Index
	from sim.Caller
}

// lead begins phase 2: it proposes what may be chosen, and no-ops in the gaps before it ("we let it fill the gap immediately by proposing … a special 'no-op' command that
// leaves the state unchanged", §3).
func (n *node) lead() {
	n.role, n.leader = roleLeader, n.env.ID()
	n.env.Report(oplog.Led{Epoch: oplog.Epoch(n.own)})
	for i := range n.found {
		p := &n.found[i]
		if p.ballot == 0 {
			if n.env.Bug(bugGaps) {
				continue
			}
			n.env.Sometimes(markGap)
		} else if p.ballot.Node() != n.env.ID() {
			n.env.Sometimes(markAdopted)
		}
		n.accept(n.own, p)
	}
	size := n.env.Nodes() + 1
	n.leadership = leadership{known: make([]oplog.Index, size), next: make([]oplog.Index, size), heardOf: make([]sim.Time, size)}
	for i := range n.heardOf {
		n.heardOf[i] = n.env.Now()
	}
	for i := range n.list {
		n.list[i].acks = 0
	}
	n.repeat()
}

// depose ends phase 2: what becomes of the commands that wait is not known.
func (n *node) depose() {
	n.env.Report(oplog.Deposed{Epoch: oplog.Epoch(n.own)})
	for _, c := range n.pending {
		n.reply(c.from, session.Result{Status: session.Lost})
	}
	n.leadership = leadership{}
}

// propose proposes a command in the next slot. Phase 1 was done for it when the leader began.
func (n *node) propose(from sim.Caller, kind session.Kind, data []byte) {
	p := proposal{slot: n.last() + 1, kind: kind, data: data}
	n.accept(n.own, &p)
	n.pending = append(n.pending, call{p.slot, from})
	n.tellAll()
}

// repeat sends again what was not answered, and tells that the leader lives. A leader that does not hear a quorum gives up, so that others can elect one that does.
func (n *node) repeat() {
	near := 1
	for id := range n.others().Nodes() {
		if n.env.Now()-n.heardOf[id] < sim.Time(electMax) {
			near++
		}
	}
	if _, second := n.quorums(); near < second {
		n.follow()
		return
	}
	n.env.SetTimer(timerTick, tick)
	for i := range n.next {
		n.next[i] = n.known[i] + 1
	}
	n.tellAll()
}

func (n *node) tellAll() {
	for id := range n.others().Nodes() {
		n.tell(sim.NodeID(id))
	}
}

// tell is phase 2a for what an acceptor has not been sent yet, or just the sign that the leader lives.
func (n *node) tell(to sim.NodeID) {
	var body []byte
	i := n.next[to]
	for sent := 0; i <= n.last() && sent < batch; i++ {
		if p := n.proposal(i); p.ballot != 0 && !n.list[i].acks.Has(fault.Node(to)) {
			body = p.append(body)
			sent++
		}
	}
	n.next[to] = i
	n.send(to, kindAccept, message{n.own, n.commit, body}, nil)
}

func (n *node) takeAccepted(from sim.NodeID, m message) {
	if n.role != roleLeader || m.Ballot != n.own {
		return
	}
	n.heardOf[from] = n.env.Now()
	n.known[from] = min(m.Slot, n.commit) // less than before if it has restarted
	for _, i := range indices(m.Body) {
		if i <= n.last() {
			n.list[i].acks |= fault.SetOf(fault.Node(from))
		}
	}
	n.choose()
	if n.next[from] <= n.last() {
		n.tell(from)
	}
}

// countOwn counts the leader's own acceptance, when its disk holds it.
func (n *node) countOwn() {
	for i := n.commit + 1; i <= n.last(); i++ {
		if s := &n.list[i]; s.ballot == n.own && n.durable(i) {
			s.acks |= fault.SetOf(fault.Node(n.env.ID()))
		}
	}
	n.choose()
}

// choose applies what a quorum has accepted, in order, and answers who waits for it.
func (n *node) choose() {
	_, second := n.quorums()
	for n.commit < n.last() {
		if s := &n.list[n.commit+1]; s.ballot != n.own || s.acks.Len() < second {
			return
		}
		r := n.apply()
		if len(n.pending) > 0 && n.pending[0].slot == n.commit {
			n.reply(n.pending[0].from, r)
			n.pending = n.pending[1:]
		}
	}
}
