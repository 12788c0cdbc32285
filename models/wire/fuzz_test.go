package wire_test

import (
	"bytes"
	"testing"

	"simrun/models/wire"
)

// Records are a part of what was given, one after the other.
func FuzzRecords(f *testing.F) {
	f.Add(wire.AppendRecord(wire.AppendRecord(nil, []byte("a")), nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		var again []byte
		for r := range wire.Records(b) {
			again = wire.AppendRecord(again, r)
		}
		if !bytes.HasPrefix(b, again) {
			t.Errorf("%x has the records of %x", b, again)
		}
	})
}

// What is decoded encodes to the same bytes.
func FuzzDecode(f *testing.F) {
	f.Add(wire.Append(nil, 1, []byte("body"), 1, 2, 3))
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) >= wire.Room {
			b = wire.Seal(bytes.Clone(b)) // the checksum is no riddle
		}
		var n [3]uint64
		if body, ok := wire.Decode(b, 1, n[:]); ok {
			if again := wire.Append(nil, 1, body, n[:]...); !bytes.Equal(again, b) {
				t.Errorf("%x became %x", b, again)
			}
		}
	})
}
