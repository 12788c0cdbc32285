package quorum

import (
	"cmp"
	"fmt"

	"simrun/models/wire"
	"simrun/sim"
)

// tag orders the versions of a key. Two writes never have the same: a node counts its writes since it booted, and its boots.
type tag struct {
	number uint64 // more than that of every version that the writer found; or the time of its clock
	node   sim.NodeID
	boot   int
	seq    uint64
}

func (a tag) compare(b tag) int {
	return cmp.Or(cmp.Compare(a.number, b.number), cmp.Compare(a.node, b.node), cmp.Compare(a.boot, b.boot), cmp.Compare(a.seq, b.seq))
}

func (a tag) String() string { return fmt.Sprintf("tag %d/%v/%d.%d", a.number, a.node, a.boot, a.seq) }

// version is a value of a key. The zero value of its tag means that the key was never written.
type version struct {
	key   string
	tag   tag
	value int64
}

func (v version) String() string {
	if v.tag == (tag{}) {
		return v.key + " = none"
	}
	return fmt.Sprintf("%s = %d with %v", v.key, v.value, v.tag)
}

// The kinds of payloads.
const (
	kindRead  = 'r' // client → node: the value of a key
	kindWrite = 'w' // client → node: a key, and its value
	kindGet   = 'g' // node → node: the version of a key
	kindPut   = 'p' // node → node: store a version
	kindIs    = 'v' // the answer to get, read and write: a version
	kindDone  = 'd' // the answer to put
)

func (v version) append(b []byte, kind byte) []byte {
	return wire.Append(b, kind, []byte(v.key), v.tag.number, uint64(v.tag.node), uint64(v.tag.boot), v.tag.seq, uint64(v.value))
}

// decode reads a payload of a kind that carries a version.
func decode(payload []byte, kind byte) (version, bool) {
	var n [5]uint64
	key, ok := wire.Decode(payload, kind, n[:])
	return version{string(key), tag{n[0], sim.NodeID(n[1]), int(n[2]), n[3]}, int64(n[4])}, ok
}

// describe tells a person what a payload says.
func describe(payload []byte) string {
	kind := wire.Kind(payload)
	v, _ := decode(payload, kind)
	switch kind {
	case kindRead:
		return "read " + v.key
	case kindWrite:
		return fmt.Sprintf("write %s = %d", v.key, v.value)
	case kindGet:
		return "get " + v.key
	case kindPut:
		return "put " + v.String()
	case kindIs:
		return v.String()
	case kindDone:
		return "stored"
	}
	return "damaged message"
}
