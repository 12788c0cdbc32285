package quorum

import (
	"cmp"
	"fmt"
	"math"

	"simrun/models/wire"
	"simrun/sim"
)

// tag orders the versions of a key. The papers have number and node alone: a writer takes one more than the highest number that a majority knows. That is unique only as
// long as a node ends one write before the next. Here a node coordinates many at a time, which may find the same highest number: attempt
// tells them apart. And a node may crash when its tag has reached less than a majority, ask a majority without it after its restart, and
// choose the number again: incarnation, on disk before the node serves anyone, tells its lives apart. If two values had one tag, each
// replica would keep the one that came first, and reads would differ for ever. Number comes first, so the others make no tag too new.
type tag struct {
	Number      uint64 // more than that of every version that the writer found; with lww, the time of its clock
	Node        sim.NodeID
	Incarnation uint64 // how often the node has started
	Attempt     uint64 // writes that the node has coordinated in this incarnation
}

// compare is negative if a is older than b, and positive if it is newer.
func (a tag) compare(b tag) int {
	return cmp.Or(cmp.Compare(a.Number, b.Number), cmp.Compare(a.Node, b.Node), cmp.Compare(a.Incarnation, b.Incarnation), cmp.Compare(a.Attempt, b.Attempt))
}

func (a tag) String() string {
	return fmt.Sprintf("tag %d/%v/%d.%d", a.Number, a.Node, a.Incarnation, a.Attempt)
}

// version is a value of a key. The zero tag means that the key was never written.
type version struct {
	Key   string
	Tag   tag
	Value int64
}

func (v version) String() string {
	switch {
	case v.Tag != (tag{}):
		return fmt.Sprintf("%s = %d, %v", v.Key, v.Value, v.Tag)
	case v.Value != 0: // to be written
		return fmt.Sprintf("%s = %d", v.Key, v.Value)
	}
	return v.Key
}

// The kinds of payloads. Messages carry a version, of which not everything counts.
const (
	kindRead    = 0x40 + iota // client → coordinator: the value of a key
	kindWrite                 // client → coordinator: a key, and its value
	kindGet                   // coordinator → replica: the version of a key
	kindPut                   // coordinator → replica: store a version, unless there is a newer one
	kindIs                    // the answer to each of them: the version that was found or stored
	kindStore                 // the file of a replica
	kindHint                  // coordinator → a node that stands in for a home: keep a version for that
	kindCompare               // replica → replica: the hashes of some nodes of a tree
	kindDiffer                // the answer: in which nodes the other's tree differs
	kindMine                  // replica → replica: leaves that differ, and the sender's versions in them
	kindYours                 // the answer: the other's versions in these leaves
	kindReadAll               // client → coordinator: the value of a key, of all replicas that answer
)

// append appends the payload of a kind with the version to b.
func (v version) append(b []byte, kind byte) []byte {
	return wire.Append(b, kind, []byte(v.Key), v.Tag.Number, uint64(v.Tag.Node), v.Tag.Incarnation, v.Tag.Attempt, uint64(v.Value))
}

// decode reads a payload of a kind; false if it is damaged or of another kind.
func decode(payload []byte, kind byte) (version, bool) {
	var n [5]uint64
	key, ok := wire.Decode(payload, kind, n[:])
	return version{string(key), tag{n[0], sim.NodeID(n[1]), n[2], n[3]}, int64(n[4])}, ok && n[1] <= math.MaxInt32
}

// versions holds the newest version of each key.
type versions map[string]version

// add keeps a version unless there is one that is as new, and reports whether it did.
func (s versions) add(v version) bool {
	newer := v.Tag.compare(s[v.Key].Tag) > 0
	if newer {
		s[v.Key] = v
	}
	return newer
}

// hint is a version that a node keeps for a home of its key.
type hint struct {
	home sim.NodeID
	v    version
}

func (h hint) String() string { return fmt.Sprintf("%v for %v", h.v, h.home) }

func (h hint) append(b []byte) []byte {
	return wire.Append(b, kindHint, []byte(h.v.Key), h.v.Tag.Number, uint64(h.v.Tag.Node), h.v.Tag.Incarnation, h.v.Tag.Attempt, uint64(h.v.Value), uint64(h.home))
}

// decodeHint reads a hint; false if it is damaged, or not for one of so many nodes.
func decodeHint(payload []byte, nodes int) (hint, bool) {
	var n [6]uint64
	key, ok := wire.Decode(payload, kindHint, n[:])
	return hint{sim.NodeID(n[5]), version{string(key), tag{n[0], sim.NodeID(n[1]), n[2], n[3]}, int64(n[4])}}, ok && n[1] <= math.MaxInt32 && n[5] >= 1 && n[5] <= uint64(nodes)
}

// describe tells a person what a payload says.
func describe(payload []byte) string {
	kind := wire.Kind(payload)
	if h, ok := decodeHint(payload, math.MaxInt32); ok {
		return "Keep " + h.String()
	}
	if claims, ok := decodeClaims(payload); ok {
		return fmt.Sprintf("Compare %d", claims)
	}
	if nodes, ok := decodeNodes(payload, kindDiffer); ok {
		return fmt.Sprintf("Differ %d", nodes)
	}
	for i, name := range []string{"Mine ", "Yours "} {
		if _, held, ok := decodeExchange(payload, kindMine+byte(i)); ok {
			return name + fmt.Sprint(held)
		}
	}
	v, ok := decode(payload, kind)
	if ok && kind == kindReadAll {
		return "Read of all " + v.String()
	}
	if !ok || kind < kindRead || kind > kindIs {
		return "damaged message"
	}
	return [...]string{"Read ", "Write ", "Get ", "Put ", "Is "}[kind-kindRead] + v.String()
}
