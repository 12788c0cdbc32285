package lease

import (
	"bytes"
	"testing"

	"simrun/models/wire"
)

// Messages that are read encode to the same bytes, and any payload can be described.
func FuzzMessage(f *testing.F) {
	f.Add(message{Token: 3, Seq: 2, Node: 4, Register: register{"k1", 7, 9}}.append(kindStore))
	f.Add(message{Token: 3, Node: 2, All: []register{{"k1", 7, 9}, {"k2", 8, 10}}}.append(kindGranted))
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) >= wire.Room {
			b = wire.Seal(bytes.Clone(b)) // the checksum is no riddle
		}
		kind := wire.Kind(b)
		if m, ok := decode(b, kind); ok {
			again, ok := decode(m.append(kind), kind)
			if !ok || again.Token != m.Token || again.Register != m.Register || len(again.All) != len(m.All) {
				t.Errorf("%v became %v", m, again)
			}
		}
		if describe(b) == "" {
			t.Errorf("%x has no description", b)
		}
	})
}
