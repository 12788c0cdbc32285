package multipaxos

import (
	"testing"

	"simrun/models/modeltest"
	"simrun/models/wire"
)

func FuzzMessages(f *testing.F) {
	again := func(b []byte) ([]byte, bool) {
		m, ok := decode(b, wire.Kind(b))
		proposals(m.Body)
		indices(m.Body)
		return m.append(nil, wire.Kind(b)), ok
	}
	p := proposal{3, 2<<8 | 1, 0x11, []byte("command")}
	modeltest.FuzzMessages(f, describe, again,
		message{2<<8 | 1, 7, p.append(nil)}.append(nil, kindAccept),
		message{2<<8 | 1, 7, []byte{3, 0, 0, 0, 0, 0, 0, 0}}.append(nil, kindAccepted),
		message{Ballot: 2<<8 | 1, Slot: 1}.append(nil, kindPrepare))
}
