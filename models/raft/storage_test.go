package raft

import (
	"bytes"
	"errors"
	"testing"

	"pgregory.net/rapid"

	"simrun/sim"
)

// disk makes a file of frames, each durable before the next is written, and
// returns the offsets at which frames end.
func disk(entriesPerFrame ...int) (file []byte, ends []int) {
	l := newEntryLog(0)
	crc := uint32(0)
	for i, n := range entriesPerFrame {
		first := l.last() + 1
		for range n {
			l.add(Term(i+1), entryCommand, []byte("data of an entry"))
		}
		var entries []byte
		if n > 0 {
			entries = l.raw(first, l.last())
		} else {
			first = 0
		}
		file, crc = appendFrame(file, crc, len(file), Term(i+1), 2, first, entries)
		ends = append(ends, len(file))
	}
	return file, ends
}

// A crash may cut the file anywhere: what stands before the cut frame is recovered.
func TestRecoverCutFile(t *testing.T) {
	file, ends := disk(2, 0, 3, 1)
	for cut := 0; cut <= len(file); cut++ {
		p, err := recoverState([][]byte{file[:cut]})
		if err != nil {
			t.Fatalf("cut at %d: %v", cut, err)
		}
		want := 0
		for i, end := range ends {
			if end <= cut {
				want = end
				if p.term < Term(i+1) {
					t.Fatalf("cut at %d: term %d, want %d", cut, p.term, i+1)
				}
			}
		}
		if p.size != want {
			t.Fatalf("cut at %d: %d bytes count, want %d", cut, p.size, want)
		}
	}
}

// A flipped bit in what later frames prove durable is damage; in the last frame it can't be told from a
// torn write.
func TestRecoverFlippedBit(t *testing.T) {
	file, ends := disk(2, 0, 3, 1)
	lastFrame := ends[len(ends)-2]
	for bit := range 8 * len(file) {
		damaged := bytes.Clone(file)
		damaged[bit/8] ^= 1 << (bit % 8)
		p, err := recoverState([][]byte{damaged})
		if bit/8 < lastFrame {
			if !errors.Is(err, errDamaged) {
				t.Fatalf("bit %d of byte %d of %d: %v, want damage to be seen", bit%8, bit/8, len(file), err)
			}
		} else if err != nil || p.size != lastFrame {
			t.Fatalf("byte %d: %v, %d bytes count, want %d", bit/8, err, p.size, lastFrame)
		}
	}
}

// Whatever one copy has lost the other has, and recovery says what to write where.
func TestRecoverFromTheOtherCopy(t *testing.T) {
	file, _ := disk(2, 0, 3, 1)
	rapid.Check(t, func(t *rapid.T) {
		files := [][]byte{bytes.Clone(file), bytes.Clone(file)}
		bad := rapid.IntRange(0, 1).Draw(t, "copy")
		switch at := rapid.IntRange(0, len(file)-1).Draw(t, "at"); rapid.IntRange(0, 2).Draw(t, "damage") {
		case 0:
			files[bad][at] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		case 1:
			files[bad] = files[bad][:at]
		default:
			clear(files[bad][at:min(at+64, len(file))])
		}
		p, err := recoverState(files)
		if err != nil || p.size != len(file) {
			t.Fatalf("%d bytes count, %v; want %d", p.size, err, len(file))
		}
		for _, r := range p.repairs {
			for len(files[r.copy]) < r.at+len(r.frame) {
				files[r.copy] = append(files[r.copy], 0)
			}
			copy(files[r.copy][r.at:], r.frame)
		}
		if !bytes.Equal(files[0], file) || !bytes.Equal(files[1], file) {
			t.Fatal("the copies differ after their repair")
		}
	})
}

// Unsynced frames may reach the disk out of order: a hole with good frames behind it is a torn tail, as
// none of these was written after the hole was durable.
func TestRecoverHoleInTheUnsyncedTail(t *testing.T) {
	file, _ := disk(2)
	durable := len(file)
	_, crc := appendFrame(nil, 0, 0, 0, 0, 0, nil)
	file, crc = appendFrame(file, crc, durable, 7, 1, 0, nil)
	hole := len(file)
	file, _ = appendFrame(file, crc, durable, 8, 1, 0, nil)
	clear(file[durable:hole])
	p, err := recoverState([][]byte{file})
	if err != nil || p.size != durable {
		t.Fatalf("%d bytes count, %v; want %d", p.size, err, durable)
	}
}

// A frame that an earlier life left behind the end is not taken for a part of this one: it
// does not follow the frame before it.
func TestRecoverStaleFrame(t *testing.T) {
	file, _ := disk(1)
	size := len(file)
	stale, crc := appendFrame(nil, 12345, size, 9, 3, 0, nil)
	_ = crc
	p, err := recoverState([][]byte{append(file, stale...)})
	if err != nil || p.size != size || p.term != 1 {
		t.Fatalf("recovered %d bytes in term %d, %v; want %d bytes in term 1", p.size, p.term, err, size)
	}
}

// Whatever is written is what is recovered.
func TestRecoverIsWhatWasWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := newEntryLog(0)
		var file []byte
		crc := uint32(0)
		var term Term
		for range rapid.IntRange(1, 20).Draw(t, "frames") {
			term += Term(rapid.IntRange(0, 2).Draw(t, "terms"))
			first := Index(0)
			if rapid.Bool().Draw(t, "log") {
				first = Index(rapid.IntRange(1, int(l.last())+1).Draw(t, "first"))
				if first <= l.last() {
					l.truncate(first)
				}
				for range rapid.IntRange(0, 3).Draw(t, "entries") {
					l.add(term, entryCommand, []byte{1, 2, 3})
				}
			}
			var entries []byte
			if first > 0 {
				entries = l.raw(first, l.last())
			}
			file, crc = appendFrame(file, crc, len(file), term, 1, first, entries)
		}
		p, err := recoverState([][]byte{file})
		if err != nil || p.term != term || p.vote != 1 || p.log.last() != l.last() || p.size != len(file) {
			t.Fatalf("recovered %d entries in term %d (%v), want %d in %d", p.log.last(), p.term, err, l.last(), term)
		}
		if !bytes.Equal(p.log.arena, l.arena) || p.log.chain(l.last()) != l.chain(l.last()) {
			t.Fatal("the entries differ")
		}
	})
}

// What is acknowledged stands in both copies.
func TestBothCopiesAreSyncedBeforeAnAnswer(t *testing.T) {
	r := newRig(t, 3)
	r.servers[2].Receive(1, (&message{kind: requestVote, term: 1}).append(nil))
	for i := range copies {
		if got := r.take(voteReply, 2, 1); len(got) > 0 {
			t.Fatalf("the vote left after %d of %d syncs", i, len(copies))
		}
		r.syncOne(2)
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
		func() { r.ask(1, requestOf(requestRegister, nil)); r.settle(1, 2) }, // a write is refused
		func() {
			r.envs[2].refuse = nil
			r.ask(1, requestOf(requestRegister, nil))
			r.deliver(r.take(appendEntries, 1, 2)...)
			r.envs[2].refuse = errDisk
			r.sync(2)
		}, // a sync fails
	} {
		r.envs[2].refuse = errDisk
		during()
		if len(r.take(appendReply, 2, 1)) > 0 && round == 1 {
			t.Error("acknowledged what is not durable")
		}
		r.envs[2].refuse = nil
		r.fire(2, timerDisk)
		r.settle(ids(3)...)
		r.restart(2)
		if a, b := r.servers[1].log.last(), r.servers[2].log.last(); a != b {
			t.Errorf("round %d: after the restart n2 has %d entries, the leader %d", round, b, a)
		}
		r.fire(1, timerHeartbeat)
		r.settle(ids(3)...)
	}
	r.wantBroken()
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
			r.envs[2].file(name).data[frameHeader/2] ^= 1
		}
		r.restart(2)
		if s := r.servers[2]; s.role != c.role || s.log.last() != c.last {
			t.Errorf("bug %q, %q damaged: %s with %d entries, want %s with %d", c.bug, c.damaged, s.role, s.log.last(), c.role, c.last)
		}
		if c.bug == "" {
			r.wantBroken()
		} else {
			r.wantBroken(durable)
		}
	}
}

func FuzzRecover(f *testing.F) {
	file, _ := disk(2, 0, 3)
	f.Add(file)
	f.Fuzz(func(t *testing.T, b []byte) {
		if p, err := recoverState([][]byte{b}); err == nil && p.size > len(b) {
			t.Errorf("%d bytes of %d count", p.size, len(b))
		}
	})
}
