package paxos

import (
	"bytes"
	"testing"

	"simrun/models/ballot"
	"simrun/models/wire"
)

// Messages that are read encode to the same bytes, and any payload can be described.
func FuzzMessage(f *testing.F) {
	f.Add(message{"k1", ballot.Of(3, 2), ballot.Of(1, 1), 7}.append(kindPromise))
	f.Add(message{Key: "k1", Value: 7}.append(kindPropose))
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) >= wire.Room {
			b = wire.Seal(bytes.Clone(b)) // the checksum is no riddle
		}
		if m, ok := decode(b, wire.Kind(b)); ok {
			if again := m.append(wire.Kind(b)); len(b) == len(again) && !bytes.Equal(again, b) {
				t.Errorf("%x became %x", b, again)
			}
		}
		if describe(b) == "" {
			t.Errorf("%x has no description", b)
		}
	})
}
