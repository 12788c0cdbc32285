package twopc

import (
	"slices"
	"time"

	"simrun/models/txn"
	"simrun/sim"
	"simrun/sim/blocking"
)

// attempt is an attempt of a coordinator to commit a transaction.
type attempt struct {
	owner
	shards []part
	at     Stamp // the greatest that a shard voted with
}

// part is a shard that takes part.
type part struct {
	node   sim.NodeID
	life   uint64 // in which it has the locks
	writes bool
}

// decision is a commit that not every shard is known to have on disk.
type decision struct {
	id     ID
	at     Stamp
	shards []sim.NodeID // with writes
}

// transact does a transaction at once, or nothing of it.
func (s *server) transact(p *blocking.Proc, t txn.Txn) txn.Outcome {
	if s.Epsilon > 0 && t.ReadOnly() {
		return s.look(p, t)
	}
	age := p.Now()
	for try := 1; ; try++ {
		did, result := s.attempt(p, age, t)
		switch {
		case result == done:
			return txn.Commit(did)
		case result == hopeless:
			return txn.Abort("an account has too little")
		case try == maxTries || p.Now()-age > sim.Time(tryFor):
			return txn.Abort("others had the locks, or did not answer")
		}
		p.Sleep(time.Duration(p.Rand(pauseName, s.count).N(uint64(retryPause))))
	}
}

// result is what became of an attempt.
type result uint8

const (
	undone   result = iota // it has no effect, and another may
	done                   // it has committed
	hopeless               // it has no effect, and no other will
)

// attempt is a try.
func (s *server) attempt(p *blocking.Proc, age sim.Time, t txn.Txn) (txn.Txn, result) {
	s.count++
	a := &attempt{owner: owner{age, ID{p.ID(), uint64(p.Boots()), s.count}}}
	s.open[a.id] = true
	did, result := s.work(p, a, t)
	if result == done && s.vote(p, a) {
		s.commit(p, a)
		return did, done
	}
	delete(s.open, a.id)
	p.Report(decidedFact{a.id, aborted})
	for _, part := range a.shards {
		p.Send(part.node, message{kind: kindDecide, id: a.id, what: aborted}.encode())
	}
	if result == done {
		result = undone
	}
	return nil, result
}

// work sends the micro-operations to their shards, one after the other.
func (s *server) work(p *blocking.Proc, a *attempt, t txn.Txn) (txn.Txn, result) {
	did := t.Clone()
	for n := range did {
		mop := &did[n]
		part := a.part(sim.NodeID(1 + mop.Key.Shard(p.Nodes())))
		part.writes = part.writes || mop.Writes()
		question := message{kind: kindDo, id: a.id, age: a.age, number: uint64(n), items: []item{{key: mop.Key, kind: mop.Kind, arg: mop.Arg}}}
		reply, err := p.Call(part.node, question.encode(), callPatience)
		m, ok := decode(reply)
		switch {
		case err != nil || !ok || m.id != a.id:
			return nil, undone
		case m.kind == kindRefused && m.what == aborted:
			return nil, hopeless
		case m.kind != kindDid || len(m.items) != 1 || part.life != 0 && part.life != m.life:
			return nil, undone
		}
		part.life, mop.Seen = m.life, m.items[0].value
	}
	return did, done
}

// part is the part of a shard.
func (a *attempt) part(node sim.NodeID) *part {
	i := slices.IndexFunc(a.shards, func(p part) bool { return p.node == node })
	if i < 0 {
		i = len(a.shards)
		a.shards = append(a.shards, part{node: node})
	}
	return &a.shards[i]
}

// writers are the shards with writes.
func (a *attempt) writers() (nodes []sim.NodeID) {
	for _, part := range a.shards {
		if part.writes {
			nodes = append(nodes, part.node)
		}
	}
	return nodes
}

// vote asks the shards whether they can commit, and reports whether all can.
func (s *server) vote(p *blocking.Proc, a *attempt) bool {
	writers := a.writers()
	var votes blocking.Mailbox[message]
	for _, part := range a.shards {
		p.Go(func(p *blocking.Proc) {
			question := message{kind: kindPrepare, id: a.id, life: part.life, nodes: writers}
			reply, _ := p.Call(part.node, question.encode(), callPatience)
			v, ok := decode(reply)
			if !ok || v.kind != kindVote || v.id != a.id {
				v.what = aborted
			}
			votes.Put(p, v)
		})
	}
	for range a.shards {
		v, _ := votes.Get(p, blocking.Forever)
		if v.what != committed && v.what != onlyRead {
			return false
		}
		a.at = max(a.at, v.at)
	}
	return true
}

// commit decides, and makes the decision durable before anybody hears of it.
func (s *server) commit(p *blocking.Proc, a *attempt) {
	d := &decision{a.id, s.timestamp(p, a.at), a.writers()}
	if s.Epsilon > 0 { // who has only read keeps its locks as well
		d.shards = nil
		for _, part := range a.shards {
			d.shards = append(d.shards, part.node)
		}
	}
	if len(d.shards) > 0 {
		s.log.Put(message{kind: recordDecided, id: d.id, at: d.at, nodes: d.shards}.encode())
		s.log.Promise(p, s.bug(p, s.Defects.UnsavedDecision))
	}
	s.decided[d.id] = d
	delete(s.open, d.id)
	p.Report(decidedFact{d.id, committed})
	s.wait(p, d.at)
	p.Go(func(p *blocking.Proc) { s.deliver(p, d) })
}

// deliver tells the shards until each has the outcome on disk.
func (s *server) deliver(p *blocking.Proc, d *decision) {
	s.wait(p, d.at)
	decide := message{kind: kindDecide, id: d.id, what: committed, at: d.at}.encode()
	left := slices.Clone(d.shards)
	for pause := retryPause; len(left) > 0; pause = min(2*pause, 10*retryPause) {
		for _, r := range p.Ask(left, decide, callPatience, len(left)) {
			if done, ok := decode(r.Payload); ok && done.kind == kindDone && done.id == d.id {
				left = slices.DeleteFunc(left, func(n sim.NodeID) bool { return n == r.From })
			}
		}
		if len(left) > 0 {
			p.Sleep(pause)
		}
	}
	if s.decided[d.id] == d {
		delete(s.decided, d.id)
		s.log.Put(message{kind: recordDelivered, id: d.id}.encode())
	}
}
