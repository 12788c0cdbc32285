package redlock

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"simrun/models/wire"
	"simrun/sim"
	"simrun/sim/blocking"
)

// server is a lock server. Who holds a lock is in its memory alone, and its counters are on its disk.
type server struct {
	counters table[uint64] // by lock: the greatest token that it has confirmed
	holds    map[string]hold
	started  sim.Time
}

// hold is a lock that was granted. It lasts for a term.
type hold struct {
	by    attempt
	since sim.Time // by this node's clock
	token uint64   // that it has confirmed; 0 if none
}

// grant is the code of a lock server.
func grant(p *blocking.Proc) {
	s := &server{holds: map[string]hold{}, started: p.Now()}
	p.Describe(s.state)
	if !s.counters.open(p) {
		return
	}
	for {
		m, _ := p.Receive(blocking.Forever)
		p.Go(func(p *blocking.Proc) { s.serve(p, m) })
	}
}

func (s *server) serve(p *blocking.Proc, m blocking.Message) {
	kind := wire.Kind(m.Payload)
	q, ok := decode(m.Payload, kind)
	switch {
	case !ok:
	case kind == kindAcquire:
		p.Reply(m.Caller, s.acquire(p, q))
	case kind == kindConfirm:
		p.Reply(m.Caller, s.confirm(p, q))
	case kind == kindRelease && s.holds[q.Key].by == q.By:
		delete(s.holds, q.Key)
	}
}

// lasts reports whether something that lasts so long is not over. What began in the future, by a clock that has jumped back, is over: the lock would be nobody's for as long as the jump is wide.
func lasts(p *blocking.Proc, since sim.Time, long time.Duration) bool {
	passed := time.Duration(p.Now() - since)
	return passed >= 0 && passed < long
}

// held reports whether somebody holds a lock, and who.
func (s *server) held(p *blocking.Proc, key string) (attempt, bool) {
	h, ok := s.holds[key]
	return h.by, ok && lasts(p, h.since, term)
}

// acquire grants a lock that nobody else holds, for all that the server knows: after a restart it waits until what it has forgotten is over. The counter that it
// tells may not be on disk yet: a token that is too great does no harm.
func (s *server) acquire(p *blocking.Proc, q message) []byte {
	by, held := s.held(p, q.Key)
	if held && by != q.By || p.Boots() > 1 && lasts(p, s.started, term+drift) {
		return q.append(kindDenied)
	}
	if !held {
		s.holds[q.Key] = hold{by: q.By, since: p.Now()}
	}
	q.Token = s.counters.Rows[q.Key]
	if p.Bug(bugNoConfirm) {
		q.Token++
		s.counters.set(p, q.Key, q.Token)
		s.counters.settle(p)
	}
	return q.append(kindGranted)
}

// confirm makes the token of a holder the counter, if it is greater. A copy of the request gets the same answer.
func (s *server) confirm(p *blocking.Proc, q message) []byte {
	by, held := s.held(p, q.Key)
	h := s.holds[q.Key]
	if !held || by != q.By || h.token != q.Token && q.Token <= s.counters.Rows[q.Key] {
		return q.append(kindDenied)
	}
	if h.token != q.Token {
		h.token = q.Token
		s.holds[q.Key] = h
		s.counters.set(p, q.Key, q.Token)
	}
	s.counters.settle(p)
	return q.append(kindConfirmed)
}

// state describes the server to people.
func (s *server) state() sim.State {
	state := sim.State{Role: roleServer}
	for _, key := range slices.Sorted(maps.Keys(s.counters.Rows)) {
		state.Detail = append(state.Detail, sim.Field{Name: key, Value: fmt.Sprintf("token %d", s.counters.Rows[key])})
	}
	return state
}
