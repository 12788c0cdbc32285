package twopc

import (
	"maps"
	"slices"

	"simrun/models/txn"
	"simrun/models/versions"
	"simrun/sim"
	"simrun/sim/blocking"
)

// vote is a yes: the shard can commit, whatever comes, and must not abort by itself.
type vote struct {
	owner
	at     Stamp
	others []sim.NodeID // shards with writes
	items  []item       // keys with their locks, and what is to be written
	asked  int          // how often the shard has asked for the outcome

	settled blocking.Mailbox[bool]    // passes on that the outcome is known
	before  map[txn.Key]versions.List // of what others see already, by a defect
}

// prepare votes.
func (s *server) prepare(p *blocking.Proc, from sim.Caller, m message) {
	reply := message{kind: kindVote, id: m.id, what: aborted}
	w := s.active[m.id]
	switch {
	case s.prepared[m.id] != nil || s.knows(m.id):
		return // a copy of the question
	case m.life != uint64(p.Boots()):
		p.Sometimes(MarkNewLife)
	case w == nil:
	case len(w.writes) == 0 && s.Epsilon == 0:
		reply.what = onlyRead
		s.end(p, w)
	default:
		v := s.accept(p, w, m.nodes)
		if s.prepared[m.id] != v { // aborted meanwhile
			return
		}
		reply.what, reply.at = committed, v.at
	}
	p.Reply(from, reply.encode())
}

// accept makes a yes durable.
func (s *server) accept(p *blocking.Proc, w *work, others []sim.NodeID) *vote {
	v := &vote{owner: w.owner, others: others, at: s.stamp(p)}
	for _, key := range w.keys {
		v.items = append(v.items, item{key: key, mode: s.locks.Holds(w.owner, key), value: w.writes[key]})
	}
	delete(s.active, w.id)
	s.prepared[w.id] = v
	s.log.Put(v.record())
	if s.bug(p, s.Defects.EarlyRelease) {
		s.reveal(p, v)
	}
	s.log.Promise(p, false)
	p.Report(preparedFact{w.id})
	p.Go(func(p *blocking.Proc) { s.doubt(p, v, doubtPatience) })
	return v
}

func (v *vote) record() []byte {
	return message{kind: recordPrepared, id: v.id, age: v.age, at: v.at, nodes: v.others, items: v.items}.encode()
}

// reveal is the defect of a shard that does not wait for the outcome.
func (s *server) reveal(p *blocking.Proc, v *vote) {
	v.before = map[txn.Key]versions.List{}
	for _, i := range v.items {
		if len(i.value) > 0 {
			v.before[i.key] = s.data[i.key]
		}
	}
	s.install(v, v.at)
	s.release(p, v)
}

// settle does what was decided of a transaction to which the shard voted yes.
func (s *server) settle(p *blocking.Proc, v *vote, what outcome, at Stamp) {
	s.log.Put(message{kind: recordSettled, id: v.id, what: what, at: at}.encode())
	s.conclude(v, what, at)
	p.Report(settledFact{v.id, what})
	s.release(p, v)
	v.settled.Put(p, true)
}

// conclude is the part of it that a recovery repeats.
func (s *server) conclude(v *vote, what outcome, at Stamp) {
	delete(s.prepared, v.id)
	if what == committed {
		s.committed[v.id] = at
		if v.before == nil {
			s.install(v, at)
		}
		return
	}
	for _, i := range v.items { // what others have built on it stays
		if before, ok := v.before[i.key]; ok && slices.Equal(s.data[i.key].Newest().Value, i.value) {
			s.data[i.key] = before
		}
	}
}

func (s *server) install(v *vote, at Stamp) {
	for _, i := range v.items {
		if len(i.value) > 0 {
			s.put(i.key, i.value, at)
		}
	}
}

func (s *server) release(p *blocking.Proc, v *vote) {
	var keys []txn.Key
	for _, i := range v.items {
		keys = append(keys, i.key)
	}
	s.locks.Release(p, v.owner, keys)
}

// hear takes a decision. Only commits are to be acknowledged: who asks about another transaction is told that it was aborted.
func (s *server) hear(p *blocking.Proc, m blocking.Message, q message) {
	if v := s.prepared[q.id]; v != nil {
		s.settle(p, v, q.what, q.at)
	}
	if q.what != committed {
		if w := s.active[q.id]; w != nil {
			s.end(p, w)
		}
		return
	}
	s.log.Promise(p, false)
	p.Reply(m.Caller, message{kind: kindDone, id: q.id}.encode())
}

// begin makes the server one that has never run.
func (s *server) begin() {
	s.data, s.prepared, s.committed, s.refused, s.decided = map[txn.Key]versions.List{}, map[ID]*vote{}, map[ID]Stamp{}, map[ID]bool{}, map[ID]*decision{}
}

// resume goes on with what a restart found.
func (s *server) resume(p *blocking.Proc) {
	s.locks.Older = older
	s.awake(p)
	if s.bug(p, s.Defects.ForgetsPrepared) {
		clear(s.prepared)
	}
	for _, id := range inOrder(s.prepared) {
		v := s.prepared[id]
		p.Sometimes(MarkRecovered)
		for _, i := range v.items {
			s.locks.Take(v.owner, i.key, i.mode)
		}
		p.Go(func(p *blocking.Proc) { s.doubt(p, v, 0) })
	}
	for _, id := range inOrder(s.decided) {
		d := s.decided[id]
		p.Sometimes(MarkRedelivered)
		p.Go(func(p *blocking.Proc) { s.deliver(p, d) })
	}
}

func inOrder[T any](m map[ID]T) []ID { return slices.SortedFunc(maps.Keys(m), ID.compare) }

// knows reports whether a transaction has committed here.
func (s *server) knows(id ID) bool {
	_, ok := s.committed[id]
	return ok
}
