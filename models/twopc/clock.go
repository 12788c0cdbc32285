package twopc

import (
	"time"

	"simrun/models/txn"
	"simrun/sim"
	"simrun/sim/blocking"
)

// Stamp is a timestamp of a transaction, in nanoseconds since the start of the run; 0 is none.
type Stamp uint64

// String is how people are told of it.
func (t Stamp) String() string { return sim.Time(t).Clock() }

// earliest and latest are the bounds of the true time, by the clock of a node: TT.now() of Corbett and others, "Spanner: Google's Globally-Distributed Database", OSDI 2012, §3.
func (s *server) earliest(p *blocking.Proc) Stamp {
	return Stamp(max(0, p.Now()-sim.Time(s.Epsilon)))
}

func (s *server) latest(p *blocking.Proc) Stamp { return Stamp(max(0, p.Now()+sim.Time(s.Epsilon))) }

// awake makes what was promised in earlier lives hold: no read of theirs had a timestamp of more than the true time and twice the bound.
func (s *server) awake(p *blocking.Proc) {
	if s.Epsilon > 0 {
		s.floor = max(s.floor, s.latest(p)+2*Stamp(s.Epsilon))
	}
}

// stamp is the timestamp that a shard votes with: "larger than any timestamp that it has assigned to previous transactions" (§4.2.1), and than any that it was read at.
func (s *server) stamp(p *blocking.Proc) Stamp {
	if s.Epsilon == 0 {
		return 0
	}
	s.floor = max(s.floor+1, s.latest(p))
	return s.floor
}

// timestamp is that of a commit: "greater than or equal to all prepare timestamps", and than the true time when the client asked for the commit (§4.2.1).
func (s *server) timestamp(p *blocking.Proc, voted Stamp) Stamp {
	if s.Epsilon == 0 {
		return 0
	}
	if s.bug(p, s.Defects.CoordinatorTime) {
		return s.latest(p)
	}
	return max(voted, s.latest(p))
}

// passed reports whether a timestamp is surely in the past.
func (s *server) passed(p *blocking.Proc, at Stamp) bool {
	return s.Epsilon == 0 || s.bug(p, s.Defects.NoCommitWait) || s.earliest(p) > at
}

// wait waits until a timestamp is surely in the past: commit wait.
func (s *server) wait(p *blocking.Proc, at Stamp) {
	for !s.passed(p, at) {
		p.Sleep(time.Duration(at-s.earliest(p)) + 1)
	}
}

// put makes a value the last of a key. Without timestamps it takes the place of the one before.
func (s *server) put(key txn.Key, value []int64, at Stamp) {
	s.floor = max(s.floor, at)
	s.data[key] = s.data[key].Put(uint64(at), value, 0)
}
