package resilience

import (
	"bytes"
	"testing"

	"simrun/models/wire"
)

// Calls that are read encode to the same bytes, and any payload can be described.
func FuzzCall(f *testing.F) {
	f.Add(call{Kind: kindAdd, Key: "k1", Amount: 1, Client: 2, Seq: 3, Rest: patience}.append())
	f.Add(done(7))
	f.Add(busy())
	f.Add(probe())
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) >= wire.Room {
			b = wire.Seal(bytes.Clone(b)) // the checksum is no riddle
		}
		if c, ok := decodeCall(b); ok && !bytes.Equal(c.append(), b) {
			t.Errorf("%x became %x", b, c.append())
		}
		if describe(b) == "" {
			t.Errorf("%x has no description", b)
		}
	})
}

// What a store reads from its disk it writes again the same.
func FuzzFile(f *testing.F) {
	s := store{counters: []entry[string]{{key: "k1", sum: 3}}, last: []entry[uint64]{{1, 2, 3}, {2, 9, 1}}}
	f.Add(s.encode(4))
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) >= wire.Room {
			b = wire.Seal(bytes.Clone(b))
		}
		var first, second store
		if !first.load(b) {
			return
		}
		file := first.encode(first.file.Changes)
		if !second.load(file) || !bytes.Equal(second.encode(second.file.Changes), file) {
			t.Errorf("%x became %x", file, second.encode(second.file.Changes))
		}
	})
}
