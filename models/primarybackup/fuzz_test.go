package primarybackup

import (
	"bytes"
	"testing"

	"simrun/models/viewservice"
	"simrun/models/wire"
)

// Messages that are read encode to the same bytes, and any payload can be described.
func FuzzMessages(f *testing.F) {
	f.Add((&replicate{1, 2, 3, 4, []byte("entries")}).append(nil))
	f.Add((&ack{epoch: 1, index: 2, ok: true}).append(nil))
	f.Add(viewservice.View{}.Append(nil))
	f.Add(viewservice.Ping{}.Append(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) >= wire.Room {
			b = wire.Seal(bytes.Clone(b)) // the checksum is no riddle
		}
		var r replicate
		if r.decode(b) {
			if again := r.append(nil); !bytes.Equal(again, b) {
				t.Errorf("%x became %x", b, again)
			}
		}
		var a ack
		a.decode(b)
		viewservice.DecodeView(b)
		viewservice.DecodePing(b)
		if describe(b) == "" {
			t.Errorf("%x has no description", b)
		}
	})
}
