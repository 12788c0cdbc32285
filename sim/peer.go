package sim

import "time"

// peerCall is a node's open call to another node.
type peerCall struct {
	id       uint64
	deadline Time // by the node's own clock
	done     func(reply []byte, err error)
}

// callPeer is the engine's part of [Env.Call].
func (w *world) callPeer(s *server, to NodeID, payload []byte, timeout time.Duration, done func([]byte, error)) {
	if to < 1 || int(to) > w.hosts() {
		panic("sim: Call to " + nameOf(to) + ", which is not a server of the case")
	}
	if done == nil {
		panic("sim: Call without a function that takes the reply")
	}
	s.called++
	s.calls = append(s.calls, peerCall{s.called, s.env.Now() + Time(waitable(timeout)), done})
	slot, m := w.letter(didRequest, s.id, to, payload)
	m.call = s.called
	w.leave(s, slot)
	w.armCalls(s)
}

// armCalls sets the timer to the earliest timeout of the node's open calls.
func (w *world) armCalls(s *server) {
	if len(s.calls) == 0 {
		s.env.StopTimer(callTimer)
		return
	}
	first := s.calls[0].deadline
	for _, c := range s.calls[1:] {
		first = min(first, c.deadline)
	}
	w.setTimer(s, callTimer, time.Duration(max(0, first-s.env.Now())))
}

// peerAnswered gives a node the reply to one of its calls, or the refusal. A reply to a call
// that is over is dropped.
func (w *world) peerAnswered(s *server, m *message) {
	for i, c := range s.calls {
		if c.id != m.call {
			continue
		}
		s.calls = append(s.calls[:i], s.calls[i+1:]...)
		w.armCalls(s)
		if m.kind == didRefuse {
			c.done(nil, ErrRefused)
		} else {
			c.done(m.payload, nil)
		}
		return
	}
}

// callsTimeOut ends the calls of a node whose time is over, oldest first.
func (w *world) callsTimeOut(s *server) {
	life, now := s.boots, s.env.Now()
	for i := 0; i < len(s.calls); {
		c := s.calls[i]
		if c.deadline > now {
			i++
			continue
		}
		s.calls = append(s.calls[:i], s.calls[i+1:]...)
		c.done(nil, ErrTimeout)
		if !s.up || s.boots != life {
			return
		}
		i = 0 // done may have opened others, which are not due yet
	}
	w.armCalls(s)
}
