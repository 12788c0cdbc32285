package raft

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"

	"simrun/models/oplog"
	"simrun/models/session"
	"simrun/sim"
)

// Whatever is written is what is recovered.
func TestRecoverIsWhatWasWritten(t *testing.T) {
	r := newRig(t, 1)
	rapid.Check(t, func(t *rapid.T) {
		l := oplog.NewLog(0)
		var file []byte
		crc := uint32(0)
		var term Term
		for range rapid.IntRange(1, 20).Draw(t, "frames") {
			term += Term(rapid.IntRange(0, 2).Draw(t, "terms"))
			first := Index(0)
			if rapid.Bool().Draw(t, "log") {
				first = Index(rapid.IntRange(1, int(l.Last())+1).Draw(t, "first"))
				if first <= l.Last() {
					l.Truncate(first)
				}
				for range rapid.IntRange(0, 3).Draw(t, "entries") {
					l.Add(term, entryCommand, []byte{1, 2, 3})
				}
			}
			var entries []byte
			if first > 0 {
				entries = l.Raw(first, l.Last())
			}
			file, crc = appendFrame(file, crc, len(file), term, 1, first, entries)
		}
		for _, name := range copies {
			r.Envs[1].SetFile(name, file)
		}
		r.Restart(1)
		got := r.servers[1]
		if got.role != follower || got.term != term || got.vote != 1 || got.log.Last() != l.Last() {
			t.Fatalf("recovered %d entries in term %d, want %d in %d", got.log.Last(), got.term, l.Last(), term)
		}
		if l.Last() > 0 && !bytes.Equal(got.log.Raw(1, l.Last()), l.Raw(1, l.Last())) || got.log.Chain(l.Last()) != l.Chain(l.Last()) {
			t.Fatal("the entries differ")
		}
	})
}

// What is acknowledged is in both copies.
func TestBothCopiesAreSyncedBeforeAnAnswer(t *testing.T) {
	r := newRig(t, 3)
	r.servers[2].Receive(1, (&message{kind: requestVote, term: 1}).append(nil))
	for i := range copies {
		if got := r.take(voteReply, 2, 1); len(got) > 0 {
			t.Fatalf("the vote left after %d of %d syncs", i, len(copies))
		}
		r.SyncOne(2)
	}
	if got := r.take(voteReply, 2, 1); len(got) != 1 {
		t.Error("the vote did not leave after both syncs")
	}
}

// A disk that refuses for a while delays a server, and makes it lose nothing.
func TestDiskRefusesForAWhile(t *testing.T) {
	r := newRig(t, 3)
	r.elect(1, ids(3)...)
	for round, during := range []func(){
		func() { r.Ask(1, requestOf(session.Register, nil)); r.settle(1, 2) }, // a write is refused
		func() {
			r.Envs[2].Refuse = nil
			r.Ask(1, requestOf(session.Register, nil))
			r.Deliver(r.take(appendEntries, 1, 2)...)
			r.Envs[2].Refuse = errDisk
			r.Sync(2)
		}, // a sync fails
	} {
		r.Envs[2].Refuse = errDisk
		during()
		if len(r.take(appendReply, 2, 1)) > 0 && round == 1 {
			t.Error("acknowledged what is not durable")
		}
		r.Envs[2].Refuse = nil
		r.fire(2, timerDisk)
		r.settle(ids(3)...)
		r.Restart(2)
		if a, b := r.servers[1].log.Last(), r.servers[2].log.Last(); a != b {
			t.Errorf("round %d: after the restart n2 has %d entries, the leader %d", round, b, a)
		}
		r.fire(1, timerHeartbeat)
		r.settle(ids(3)...)
	}
	r.WantBroken()
}

// A disk that lost a part of one copy costs nothing; one that lost the same place in both takes the server out.
func TestDamagedDisk(t *testing.T) {
	for _, c := range []struct {
		bug     sim.BugName
		damaged []string
		role    role
		last    Index
	}{
		{"", copies[:1], follower, 4},
		{"", copies[1:], follower, 4},
		{"", copies[:], halted, 0},
		{bugDamageIsTornTail, copies[:1], follower, 0},
	} {
		r := newRig(t, 3, c.bug)
		r.elect(1, ids(3)...)
		for range 3 {
			register(r, 1)
		}
		for _, name := range c.damaged {
			r.Envs[2].File(name).Data[frameSize/2] ^= 1
		}
		r.Restart(2)
		if s := r.servers[2]; s.role != c.role || s.log.Last() != c.last {
			t.Errorf("bug %q, %q damaged: %s with %d entries, want %s with %d", c.bug, c.damaged, s.role, s.log.Last(), c.role, c.last)
		}
		if c.bug == "" {
			r.WantBroken()
		} else {
			r.WantBroken(durable)
		}
	}
}
