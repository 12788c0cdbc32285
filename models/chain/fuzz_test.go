package chain

import (
	"bytes"
	"testing"

	"simrun/models/viewservice"
	"simrun/models/wire"
)

// Messages that are read encode to the same bytes, and any payload can be described.
func FuzzMessages(f *testing.F) {
	f.Add((&forward{1, 2, 3, 4, 5, []byte("entries")}).append(nil))
	f.Add((&ack{epoch: 1, index: 2, commit: 1, ok: true}).append(nil))
	f.Add((&version{epoch: 1, round: 2, answer: true, commit: 3}).append(nil))
	f.Add(viewservice.Confirm{Epoch: 1, Round: 2}.Append(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) >= wire.Room {
			b = wire.Seal(bytes.Clone(b)) // the checksum is no riddle
		}
		var m forward
		if m.decode(b) {
			if again := m.append(nil); !bytes.Equal(again, b) {
				t.Errorf("%x became %x", b, again)
			}
		}
		var a ack
		var v version
		a.decode(b)
		v.decode(b)
		viewservice.DecodeConfirm(b)
		if describe(b) == "" {
			t.Errorf("%x has no description", b)
		}
	})
}
