package primarybackup

import (
	"testing"

	"simrun/models/modeltest"
	"simrun/models/viewservice"
)

func FuzzMessages(f *testing.F) {
	again := func(b []byte) ([]byte, bool) {
		var m replicate
		ok := m.decode(b)
		return m.Append(nil), ok
	}
	modeltest.FuzzMessages(f, describe, again,
		(&replicate{1, 2, 3, 4, []byte("entries")}).Append(nil),
		(&ack{epoch: 1, index: 2, ok: true}).Append(nil),
		viewservice.View{}.Append(nil),
		viewservice.Ping{}.Append(nil))
}
