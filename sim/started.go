package sim

import "time"

// CallID names a call that a client has started.
type CallID uint64

// startedCall is a call that [Client.Start] sent.
type startedCall struct {
	id       CallID
	deadline Time
	over     bool
	reply    []byte
	err      error
}

// Start sends a request to a node and returns at once; several calls may be open, to one node or to many.
// [Client.Wait] returns how each ends. A client that calls one node at a time uses [Client.Call].
func (c *Client) Start(to NodeID, payload []byte, timeout time.Duration) CallID {
	w := c.w
	if to < 1 || int(to) > w.c.Nodes {
		panic("sim: Start of a call to " + nameOf(to) + ", which is not a server of the case")
	}
	c.call++
	c.asked = to
	slot, m := w.letter(didRequest, c.id, to, payload)
	m.call = c.call
	w.transmit(slot)
	c.started = append(c.started, startedCall{id: CallID(c.call), deadline: w.now + Time(waitable(timeout))})
	return CallID(c.call)
}

// Wait waits until one of the started calls ends, and returns it with its reply, or with [ErrTimeout] or
// [ErrRefused]. Each call is returned once, in the order in which they end. Without an open call it
// returns 0 at once. Started calls that the client does not wait for cost nothing: see [Client.Forget].
func (c *Client) Wait() (CallID, []byte, error) {
	for {
		for i, s := range c.started {
			if s.over {
				c.started = append(c.started[:i], c.started[i+1:]...)
				return s.id, s.reply, s.err
			}
		}
		if len(c.started) == 0 {
			return 0, nil, nil
		}
		c.armStarted()
		c.wait(forAny)
	}
}

// Forget gives up all calls that were started and have not been returned by [Client.Wait]. Their requests
// may have had, or may yet have, their effects.
func (c *Client) Forget() { c.started = c.started[:0] }

// armStarted sets the alarm to the earliest timeout of the started calls.
func (c *Client) armStarted() {
	first := never
	for _, s := range c.started {
		if !s.over {
			first = min(first, s.deadline)
		}
	}
	if first != never {
		c.setAlarm(callAlarm, max(first, c.w.now))
	}
}

// startedTimeOut ends the started calls whose time is over.
func (c *Client) startedTimeOut() {
	for i := range c.started {
		if s := &c.started[i]; !s.over && s.deadline <= c.w.now {
			s.over, s.err = true, ErrTimeout
		}
	}
	if c.waiting == forAny {
		c.resume()
	}
}

// startedAnswered takes an answer to a started call, if it is one.
func (c *Client) startedAnswered(slot int, m *message) bool {
	for i := range c.started {
		s := &c.started[i]
		if uint64(s.id) != m.call || s.over {
			continue
		}
		if c.w.trace != nil {
			c.w.record(Record{Kind: Deliver, Node: m.to, Peer: m.from, Message: m.id})
		}
		s.over = true
		if m.kind == didRefuse {
			s.err = ErrRefused
		} else {
			s.reply = append([]byte(nil), m.payload...)
		}
		c.w.messages.give(slot)
		if c.waiting == forAny {
			c.resume()
		}
		return true
	}
	return false
}

// Note adds a line to the trace, if there is one.
func (c *Client) Note(text string) {
	if c.w.trace != nil {
		c.w.record(Record{Kind: Note, Node: c.id, Text: text})
	}
}
