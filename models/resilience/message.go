package resilience

import (
	"fmt"
	"time"

	"simrun/models/wire"
	"simrun/sim"
)

// The kinds of payloads.
const (
	kindAdd    = 0x90 + iota // caller → callee: add to a counter
	kindRead                 // caller → callee: read a counter
	kindBrowse               // caller → callee: look something up in the catalog
	kindDone                 // the answer: the sum, of a counter
	kindBusy                 // the answer: not now
	kindFile                 // of the store
	kindProbe                // gateway → service: are you there?
)

// call is what a caller asks for, and with it how long it waits.
type call struct {
	Kind   byte
	Key    string        // of the counter
	Amount int64         // of kindAdd
	Client uint64        // with Seq the idempotency key: all attempts of an operation have the same
	Seq    uint64        // counts the operations of the client
	Rest   time.Duration // until the caller gives up
}

// longest is more than anybody waits.
const longest = time.Minute

// dependency is the node that answers a call in the end.
func (c call) dependency() sim.NodeID {
	if c.Kind == kindBrowse {
		return catalogNode
	}
	return storeNode
}

func (c call) append() []byte {
	return wire.Append(nil, c.Kind, []byte(c.Key), uint64(c.Amount), c.Client, c.Seq, uint64(c.Rest))
}

// decodeCall reads a call; false if it is damaged or none.
func decodeCall(payload []byte) (c call, ok bool) {
	var n [4]uint64
	c.Kind = wire.Kind(payload)
	body, ok := wire.Decode(payload, c.Kind, n[:])
	c.Key, c.Amount, c.Client, c.Seq, c.Rest = string(body), int64(n[0]), n[1], n[2], time.Duration(n[3])
	return c, ok && c.Kind >= kindAdd && c.Kind <= kindBrowse && c.Rest >= 0 && c.Rest <= longest
}

func done(sum int64) []byte { return wire.Append(nil, kindDone, nil, uint64(sum)) }
func busy() []byte          { return wire.Append(nil, kindBusy, nil, 0) }
func probe() []byte         { return wire.Append(nil, kindProbe, nil) }

// decodeDone reads the answer to a call; false if it is not done, or nothing came.
func decodeDone(payload []byte) (sum int64, ok bool) {
	var n [1]uint64
	_, ok = wire.Decode(payload, kindDone, n[:])
	return int64(n[0]), ok
}

// isProbe reports whether a payload is a health check.
func isProbe(payload []byte) bool {
	_, ok := wire.Decode(payload, kindProbe, nil)
	return ok
}

// describe tells a person what a payload says.
func describe(payload []byte) string {
	if c, ok := decodeCall(payload); ok {
		switch c.Kind {
		case kindAdd:
			return fmt.Sprintf("Add %d to %s, within %v", c.Amount, c.Key, c.Rest)
		case kindRead:
			return fmt.Sprintf("Read %s, within %v", c.Key, c.Rest)
		}
		return fmt.Sprintf("Browse, within %v", c.Rest)
	}
	if sum, ok := decodeDone(payload); ok {
		return fmt.Sprintf("Done: %d", sum)
	}
	switch {
	case wire.Kind(payload) == kindBusy:
		return "Busy"
	case isProbe(payload):
		return "Health check"
	}
	return "damaged message"
}
