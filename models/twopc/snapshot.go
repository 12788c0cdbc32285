package twopc

import (
	"simrun/models/txn"
	"simrun/sim"
	"simrun/sim/blocking"
)

// A transaction that only reads takes a timestamp that has surely not passed yet, and reads each key as it was then, without locks. A shard answers when nothing can commit
// at that time any more (safe time, §4.1.3): what prepares later gets a greater timestamp, and what is prepared already and has a smaller one is
// waited for, if it writes the key (§4.2.4).

// look does a transaction that only reads.
func (s *server) look(p *blocking.Proc, t txn.Txn) txn.Outcome {
	did, at, began := t.Clone(), s.latest(p), p.Now()
	for n := 0; n < len(did); {
		mop := &did[n]
		question := message{kind: kindPeek, at: at, items: []item{{key: mop.Key, kind: txn.Read}}}
		reply, err := p.Call(sim.NodeID(1+mop.Key.Shard(p.Nodes())), question.encode(), callPatience)
		m, ok := decode(reply)
		switch {
		case err == nil && ok && m.kind == kindDid && m.at == at && len(m.items) == 1:
			mop.Seen = m.items[0].value
			n++
		case p.Now()-began > sim.Time(tryFor) || p.Now() < began:
			return txn.Abort("a shard did not answer")
		}
	}
	return txn.Commit(did)
}

// peek answers a read at a timestamp.
func (s *server) peek(p *blocking.Proc, from sim.Caller, m message) {
	if len(m.items) != 1 {
		return
	}
	i := &m.items[0]
	if !s.bug(p, s.Defects.UnsafeRead) {
		s.floor = max(s.floor, m.at)
		for v := s.before(i.key, m.at); v != nil; v = s.before(i.key, m.at) {
			p.Sometimes(MarkUnsafe)
			if _, ok := v.settled.Get(p, lockPatience); !ok {
				p.Reply(from, message{kind: kindRefused, at: m.at}.encode())
				return
			}
			v.settled.Put(p, true) // for the next that waits
		}
	}
	i.value = s.data[i.key].At(uint64(m.at))
	p.Reply(from, message{kind: kindDid, at: m.at, items: m.items}.encode())
}

// before returns a transaction that may write a key and have a timestamp of no more than at; nil if there is none.
func (s *server) before(key txn.Key, at Stamp) *vote {
	for _, id := range inOrder(s.prepared) {
		v := s.prepared[id]
		if v.at > at {
			continue
		}
		for _, i := range v.items {
			if i.key == key && len(i.value) > 0 {
				return v
			}
		}
	}
	return nil
}
