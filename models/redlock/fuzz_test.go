package redlock

import (
	"bytes"
	"testing"

	"simrun/models/wire"
)

// Messages that are read encode to the same bytes, and any payload can be described.
func FuzzMessage(f *testing.F) {
	for kind := byte(kindAdd); kind < kindFile; kind++ {
		f.Add(message{"counter-1", attempt{7, 2, 9}, 5, -3}.append(kind))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) >= wire.Room {
			b = wire.Seal(bytes.Clone(b)) // the checksum is no riddle
		}
		kind := wire.Kind(b)
		if m, ok := decode(b, kind); ok && !bytes.Equal(m.append(kind), b) {
			t.Errorf("%x became %x", b, m.append(kind))
		}
		if describe(b) == "" {
			t.Errorf("%x has no description", b)
		}
	})
}

// Each payload has a description of its own, and a damaged one is told from the others.
func TestDescribe(t *testing.T) {
	seen := map[string]byte{}
	for kind := byte(kindAdd); kind < kindFile; kind++ {
		b := message{"counter-1", attempt{7, 2, 9}, 5, -3}.append(kind)
		if other, twice := seen[describe(b)]; twice || describe(b) == "damaged message" {
			t.Errorf("kinds %x and %x are both %s", kind, other, describe(b))
		}
		seen[describe(b)] = kind
		b[len(b)-1] ^= 1
		if describe(b) != "damaged message" {
			t.Errorf("%x is %s", b, describe(b))
		}
	}
}
