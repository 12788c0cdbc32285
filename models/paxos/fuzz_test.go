package paxos

import (
	"testing"

	"simrun/models/ballot"
	"simrun/models/modeltest"
	"simrun/models/wire"
)

func FuzzMessages(f *testing.F) {
	again := func(b []byte) ([]byte, bool) {
		m, ok := decode(b, wire.Kind(b))
		return m.append(wire.Kind(b)), ok
	}
	modeltest.FuzzMessages(f, describe, again,
		message{"k1", ballot.Of(3, 2), ballot.Of(1, 1), 7}.append(kindPromise),
		message{Key: "k1", Value: 7}.append(kindPropose))
}
