package lease

import (
	"fmt"

	"simrun/models/saved"
	"simrun/models/wire"
	"simrun/sim"
	"simrun/sim/blocking"
)

// service is the lock service and the store in one, n1: what it knows is on its disk before anyone hears of it.
type service struct {
	file    saved.File
	changes uint64
	token   uint64     // of the latest lease
	holder  sim.NodeID // of it
	seq     uint64     // of the latest write under the token
	version uint64     // of the latest write
	keys    []string   // in the order in which they came
	values  map[string]register

	until sim.Time // when the lease has ended for certain, by this node's clock
}

// serveLeases is the code of the service. When it starts it does not know when the lease was renewed last, so it counts from now.
func serveLeases(p *blocking.Proc) {
	s := &service{values: map[string]register{}}
	p.Describe(s.state)
	s.file = saved.File{Name: "leases", Encode: s.encode}
	if file := s.file.Read(p); len(file) > 0 && !s.load(file) {
		p.Note("the disk holds what this node never wrote: to go on would grant what somebody holds")
		return
	}
	s.file.Recovered(s.changes)
	if s.token > 0 && !p.Bug(bugForgets) {
		s.until = p.Now() + sim.Time(term)
	}
	for {
		m, _ := p.Receive(blocking.Forever)
		p.Go(func(p *blocking.Proc) { s.serve(p, m) })
	}
}

func (s *service) serve(p *blocking.Proc, m blocking.Message) {
	kind := wire.Kind(m.Payload)
	q, ok := decode(m.Payload, kind)
	switch {
	case !ok:
	case kind == kindAcquire:
		p.Reply(m.Caller, s.acquire(p, q.Node))
	case kind == kindRenew:
		p.Reply(m.Caller, s.renew(p, q))
	case kind == kindStore:
		p.Reply(m.Caller, s.store(p, q))
	case kind == kindRead || kind == kindWrite:
		p.Reply(m.Caller, message{Node: s.holder}.append(kindElse))
	}
}

// acquire grants the lease, with a new token, if nobody can hold it any more.
func (s *service) acquire(p *blocking.Proc, node sim.NodeID) []byte {
	if p.Now() < s.until {
		return s.denied()
	}
	s.token++
	s.seq = 0
	s.holder, s.until = node, p.Now()+sim.Time(term)
	token := s.token
	s.file.Await(p, s.file.Change(p))
	if s.token != token {
		return s.denied() // it took longer to save than the lease lasts
	}
	m := message{Token: token, Node: node}
	for _, key := range s.keys {
		m.All = append(m.All, s.values[key])
	}
	return m.append(kindGranted)
}

// renew makes a lease last longer, unless another has been granted.
func (s *service) renew(p *blocking.Proc, q message) []byte {
	if q.Token != s.token && !p.Bug(bugRenewsAny) {
		p.Sometimes(markFenced)
		return s.denied()
	}
	s.until = p.Now() + sim.Time(term)
	return message{Token: q.Token, Node: q.Node}.append(kindGranted)
}

func (s *service) denied() []byte {
	return message{Token: s.token, Node: s.holder}.append(kindDenied)
}

// store keeps a value, if it comes from whoever holds the latest lease: the token fences off a holder that was slow (Kleppmann, "How to do
// distributed locking", 2016).
func (s *service) store(p *blocking.Proc, q message) []byte {
	if q.Token != s.token && !p.Bug(bugNoFencing) {
		p.Sometimes(markFenced)
		return s.denied()
	}
	change := s.file.Changes
	if q.Seq > s.seq || p.Bug(bugStoresTwice) { // and not a copy of the last, which the holder sends until it hears of it
		s.seq = q.Seq
		s.version++
		r := register{q.Register.Key, q.Register.Value, s.version}
		if _, known := s.values[r.Key]; !known {
			s.keys = append(s.keys, r.Key)
		}
		s.values[r.Key] = r
		p.Report(written{q.Token})
		change = s.file.Change(p)
	}
	r := s.values[q.Register.Key]
	s.file.Await(p, change)
	return message{Token: q.Token, Register: r}.append(kindStored)
}

// encode is the content of the file.
func (s *service) encode(changes uint64) []byte {
	s.changes = changes
	m := message{Token: s.token, Seq: s.seq, Node: s.holder}
	for _, key := range s.keys {
		m.All = append(m.All, s.values[key])
	}
	return wire.Append(nil, kindFile, m.append(kindFile), s.changes, s.version)
}

// load reads what encode made; false if it did not.
func (s *service) load(file []byte) bool {
	var n [2]uint64
	body, ok := wire.Decode(file, kindFile, n[:])
	if !ok {
		return false
	}
	m, ok := decode(body, kindFile)
	s.changes, s.version, s.token, s.seq, s.holder = n[0], n[1], m.Token, m.Seq, m.Node
	for _, r := range m.All {
		s.keys = append(s.keys, r.Key)
		s.values[r.Key] = r
	}
	return ok
}

// state describes the service to people.
func (s *service) state() sim.State {
	return sim.State{Role: roleService, Epoch: s.token, Detail: []sim.Field{{Name: "holder", Value: s.holder.String()}, {Name: "writes", Value: fmt.Sprint(s.version)}}}
}
