package maelstrom

import (
	"simrun/history"
	"simrun/internal/count"
	"simrun/sim/rng"
)

// sequential is seq-kv: all requests have one order, which keeps the order of each client, and need not be that of time.
//
// It remembers its past states. A request that changes nothing is answered from any state that is not older than the last one which its client has seen;
// one that changes something, from the latest. So the states are the order: each request comes after the change that made its state.
type sequential struct {
	first int64                       // number of the oldest state that is remembered
	last  int64                       // number of the latest
	past  map[history.Value][]version // by key, oldest first; at most one is of a state up to first
	seen  map[string]int64            // the state that each client has seen last
}

// version is what a key has held since a state.
type version struct {
	state int64
	value history.Value
}

// memory is how many states are remembered.
const memory = 32

func newSequential() *sequential {
	return &sequential{past: map[history.Value][]version{}, seen: map[string]int64{}}
}

func (s *sequential) handle(client string, request history.Value, draw rng.Value) []byte {
	c, answer := commandOf(request)
	if answer != nil {
		return answer
	}
	oldest := max(s.seen[client], s.first)
	state := oldest + int64(draw.N(uint64(s.last-oldest+1)))
	held, there := s.at(c.key, state)
	written, writes, answer := c.apply(held, there)
	if !writes || there && written == held {
		s.seen[client] = state
		return answer
	}
	held, there = s.at(c.key, s.last)
	written, writes, answer = c.apply(held, there)
	if writes && !(there && written == held) {
		s.write(c.key, written)
	}
	s.seen[client] = s.last
	return answer
}

// at is what a key held in a state.
func (s *sequential) at(key history.Value, state int64) (held history.Value, there bool) {
	for _, v := range s.past[key] {
		if v.state > state {
			break
		}
		held, there = v.value, true
	}
	return held, there
}

// write makes a state, and forgets the oldest.
func (s *sequential) write(key, value history.Value) {
	s.last++
	s.first = max(0, s.last-memory+1)
	versions := append(s.past[key], version{s.last, value})
	for len(versions) > 1 && versions[1].state <= s.first {
		versions = versions[1:]
	}
	s.past[key] = versions
}

func (s *sequential) String() string {
	if s.last == 0 {
		return ""
	}
	return keys(len(s.past)) + " after " + count.Of(s.last, "change")
}
