package lease

import (
	"fmt"

	"simrun/models/wire"
	"simrun/sim"
)

// The kinds of payloads.
const (
	kindRead    = 0x50 + iota // client → leader: a key
	kindWrite                 // client → leader: a key and a value
	kindValue                 // leader → client: what was read, or written
	kindElse                  // node → client: ask another node
	kindAcquire               // candidate → service
	kindRenew                 // holder → service
	kindGranted               // service → holder, with all registers
	kindDenied                // service: somebody else holds the lease
	kindStore                 // holder → service: a key and a value
	kindStored                // service → holder
	kindFile                  // of the service
)

// register is a value of a key. Version counts the writes of all keys, in the order in which the service stored them; 0 if there was none.
type register struct {
	Key     string
	Value   int64
	Version uint64
}

// message is what nodes and clients send. Not everything counts in each.
type message struct {
	Token    uint64 // of the lease
	Seq      uint64 // of kindStore: counts the writes under the token from 1
	Node     sim.NodeID
	Register register
	All      []register // of kindGranted
}

func (m message) append(kind byte) []byte {
	var body []byte
	for _, r := range append([]register{m.Register}, m.All...) {
		body = wire.AppendRecord(body, wire.Append(nil, kind, []byte(r.Key), uint64(r.Value), r.Version))
	}
	return wire.Append(nil, kind, body, m.Token, m.Seq, uint64(m.Node))
}

// decode reads a payload of a kind; false if it is damaged or of another kind.
func decode(payload []byte, kind byte) (m message, ok bool) {
	var n [3]uint64
	body, ok := wire.Decode(payload, kind, n[:])
	m.Token, m.Seq, m.Node = n[0], n[1], sim.NodeID(n[2])
	first := true
	for record := range wire.Records(body) {
		var r [2]uint64
		key, whole := wire.Decode(record, kind, r[:])
		ok = ok && whole
		if first {
			m.Register, first = register{string(key), int64(r[0]), r[1]}, false
		} else {
			m.All = append(m.All, register{string(key), int64(r[0]), r[1]})
		}
	}
	return m, ok && !first
}

// describe tells a person what a payload says.
func describe(payload []byte) string {
	kind := wire.Kind(payload)
	m, ok := decode(payload, kind)
	if !ok {
		return "damaged message"
	}
	r := m.Register
	switch kind {
	case kindRead:
		return "Read " + r.Key
	case kindWrite:
		return fmt.Sprintf("Write %s = %d", r.Key, r.Value)
	case kindValue:
		return fmt.Sprintf("Is %s = %d, version %d", r.Key, r.Value, r.Version)
	case kindElse:
		return fmt.Sprintf("Ask %v", m.Node)
	case kindAcquire:
		return "Acquire"
	case kindRenew:
		return fmt.Sprintf("Renew token %d", m.Token)
	case kindGranted:
		return fmt.Sprintf("Granted token %d", m.Token)
	case kindDenied:
		return fmt.Sprintf("Denied: held by %v, token %d", m.Node, m.Token)
	case kindStore:
		return fmt.Sprintf("Store %s = %d, token %d, write %d", r.Key, r.Value, m.Token, m.Seq)
	case kindStored:
		return fmt.Sprintf("Stored %s = %d, version %d", r.Key, r.Value, r.Version)
	}
	return "damaged message"
}
