package redlock

import (
	"testing"

	"simrun/models/modeltest"
	"simrun/models/wire"
)

// Messages that are read encode to the same bytes, and any payload can be described.
func FuzzMessages(f *testing.F) {
	var seeds [][]byte
	for kind := byte(kindAdd); kind < kindFile; kind++ {
		seeds = append(seeds, message{"counter-1", attempt{7, 2, 9}, 5, -3}.append(kind))
	}
	modeltest.FuzzMessages(f, describe, func(payload []byte) ([]byte, bool) {
		kind := wire.Kind(payload)
		m, ok := decode(payload, kind)
		return m.append(kind), ok
	}, seeds...)
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
