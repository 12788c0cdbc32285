package percolator

import (
	"errors"
	"fmt"

	"simrun/models/gateway"
	"simrun/models/journal"
	"simrun/models/txn"
	"simrun/sim"
	"simrun/sim/blocking"
)

// server is one server: a shard, unless it is the oracle, and a worker for clients. The rows and the bound are in its log.
type server struct {
	rows  map[txn.Key]*row
	bound stamp // no timestamp beyond was given

	log   *journal.Journal
	next  stamp // the last timestamp that was given, in this life
	tries uint64
}

// home is the shard of a key.
func home(key txn.Key, nodes int) sim.NodeID { return oracleNode + 1 + sim.NodeID(key.Shard(nodes-1)) }

// run is the code of a server.
func run(p *blocking.Proc) {
	s := &server{}
	p.Describe(func() sim.State { return s.state(p) })
	var ok bool
	s.log, ok = journal.Open(p, logFiles, func() { s.rows, s.bound = map[txn.Key]*row{}, 0 }, func(record []byte) error { return s.replay(p, record) })
	if !ok {
		return
	}
	s.next = s.bound
	if p.Bug(bugGoesBack) {
		s.next = max(s.bound, rangeSize) - rangeSize
	}
	for {
		m, _ := p.Receive(blocking.Forever)
		p.Go(func(p *blocking.Proc) { s.serve(p, m) })
	}
}

var errRecord = errors.New("a record that no server has written")

// replay takes a record of the log. Locks that it finds begin to expire anew.
func (s *server) replay(p *blocking.Proc, record []byte) error {
	m, ok := decode(record)
	switch {
	case ok && m.kind == recordBound:
		s.bound = m.start
	case ok && m.kind == recordLock:
		s.rowOf(m.key).prewritten(m.start, m.primary, m.value, p.Now())
	case ok && m.kind == recordEnd:
		s.rowOf(m.key).ended(m.start, m.commit)
	default:
		return errRecord
	}
	return nil
}

// serve takes what clients and servers send.
func (s *server) serve(p *blocking.Proc, m blocking.Message) {
	if gateway.Serve(p, m, s.transact) {
		return
	}
	q, ok := decode(m.Payload)
	if !ok {
		return
	}
	a := message{kind: kindAnswer, key: q.key, start: q.start}
	switch q.kind {
	case kindTimestamp:
		a.start = s.allot(p)
	case kindGet:
		s.get(p, q, &a)
	case kindPrewrite:
		s.prewrite(p, q, &a)
	case kindCommit:
		s.commit(p, q, &a)
	case kindCheck:
		s.check(p, q, &a)
	case kindResolve:
		s.resolve(p, q)
	default:
		return
	}
	s.log.Promise(p, false) // what the answer tells must not be forgotten
	s.report(p, q, a)
	p.Reply(m.Caller, a.encode())
}

// allot gives a timestamp: greater than all before, since none beyond the bound on disk was ever given (§2.2).
func (s *server) allot(p *blocking.Proc) stamp {
	for s.next >= s.bound {
		bound := s.bound + rangeSize
		s.log.Put(message{kind: recordBound, start: bound}.encode())
		s.log.Promise(p, false)
		s.bound = max(s.bound, bound)
	}
	s.next++
	p.Report(allotted{s.next})
	return s.next
}

// state describes the server to people.
func (s *server) state(p *blocking.Proc) sim.State {
	state := sim.State{Role: roleServer}
	locks := 0
	for _, r := range s.rows {
		if r.lock != nil {
			locks++
		}
	}
	switch {
	case s.log == nil:
		state.Role = roleHalted
	case p.ID() == oracleNode:
		state.Role = roleOracle
	case locks > 0:
		state.Detail = []sim.Field{{Name: "locks", Value: fmt.Sprint(locks)}}
	}
	return state
}
