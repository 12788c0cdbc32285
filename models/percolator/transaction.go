package percolator

import (
	"time"

	"simrun/models/txn"
	"simrun/sim"
	"simrun/sim/blocking"
	"simrun/sim/rng"
)

var pauseName = rng.Of("pause before the next attempt of a transaction")

// attempt is an attempt of a server to commit the transaction of a client, as a Percolator worker does (figure 6).
type attempt struct {
	start stamp
	until sim.Time // by the server's clock
	began sim.Time
	keys  []txn.Key // with writes; the first is the primary
	own   map[txn.Key][]int64
}

// result is what became of an attempt.
type result uint8

const (
	undone    result = iota // it has no effect, and another may
	committed               // for certain
	hopeless                // it has no effect, and no other will
	unknown                 // nobody has told
)

// transact does a transaction at once, or nothing of it.
func (s *server) transact(p *blocking.Proc, t txn.Txn) txn.Outcome {
	began := p.Now()
	for try := 1; ; try++ {
		a := &attempt{began: began, until: began + sim.Time(tryFor), own: map[txn.Key][]int64{}}
		did, result := s.attempt(p, a, t)
		switch {
		case result == committed:
			return txn.Commit(did)
		case result == hopeless:
			return txn.Abort("an account has too little")
		case result == unknown:
			return txn.Lost("the shard of the primary did not answer")
		case try == maxTries || a.over(p):
			return txn.Abort("others were first, or did not answer")
		}
		s.pause(p)
	}
}

// over reports whether it is time to give up. A clock that has jumped back must not make it wait for long.
func (a *attempt) over(p *blocking.Proc) bool { return p.Now() > a.until || p.Now() < a.began }

func (s *server) pause(p *blocking.Proc) {
	s.tries++
	p.Sleep(time.Duration(p.Rand(pauseName, s.tries).N(uint64(retryPause))))
}

// ask sends a question to a node, again and again until there is an answer, as long as the attempt may last.
func (s *server) ask(p *blocking.Proc, a *attempt, to sim.NodeID, q message) (message, bool) {
	for {
		reply, err := p.Call(to, q.encode(), callPatience)
		if m, ok := decode(reply); err == nil && ok && m.kind == kindAnswer {
			return m, true
		}
		if a.over(p) {
			return message{}, false
		}
	}
}

// attempt is a try.
func (s *server) attempt(p *blocking.Proc, a *attempt, t txn.Txn) (txn.Txn, result) {
	m, ok := s.ask(p, a, oracleNode, message{kind: kindTimestamp})
	if !ok {
		return nil, undone
	}
	a.start = m.start
	did, result := s.carryOut(p, a, t)
	if result != committed || len(a.keys) == 0 {
		return did, result
	}
	for _, key := range a.keys {
		if !s.lock(p, a, key) {
			p.Go(func(p *blocking.Proc) { s.rollBack(p, a) })
			return nil, undone
		}
	}
	return did, s.decide(p, a)
}

// carryOut does the micro-operations on the snapshot of the start, and keeps what is to be written.
func (s *server) carryOut(p *blocking.Proc, a *attempt, t txn.Txn) (txn.Txn, result) {
	did := t.Clone()
	for i := range did {
		mop := &did[i]
		held, own := a.own[mop.Key]
		if ok := true; !own && mop.Reads() {
			if held, ok = s.read(p, a, mop.Key); !ok {
				return nil, undone
			}
		}
		then, ok := mop.Do(held)
		if !ok {
			return nil, hopeless
		}
		if mop.Writes() {
			if !own {
				a.keys = append(a.keys, mop.Key)
			}
			a.own[mop.Key] = then
		}
	}
	return did, committed
}

// read reads a key at the start of the transaction. It cleans up after others whose lock is in the way.
func (s *server) read(p *blocking.Proc, a *attempt, key txn.Key) ([]int64, bool) {
	for !a.over(p) {
		m, ok := s.ask(p, a, home(key, p.Nodes()), message{kind: kindGet, key: key, start: a.start})
		if ok && m.status == done {
			return m.value, true
		}
		if ok {
			p.Sometimes(markWaited)
			s.cleanUp(p, a, key, m)
		}
	}
	return nil, false
}

// lock prewrites a key.
func (s *server) lock(p *blocking.Proc, a *attempt, key txn.Key) bool {
	for range lockTries {
		m, ok := s.ask(p, a, home(key, p.Nodes()), message{kind: kindPrewrite, key: key, start: a.start, primary: a.keys[0], value: a.own[key]})
		if !ok || m.status != locked {
			return ok && m.status == done
		}
		s.cleanUp(p, a, key, m)
	}
	return false
}

// decide commits the primary, and then the others, which no client waits for.
func (s *server) decide(p *blocking.Proc, a *attempt) result {
	m, ok := s.ask(p, a, oracleNode, message{kind: kindTimestamp})
	if !ok {
		p.Go(func(p *blocking.Proc) { s.rollBack(p, a) })
		return undone
	}
	commit := m.start
	m, ok = s.ask(p, a, home(a.keys[0], p.Nodes()), message{kind: kindCommit, key: a.keys[0], start: a.start, commit: commit})
	switch {
	case !ok:
		return unknown
	case m.status != done:
		return undone // who removed the lock of the primary did so for good; the others are cleaned up by whom they bother
	}
	p.Go(func(p *blocking.Proc) { s.finish(p, a, commit) })
	return committed
}

// finish tells the shards of the other keys how the transaction ended. What does not reach them is left to those who meet the locks.
func (s *server) finish(p *blocking.Proc, a *attempt, commit stamp) {
	for _, key := range a.keys[1:] {
		s.ask(p, a, home(key, p.Nodes()), message{kind: kindResolve, key: key, start: a.start, commit: commit})
	}
}

// rollBack takes back what was prewritten, the primary first.
func (s *server) rollBack(p *blocking.Proc, a *attempt) {
	if m, ok := s.ask(p, a, home(a.keys[0], p.Nodes()), message{kind: kindCheck, key: a.keys[0], start: a.start, own: true}); ok && m.status == rolledBack {
		s.finish(p, a, 0)
	}
}

// cleanUp does with a lock that is in the way what became of its transaction (§2.2: a client that crashed is cleaned up lazily), or waits a little if that may live.
func (s *server) cleanUp(p *blocking.Proc, a *attempt, key txn.Key, held message) {
	m, ok := s.ask(p, a, home(held.primary, p.Nodes()), message{kind: kindCheck, key: held.primary, start: held.start})
	switch {
	case ok && m.status == locked:
		s.pause(p)
	case ok:
		s.ask(p, a, home(key, p.Nodes()), message{kind: kindResolve, key: key, start: held.start, commit: m.commit})
	}
}
