package chain

import (
	"testing"

	"simrun/models/modeltest"
	"simrun/models/viewservice"
)

func FuzzMessages(f *testing.F) {
	again := func(b []byte) ([]byte, bool) {
		var m forward
		ok := m.decode(b)
		return m.Append(nil), ok
	}
	modeltest.FuzzMessages(f, describe, again,
		(&forward{1, 2, 3, 4, 5, []byte("entries")}).Append(nil),
		(&ack{epoch: 1, index: 2, commit: 1, ok: true}).Append(nil),
		(&version{epoch: 1, round: 2, answer: true, commit: 3}).Append(nil),
		viewservice.Confirm{Epoch: 1, Round: 2}.Append(nil))
}
