package twopc

import (
	"slices"

	"simrun/models/locks"
	"simrun/models/txn"
	"simrun/sim"
	"simrun/sim/blocking"
)

// work is what a shard has of a transaction that it has not voted on.
type work struct {
	owner
	did     map[uint64][]byte // by number of the micro-operation; nil while it waits for its lock
	keys    []txn.Key         // locked, or waited for
	writes  map[txn.Key][]int64
	touched sim.Time
}

// do does a micro-operation under the locks of its transaction. A copy of it gets the same answer.
func (s *server) do(p *blocking.Proc, from sim.Caller, m message) {
	refusal := message{kind: kindRefused, id: m.id}.encode()
	if s.over[m.id] || s.refused[m.id] || s.knows(m.id) || s.prepared[m.id] != nil || len(m.items) != 1 {
		p.Reply(from, refusal)
		return
	}
	w := s.active[m.id]
	if w == nil {
		w = &work{owner: owner{m.age, m.id}, did: map[uint64][]byte{}, writes: map[txn.Key][]int64{}}
		s.active[m.id] = w
	}
	w.touched = p.Now()
	if did, again := w.did[m.number]; again {
		if did != nil {
			p.Reply(from, did)
		}
		return
	}
	w.did[m.number] = nil
	item := &m.items[0]
	switch s.lock(p, w, item) {
	case locks.Ended:
	case locks.Granted:
		w.did[m.number] = s.carryOut(p, w, m)
		p.Reply(from, w.did[m.number])
	default:
		s.end(p, w)
		p.Reply(from, refusal)
	}
}

// carryOut does a micro-operation in what the transaction has here of its own, and returns the answer.
func (s *server) carryOut(p *blocking.Proc, w *work, m message) []byte {
	i := &m.items[0]
	mop := txn.Mop{Kind: i.kind, Key: i.key, Arg: i.arg}
	then, ok := mop.Do(s.current(w, i.key))
	if !ok {
		return message{kind: kindRefused, id: m.id, what: aborted}.encode()
	}
	if mop.Writes() {
		w.writes[i.key] = then
	}
	i.value = mop.Seen
	return message{kind: kindDid, id: m.id, life: uint64(p.Boots()), items: m.items}.encode()
}

// lock locks the key of a micro-operation.
func (s *server) lock(p *blocking.Proc, w *work, i *item) locks.Outcome {
	mode := locks.Shared
	if i.kind != txn.Read {
		mode = locks.Exclusive
	}
	if !slices.Contains(w.keys, i.key) {
		w.keys = append(w.keys, i.key)
	}
	before := p.Now()
	got := s.locks.Lock(p, w.owner, i.key, mode, lockPatience)
	switch {
	case got == locks.Died:
		p.Sometimes(MarkDied)
	case got == locks.Granted && p.Now() > before:
		p.Sometimes(MarkWaited)
	}
	return got
}

// current is what a transaction sees of a key that it has locked.
func (s *server) current(w *work, key txn.Key) []int64 {
	if own, ok := w.writes[key]; ok {
		return own
	}
	return s.data[key].Newest().Value
}

// end releases what a transaction has here, to which the shard has not voted, or has only read.
func (s *server) end(p *blocking.Proc, w *work) {
	if s.active[w.id] != w {
		return
	}
	delete(s.active, w.id)
	s.over[w.id] = true
	s.locks.Release(p, w.owner, w.keys)
}

// sweep ends transactions of which nothing comes any more, for as long as the server lives.
func (s *server) sweep(p *blocking.Proc) {
	for {
		p.Sleep(idlePatience / 4)
		for _, id := range inOrder(s.active) {
			w, ok := s.active[id]
			if idle := p.Now() - w.touched; ok && (idle < 0 || idle > sim.Time(idlePatience)) {
				s.end(p, w)
			}
		}
	}
}
