package twopc

import (
	"time"

	"simrun/sim"
	"simrun/sim/blocking"
)

// doubt asks for the outcome of a transaction to which the shard voted yes, until it knows.
func (s *server) doubt(p *blocking.Proc, v *vote, first time.Duration) {
	for pause := first; ; pause = doubtPatience {
		p.Sleep(pause)
		if s.prepared[v.id] != v {
			return
		}
		v.asked++
		p.Sometimes(MarkAsked)
		if s.ask(p, v, v.id.Node) {
			return
		}
		for _, other := range v.others {
			if other != p.ID() && other != v.id.Node && s.ask(p, v, other) {
				p.Sometimes(MarkCooperated)
				return
			}
		}
	}
}

// ask asks one server, and reports whether there is nothing left to ask.
func (s *server) ask(p *blocking.Proc, v *vote, server sim.NodeID) bool {
	reply, err := p.Call(server, message{kind: kindAsk, id: v.id}.encode(), callPatience)
	m, ok := decode(reply)
	if err == nil && ok && m.kind == kindAnswer && m.id == v.id && m.what != undecided && s.prepared[v.id] == v {
		s.settle(p, v, m.what, m.at)
	}
	return s.prepared[v.id] != v
}

// answer tells a shard in doubt what became of a transaction.
func (s *server) answer(p *blocking.Proc, from sim.Caller, m message) {
	reply := message{kind: kindAnswer, id: m.id}
	switch d := s.decided[m.id]; {
	case m.id.Node != p.ID():
		reply.what, reply.at = s.cooperate(p, m.id)
	case d != nil:
		reply.what, reply.at = committed, d.at
		if !s.passed(p, d.at) { // the locks are to be kept until then
			reply.what = undecided
		}
	case s.knows(m.id):
		reply.what, reply.at = s.cooperate(p, m.id)
	case !s.open[m.id] || s.bug(p, s.Defects.HastyAnswer):
		p.Sometimes(MarkPresumed)
		reply.what = aborted
	}
	p.Reply(from, reply.encode())
}

// cooperate is the answer of a shard that may have voted. If it has not, it will vote no.
func (s *server) cooperate(p *blocking.Proc, id ID) (what outcome, at Stamp) {
	switch w := s.active[id]; {
	case s.knows(id):
		return committed, s.committed[id]
	case s.prepared[id] != nil:
		return undecided, 0
	case w != nil:
		s.end(p, w)
	}
	s.refused[id] = true
	s.log.Put(message{kind: recordRefused, id: id}.encode())
	s.log.Promise(p, false)
	return aborted, 0
}
