package vr

import (
	"encoding/binary"

	"simrun/models/wire"
	"simrun/sim"
)

// crashVector holds, by node, the latest incarnation that a replica has heard of. An incarnation is a life of a replica from one restart to the next, and has a number greater than those
// before. A promise that a replica made holds as long as it lives: another replica that has heard of a later life does not count it any more (Michael, Ports, Sharma, Szekeres, "Recovering
// Shared Objects Without Stable Storage", DISC 2017, §4.2). Replicas with a disk forget nothing, and have empty vectors.
type crashVector []uint32

// newCrashVector returns what a replica knows that begins to live: nothing but its own number. [sim.Env.Boots] is that number here; a real replica would take it from a
// clock that always advances, or from a counter that is all that it has on disk (§4.3).
func newCrashVector(id sim.NodeID, nodes, boots int) crashVector {
	v := make(crashVector, nodes+1)
	v[id] = uint32(boots)
	return v
}

// join takes over the later of each two incarnations. It is false for a vector of another size.
func (v crashVector) join(w crashVector) bool {
	if len(v) != len(w) {
		return false
	}
	for n := range v {
		v[n] = max(v[n], w[n])
	}
	return true
}

// outlived reports whether a message was sent by an incarnation of a node that this replica knows to have ended.
func (v crashVector) outlived(from sim.NodeID, m message) bool {
	return len(v) > 0 && m.Crashes[from] < v[from]
}

// appendTo appends the vector to b, as [cutCrashVector] reads it.
func (v crashVector) appendTo(b []byte) []byte {
	record := make([]byte, 0, 64)
	for _, n := range v {
		record = binary.LittleEndian.AppendUint32(record, n)
	}
	return wire.AppendRecord(b, record)
}

// cutCrashVector cuts a vector off the beginning of a body.
func cutCrashVector(body []byte) (v crashVector, rest []byte, ok bool) {
	for record := range wire.Records(body) {
		rest = body[4+len(record):]
		for ; len(record) >= 4; record = record[4:] {
			v = append(v, binary.LittleEndian.Uint32(record))
		}
		return v, rest, len(record) == 0
	}
	return nil, nil, false
}
