package broadcast

import (
	"encoding/json"
	"fmt"

	"simrun/models/gossip"
	"simrun/models/invariant"
	"simrun/models/lattice"
	"simrun/models/wire"
	"simrun/sim"
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

// The facts of a node.
type (
	durable struct { // what is known of a change of its values, and of all before it
		event fault.Event
		n     uint64
	}
	learned struct{ values lattice.Set } // from another node
)

const (
	eventPromised  fault.Event = "promised"  // the node is about to tell others of it
	eventRecovered fault.Event = "recovered" // the disk held it, and none after it, when the node started
	eventLearned   fault.Event = "learned"
)

func (f durable) String() string       { return fmt.Sprintf("%s change %d", f.event, f.n) }
func (f durable) Trigger() fault.Event { return f.event }
func (f learned) String() string       { return fmt.Sprint("got ", f.values) }
func (f learned) Trigger() fault.Event { return eventLearned }

// step says what a fact means for durability. The changes of a node are numbered from its first start on, over its crashes.
func step(f sim.Fact) (invariant.Step, uint64) {
	d, _ := f.(durable)
	switch d.event {
	case eventPromised:
		return invariant.Acknowledged, d.n
	case eventRecovered:
		return invariant.Recovered, d.n
	}
	return invariant.Nothing, 0
}
