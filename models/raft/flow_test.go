package raft

import (
	"testing"

	"simrun/models/session"
	"simrun/sim"
)

var flowing = map[sim.OptionName]string{optionFlow: "messages"}

// A leader is ahead of a server's answers by so many messages, and goes on when it answers.
func TestWindowOfMessages(t *testing.T) {
	r := newRigWith(t, 3, flowing)
	r.elect(1, ids(3)...)
	r.beats(1, 1, ids(3)...)
	for range 3 * flowMessages {
		r.Ask(1, requestOf(session.Register, nil))
	}
	ms := r.take(appendEntries, 1, 2)
	if len(ms) != flowMessages || !r.Marks[markWindowFull] {
		t.Errorf("%d messages are in flight, want %d", len(ms), flowMessages)
	}
	r.fire(1, timerHeartbeat)
	for _, m := range r.take(appendEntries, 1, 2) {
		var x message
		if x.decode(m.Payload); x.count() > 0 {
			t.Error("a heartbeat to a server whose window is full has entries")
		}
	}
	r.Deliver(ms...)
	r.settle(ids(3)...)
	r.beats(1, 1, ids(3)...)
	if a, b := r.servers[1], r.servers[2]; a.log.Last() != b.log.Last() || a.peers[2].flight.bytes != 0 {
		t.Errorf("n2 has %d of %d entries, %d bytes in flight", b.log.Last(), a.log.Last(), a.peers[2].flight.bytes)
	}
	r.WantBroken()
}

// A message has so many entries, and bytes count as well as messages.
func TestBatchesOfMessages(t *testing.T) {
	r := newRigWith(t, 3, flowing)
	r.withLog(1, 1, many(100)...)
	r.win(1, 1, 2)
	if got := r.servers[1].batchEnd(1); got != flowBatch {
		t.Errorf("the first message ends with entry %d, want %d", got, flowBatch)
	}
	var f flight
	f.add(1, flowBytes-1)
	if f.full() {
		t.Error("full before the bytes are")
	}
	f.add(2, 1)
	if !f.full() {
		t.Error("not full with all bytes in flight")
	}
	if f.free(1); f.full() || f.bytes != 1 || len(f.messages) != 1 {
		t.Errorf("after an answer %d messages and %d bytes are in flight", len(f.messages), f.bytes)
	}
}

// etcd-io/raft#54: what is lost must not stay in the window.
func TestLostMessagesLeaveTheWindow(t *testing.T) {
	for _, bug := range []sim.BugName{"", bugWindowLeaks} {
		r := newRigWith(t, 3, flowing, bug)
		r.elect(1, ids(3)...)
		r.beats(1, 1, ids(3)...)
		for range 10 * flowMessages { // so many bytes that a leak shows
			r.Ask(1, requestOf(session.Register, nil))
			r.take(appendEntries, 1, 2)
			r.settle(1, 3)
			r.beats(1, 1, ids(3)...)
		}
		r.Ask(1, requestOf(session.Register, nil))
		r.settle(ids(3)...)
		r.beats(1, 3, ids(3)...)
		if behind := r.servers[2].log.Last() < r.servers[1].log.Last(); behind != (bug != "") {
			t.Errorf("bug %q: n2 has %d of %d entries", bug, r.servers[2].log.Last(), r.servers[1].log.Last())
		}
	}
}
