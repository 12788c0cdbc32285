package multipaxos

import (
	"bytes"

	"simrun/models/oplog"
	"simrun/models/session"
	"simrun/sim"
	"simrun/sim/fault"
)

// window is how many slots can be open at a time, α in §3: a leader proposes in a slot when all slots are chosen that are so many or more before it.
const window = 32

// waitMax bounds how many clients' commands wait until a slot can be opened for them.
const waitMax = 1000

// leadership is what a leader knows.
type leadership struct {
	proposed oplog.Index   // up to here it has proposed in its ballot, or knows what is chosen
	waiting  []command     // of clients, for which no slot is open yet
	pending  []call        // in order of slot
	known    []oplog.Index // by node: up to where it says that it knows what is chosen
	next     []oplog.Index // by node: the next slot to send
	heardOf  []sim.Time    // by node: its last answer
}

// command is what a client wants to be chosen, or this node.
type command struct {
	from sim.Caller // zero: this node
	kind session.Kind
	data []byte
}

// call is a client's command in a slot.
type call struct {
	slot oplog.Index
	from sim.Caller
}

// lead begins phase 2.
func (n *node) lead() {
	n.role, n.leader = roleLeader, n.env.ID()
	n.env.Report(led{n.own})
	size := n.env.Nodes() + 1
	n.leadership = leadership{proposed: n.commit, known: make([]oplog.Index, size), next: make([]oplog.Index, size), heardOf: make([]sim.Time, size)}
	for i := range n.heardOf {
		n.heardOf[i] = n.env.Now()
	}
	for i := range n.list {
		n.list[i].acks = 0
	}
	n.advance()
	n.repeat()
}

// depose ends phase 2: what becomes of the commands that are in slots is not known, and the others were never proposed.
func (n *node) depose() {
	n.env.Report(deposed{n.own})
	for _, c := range n.pending {
		n.reply(c.from, session.Result{Status: session.Lost})
	}
	for _, c := range n.waiting {
		if c.from != (sim.Caller{}) {
			n.reply(c.from, session.Result{Status: session.NotLeader})
		}
	}
	n.leadership = leadership{}
}

// propose proposes a client's command in the next slot, or as soon as one can be opened.
func (n *node) propose(from sim.Caller, kind session.Kind, data []byte) {
	if len(n.waiting) >= waitMax {
		n.reply(from, session.Result{Status: session.NotLeader})
		return
	}
	n.drawChange()
	n.waiting = append(n.waiting, command{from, kind, bytes.Clone(data)})
	n.advance()
}

// advance proposes in as many slots as can be opened.
func (n *node) advance() {
	before := n.proposed
	for n.proposed < n.commit+window && n.mayOpen(n.proposed+1) && n.open(n.proposed+1) {
		n.proposed++
	}
	if n.proposed > before {
		n.tellAll()
	}
}

// mayOpen reports whether a quorum of the configuration of a slot has promised the leader's ballot.
func (n *node) mayOpen(slot oplog.Index) bool {
	return n.firstQuorum(n.configs.of(slot), n.promises) || n.env.Bug(bugPhaseOneOnce)
}

// open proposes in the next slot what may be chosen there; or a no-op if it is a gap before such a slot ("we let it fill the gap immediately by proposing … a special
// 'no-op' command that leaves the state unchanged", §3); or what a client waits for. It is false if there is nothing to propose.
func (n *node) open(slot oplog.Index) bool {
	p, found := n.found[slot]
	p.slot = slot
	switch {
	case found:
		if p.ballot.Node() != n.env.ID() {
			n.env.Sometimes(markAdopted)
		}
		delete(n.found, slot)
	case slot < n.foundLast && n.env.Bug(bugGaps):
		return true
	case slot < n.foundLast:
		n.env.Sometimes(markGap)
	case len(n.waiting) > 0:
		c := n.waiting[0]
		n.waiting = n.waiting[1:]
		if c.from != (sim.Caller{}) {
			n.pending = append(n.pending, call{slot, c.from})
		}
		p.kind, p.data = c.kind, c.data
	default:
		return false
	}
	n.accept(n.own, &p)
	n.reportAccepted(slot)
	n.markMembers(slot)
	return true
}

// markMembers marks what is worth to be reached of the configuration of a slot in which the leader proposes.
func (n *node) markMembers(slot oplog.Index) {
	c := n.configs[n.configs.of(slot)]
	if slot > 1 && c.from == slot {
		n.env.Sometimes(markChanged)
	}
	if !c.members.Has(fault.Node(n.env.ID())) {
		n.env.Sometimes(markOutside)
	}
}

// repeat sends again what was not answered, and tells that the leader lives. A leader that does not hear a quorum gives up, so that others can elect one that does.
func (n *node) repeat() {
	near := fault.SetOf(fault.Node(n.env.ID()))
	for id := range n.others().Nodes() {
		if n.env.Now()-n.heardOf[id] < sim.Time(electMax) {
			near |= fault.SetOf(id)
		}
	}
	if !n.secondQuorum(n.commit+1, near) {
		n.follow()
		return
	}
	n.askLacking()
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
	for sent := 0; i <= n.proposed && sent < batch; i++ {
		if s := n.at(i); s != nil && !s.acks.Has(fault.Node(to)) {
			p := s.proposal()
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
		if s := n.at(i); s != nil && i <= n.proposed {
			s.acks |= fault.SetOf(fault.Node(from))
		}
	}
	n.choose()
	if n.next[from] <= n.proposed {
		n.tell(from)
	}
}

// countOwn counts what the leader has promised and accepted itself, as soon as its disk holds it.
func (n *node) countOwn() {
	n.countOwnPromise()
	for i := n.commit + 1; i <= n.proposed; i++ {
		if s := n.at(i); s != nil && s.ballot == n.own && n.durable(s) {
			s.acks |= fault.SetOf(fault.Node(n.env.ID()))
		}
	}
	n.choose()
}

// choose applies what a quorum has accepted, in order, answers who waits for it, and opens as many slots more.
func (n *node) choose() {
	for n.commit < n.proposed {
		s := n.at(n.commit + 1)
		if s == nil || s.ballot != n.own || !n.secondQuorum(s.index, s.acks) {
			break
		}
		r := n.apply()
		if len(n.pending) > 0 && n.pending[0].slot == n.commit {
			n.reply(n.pending[0].from, r)
			n.pending = n.pending[1:]
		}
	}
	n.advance()
}
