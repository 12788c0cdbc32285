package sim

import (
	"fmt"

	"simrun/sim/rng"
)

// Requests is what becomes, in the fault phase, of requests on their way from clients to servers. A client that got no answer in time
// cannot tell a request that was lost from one that is late. The zero value: they arrive once, and in time.
type Requests struct {
	Late  Ratio    `json:"late,omitzero"`  // of requests: held back
	By    Duration `json:"by,omitempty"`   // for at most so long; a repeated one too
	Twice Ratio    `json:"twice,omitzero"` // of requests: a copy arrives later
}

var (
	lateName  = rng.Of("late")
	twiceName = rng.Of("twice")
)

// ask puts a client's request on its way.
func (w *world) ask(slot int) {
	m := &w.messages.items[slot]
	c := w.clients[-m.from-1]
	m.key = c.nth.next(w.now)
	if w.trace != nil {
		w.recordRequest(m)
	}
	again := -1
	if w.happensTo(m, twiceName, w.c.Network.Requests.Twice) {
		again = w.copyOf(slot)
	}
	at := w.now + Time(w.c.Network.Client)
	w.at(at+w.heldBack(slot), onMessage, slot)
	if again >= 0 {
		w.at(at+1+Time(w.decided(&w.messages.items[again], twiceName).Next().N(uint64(max(1, w.c.Network.Requests.By)))), onMessage, again)
	}
}

// recordRequest records a client's request that leaves, with the key of its decisions.
func (w *world) recordRequest(m *message) {
	w.record(Record{Kind: Send, Node: m.from, Peer: m.to, Message: m.id, Text: w.messageText(m), Key: keyText(m.from.String()+">"+m.to.String(), m.key), content: contentOf(m)})
}

// decided is the draw of a decision about a request.
func (w *world) decided(m *message, what rng.Name) rng.Value {
	return rng.Draw(w.seed, what, linkName(m.from, m.to), m.key)
}

// happensTo decides something about a request by chance, or as the case wants it instead.
func (w *world) happensTo(m *message, what rng.Name, chance Ratio) bool {
	if v, over := w.over.decision(what, linkName(m.from, m.to), m.key); over {
		return v != 0
	}
	return chance.Num > 0 && w.decided(m, what).Chance(uint64(chance.Num), uint64(chance.Den))
}

// heldBack decides how long a request is late.
func (w *world) heldBack(slot int) Time {
	m := &w.messages.items[slot]
	r := &w.c.Network.Requests
	if v, over := w.over.decision(lateName, linkName(m.from, m.to), m.key); over {
		return Time(max(0, v))
	}
	if r.Late.Num == 0 || !w.decided(m, lateName).Chance(uint64(r.Late.Num), uint64(r.Late.Den)) {
		return 0
	}
	return 1 + Time(w.decided(m, lateName).Next().N(uint64(max(1, r.By))))
}

// requestsVary reports whether what becomes of requests is to be decided at all.
func (w *world) requestsVary() bool {
	r := &w.c.Network.Requests
	return (r.Late.Num > 0 || r.Twice.Num > 0 || w.over.aboutRequests()) && w.now < Time(w.c.Duration)
}

// valid says what is wrong, if anything is.
func (r *Requests) valid() error {
	for _, p := range []Ratio{r.Late, r.Twice} {
		if p.Num < 0 || p.Num > p.Den || p.Den > 1<<32 {
			return fmt.Errorf("probability %v: expected one like 1/100, or 0", p)
		}
	}
	switch {
	case r.By < 0 || r.By > MaxDuration:
		return fmt.Errorf("requests late by %v: expected at most %v", r.By, MaxDuration)
	case r.By == 0 && (r.Late.Num > 0 || r.Twice.Num > 0):
		return fmt.Errorf("requests late or twice: say by how long they are late, like \"by\": \"200ms\"")
	}
	return nil
}
