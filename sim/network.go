package sim

// message is what is on its way between two participants.
type message struct {
	payload  []byte
	from, to NodeID
	kind     digestKind // didReceive, didRequest, didReply, didRefuse
	call     uint64     // of a request, a reply or a refusal
	id       uint64     // its number in the trace
	cause    uint64     // event that sent it
	sent     Time
	key      uint64 // ordinal of its decisions
	copied   bool   // the network made it, of another
}

// maxKept bounds the buffer that a freed message keeps for the next.
const maxKept = 64 << 10

// letter makes a message with a copy of payload.
func (w *world) letter(kind digestKind, from, to NodeID, payload []byte) (int, *message) {
	slot := w.messages.take()
	if slot > maxSlot {
		w.limit("more than 4 million messages were on their way")
		slot = maxSlot
	}
	m := &w.messages.items[slot]
	if cap(m.payload) > maxKept {
		m.payload = nil
	}
	if w.sent++; w.sent-w.sentBefore > stormPerNode && w.storms() {
		w.storm()
	}
	*m = message{payload: append(m.payload[:0], payload...), from: from, to: to, kind: kind, id: w.sent, cause: w.events, sent: w.now}
	return slot, m
}

// send is the engine's part of [Env.Send]: at once, or when the node's work is done.
func (w *world) send(s *server, to NodeID, payload []byte) {
	if to < 1 || int(to) > w.hosts() {
		panic("sim: Send to " + nameOf(to) + ", which is not a server of the case")
	}
	slot, _ := w.letter(didReceive, s.id, to, payload)
	w.leave(s, slot)
}

// reply is the engine's part of [Env.Reply].
func (w *world) reply(s *server, to Caller, payload []byte) {
	if i := int(-to.Client); (i < 1 || i > w.c.Clients) && (to.Client < 1 || int(to.Client) > w.hosts()) {
		panic("sim: Reply to " + nameOf(to.Client) + ", which is not in the case")
	}
	slot, m := w.letter(didReply, s.id, to.Client, payload)
	m.call = to.Call
	w.leave(s, slot)
}

// leave lets a message go as soon as the node's work so far is done.
func (w *world) leave(s *server, slot int) {
	if s.busy > w.now {
		s.outbox = append(s.outbox, outgoing{s.busy, onMessage, slot, w.events})
		return
	}
	w.transmit(slot)
}

// transmit decides what becomes of a message that leaves now.
func (w *world) transmit(slot int) {
	m := &w.messages.items[slot]
	m.sent = w.now
	if m.from < 0 || m.to < 0 {
		w.activity.Asked++
		if m.from < 0 && m.kind == didRequest && w.requestsVary() {
			w.ask(slot)
			return
		}
		if w.trace != nil {
			w.recordSend(m, nil)
		}
		w.at(w.now+Time(w.c.Network.Client), onMessage, slot)
		return
	}
	w.activity.Messages++
	l := w.link(m.from, m.to)
	m.key = l.nth.next(w.now)
	if w.trace != nil {
		w.recordSend(m, l)
	}
	if m.from == m.to {
		w.at(w.now, onMessage, slot)
		return
	}
	fate := l.Leave(m.key, &w.dice)
	if fate.Lost != "" {
		w.lose(slot, fate.Lost)
		return
	}
	if fate.Damage {
		w.corrupt(l, m)
	}
	again := -1
	if fate.Twice {
		again = w.copyOf(slot)
	}
	w.pass(l, slot)
	if again >= 0 {
		w.pass(l, again)
	}
}

// pass puts a message on its way, unless the link is clogged.
func (w *world) pass(l *link, slot int) {
	if !l.Hold(slot) {
		w.carry(l, slot)
	}
}

// carry puts a message on the wire.
func (w *world) carry(l *link, slot int) {
	m := &w.messages.items[slot]
	at, ok := l.Carry(w.now, len(m.payload), m.key, m.copied, &w.dice)
	if !ok {
		w.lose(slot, "queue full")
		return
	}
	w.at(at, onMessage, slot)
}

// copyOf makes a copy of a message, to be sent behind it.
func (w *world) copyOf(slot int) int {
	m := w.messages.items[slot]
	again, c := w.letter(m.kind, m.from, m.to, m.payload)
	c.call, c.cause, c.key, c.copied = m.call, m.cause, m.key, true
	if w.trace != nil {
		w.recordCopy(c, m.id)
	}
	return again
}

// corrupt flips a bit of a message.
func (w *world) corrupt(l *link, m *message) {
	if len(m.payload) == 0 {
		return
	}
	at, bit := w.dice.Bit(l.Who(), m.key, len(m.payload))
	m.payload[at] ^= 1 << bit
	if w.trace != nil {
		w.record(Record{Kind: Corrupted, Node: m.from, Peer: m.to, Message: m.id})
	}
}

// lose drops a message.
func (w *world) lose(slot int, why string) {
	if w.trace != nil {
		m := &w.messages.items[slot]
		w.record(Record{Kind: Drop, Node: m.from, Peer: m.to, Message: m.id, Text: why, Cause: m.cause})
	}
	w.messages.give(slot)
}

// arrive is called when a message reaches its end.
func (w *world) arrive(slot int) {
	m := &w.messages.items[slot]
	if m.to < 0 {
		w.answer(slot)
		return
	}
	s := &w.servers[m.to]
	if s.up && s.waits(w.now) {
		s.later(onMessage, slot)
		return
	}
	w.receive(s, slot)
}

// receive gives a node a message.
func (w *world) receive(s *server, slot int) {
	m := &w.messages.items[slot]
	w.begin(m.kind, m.to, m.from, m.cause)
	w.hash = w.hash.Bytes(m.payload)
	if m.from > 0 && w.link(m.from, m.to).Swallows(m.sent) {
		w.lose(slot, "cut in flight")
		return
	}
	if !s.up {
		if m.kind == didRequest && w.c.Network.Refuse {
			w.refuse(m)
		}
		w.lose(slot, "down")
		return
	}
	if w.trace != nil {
		w.record(Record{Kind: Deliver, Node: m.to, Peer: m.from, Message: m.id})
	}
	w.enter(s)
	w.inHand = int32(slot)
	switch m.kind {
	case didRequest:
		s.node.Request(Caller{m.from, m.call}, m.payload)
	case didReceive:
		s.node.Receive(m.from, m.payload)
	default:
		w.peerAnswered(s, m)
	}
	w.inHand = -1
	w.discard(slot)
	w.handled(s)
}

// discard frees a message whose handler has returned. In a poisoned run its bytes are overwritten
// first, so that a node which kept them reads something else.
func (w *world) discard(slot int) {
	if w.poison {
		for i := range w.messages.items[slot].payload {
			w.messages.items[slot].payload[i] = 0xDB
		}
	}
	w.messages.give(slot)
}

// refuse tells the caller that the node which it called is down.
func (w *world) refuse(m *message) {
	from, to, call := m.to, m.from, m.call
	slot, r := w.letter(didRefuse, from, to, nil)
	r.call = call
	w.transmit(slot)
}

// nameOf names a participant, and nobody too.
func nameOf(n NodeID) string {
	if n == 0 {
		return "nobody"
	}
	return n.String()
}
