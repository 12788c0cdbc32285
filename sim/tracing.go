package sim

import (
	"slices"
	"strconv"

	"simrun/history"
	"simrun/sim/digest"
)

// record adds a record to the trace, which the caller knows to be there.
func (w *world) record(r Record) {
	r.Event, r.Time = w.events, w.now
	if r.Cause == 0 {
		r.Cause = w.cause
	}
	w.trace.add(r)
}

// recordSend records a message that leaves, with the key of its decisions if it has any.
func (w *world) recordSend(m *message, l *link) {
	r := Record{Kind: Send, Node: m.from, Peer: m.to, Message: m.id, Text: w.messageText(m), content: contentOf(m)}
	if m.cause != w.events {
		r.Cause = m.cause // it waited for the node's work
	}
	if l != nil && !w.trace.summed { // which follows from the rest
		r.Key = keyText(m.from.String()+">"+m.to.String(), m.key)
	}
	w.record(r)
}

// contentOf is a hash of what a message says.
func contentOf(m *message) uint64 { return uint64(digest.New(0).Bytes(m.payload)) }

// recordCopy records a copy that the network made of a message.
func (w *world) recordCopy(m *message, of uint64) {
	text := "copy of message " + strconv.FormatUint(of, 10)
	if t := w.messageText(m); t != "" {
		text = t + ", " + text
	}
	w.record(Record{Kind: Send, Node: m.from, Peer: m.to, Message: m.id, Text: text})
}

// messageText tells what a message says.
func (w *world) messageText(m *message) string {
	switch {
	case m.kind == didRefuse:
		return "connection refused"
	case w.sys.DescribeMessage == nil:
		return ""
	}
	return w.sys.DescribeMessage(m.payload)
}

// timerName tells which timer fired.
func (w *world) timerName(t TimerID) string {
	if int(t) < len(w.sys.Timers) {
		return w.sys.Timers[t]
	}
	return "timer " + strconv.Itoa(int(t))
}

// describe records a node's description of itself, if it changed.
func (w *world) describe(s *server) {
	d, ok := s.node.(Describer)
	if !ok {
		return
	}
	now := d.Describe()
	if now.Role == s.described.Role && now.Epoch == s.described.Epoch && slices.Equal(now.Detail, s.described.Detail) {
		return
	}
	now.Detail = slices.Clone(now.Detail)
	s.described = now
	w.record(Record{Kind: StateIs, Node: s.id, State: &now})
}

// recordOperation records an invocation or a completion.
func (w *world) recordOperation(c *Client, e *history.Event, kind RecordKind) {
	text := e.F
	if e.Key != "" {
		text += " " + e.Key
	}
	if !e.Value.IsNull() {
		text += " " + e.Value.String()
	}
	r := Record{Kind: kind, Node: c.id, Peer: c.asked, Message: uint64(e.Index)}
	if kind == Called {
		r.Key = operationKey(c.id, c.turn.Ordinal)
	} else {
		text = e.Type.String() + " " + text
		if e.Error != "" {
			text += ": " + e.Error
		}
	}
	r.Text = text
	w.record(r)
}

// keyText names a decision: who, and the time and count of its ordinal. "n1>n2 1.204s#0".
func keyText(who string, ordinal uint64) string {
	return who + " " + Time(ordinal>>instantBits).String() + "#" + strconv.FormatUint(ordinal&(1<<instantBits-1), 10)
}

// operationKey names a client's operation: "c1#5".
func operationKey(c NodeID, ordinal int) string { return c.String() + "#" + strconv.Itoa(ordinal) }
