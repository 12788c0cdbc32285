package raft

import (
	"bytes"
	"errors"
	"testing"

	"pgregory.net/rapid"
)

// disk makes a file of frames, each durable before the next is written, and
// returns the offsets at which frames end.
func disk(entriesPerFrame ...int) (file []byte, ends []int) {
	l := newEntryLog()
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
		p, err := recoverState(file[:cut])
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
		p, err := recoverState(damaged)
		if bit/8 < lastFrame {
			if !errors.Is(err, errDamaged) {
				t.Fatalf("bit %d of byte %d of %d: %v, want damage to be seen", bit%8, bit/8, len(file), err)
			}
		} else if err != nil || p.size != lastFrame {
			t.Fatalf("byte %d: %v, %d bytes count, want %d", bit/8, err, p.size, lastFrame)
		}
	}
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
	p, err := recoverState(file)
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
	p, err := recoverState(append(file, stale...))
	if err != nil || p.size != size || p.term != 1 {
		t.Fatalf("recovered %d bytes in term %d, %v; want %d bytes in term 1", p.size, p.term, err, size)
	}
}

// Whatever is written is what is recovered.
func TestRecoverIsWhatWasWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := newEntryLog()
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
		p, err := recoverState(file)
		if err != nil || p.term != term || p.vote != 1 || p.log.last() != l.last() || p.size != len(file) {
			t.Fatalf("recovered %d entries in term %d (%v), want %d in %d", p.log.last(), p.term, err, l.last(), term)
		}
		if !bytes.Equal(p.log.arena, l.arena) || p.log.chain(l.last()) != l.chain(l.last()) {
			t.Fatal("the entries differ")
		}
	})
}

func FuzzRecover(f *testing.F) {
	file, _ := disk(2, 0, 3)
	f.Add(file)
	f.Fuzz(func(t *testing.T, b []byte) {
		if p, err := recoverState(b); err == nil && p.size > len(b) {
			t.Errorf("%d bytes of %d count", p.size, len(b))
		}
	})
}
