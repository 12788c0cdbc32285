package broadcast

import (
	"encoding/json"
	"fmt"

	"simrun/models/gossip"
	"simrun/models/lattice"
	"simrun/models/wire"
	"simrun/sim/fault"
)

// The kinds of payloads.
const (
	kindBroadcast = 0xb0 + iota // client → node: a number, the value
	kindRead                    // client → node
	kindRelay                   // node → neighbor; the body is a set
	kindDone                    // the answer to each of them; to a read with a set
	kindStore                   // the file of a node: the number of changes, and a set
)

func encodeSet(s lattice.Set) []byte {
	b, _ := json.Marshal(s) // numbers alone
	return b
}

// decodeSet reads what encodeSet made, whose checksum has been verified.
func decodeSet(b []byte) (s lattice.Set) {
	json.Unmarshal(b, &s)
	return s
}

// describe tells a person what a payload says.
func describe(payload []byte) string {
	if s := gossip.Describe(payload); s != "" {
		return s
	}
	var n [1]uint64
	kind := wire.Kind(payload)
	switch kind {
	case kindBroadcast:
		wire.Decode(payload, kind, n[:])
		return fmt.Sprint("Broadcast ", int64(n[0]))
	case kindRead, kindRelay, kindDone:
		body, _ := wire.Decode(payload, kind, nil)
		return fmt.Sprint([]string{"Read ", "Relay ", "Done "}[kind-kindRead], string(body))
	}
	return "damaged message"
}

// learned is the fact that values came from another node.
type learned struct{ values lattice.Set }

const eventLearned fault.Event = "learned"

func (f learned) String() string       { return fmt.Sprint("got ", f.values) }
func (f learned) Trigger() fault.Event { return eventLearned }
