// Package merkle finds where two replicas differ without comparing all that they hold: each has a tree of hashes over its keys, and they compare hashes from
// the root down, only below those that differ (Merkle, "A Digital Signature Based on a Conventional Encryption Function", CRYPTO 1987; for replicas: DeCandia
// et al., "Dynamo: Amazon's Highly Available Key-value Store", SOSP 2007, §4.7).
//
// A tree has a fixed depth. Keys are spread over its leaves by their hash, so that replicas need not agree on anything but the depth, and the tree means
// the same for three keys and for a million.
package merkle

import (
	"crypto/sha256"
	"encoding/binary"
	"maps"
	"slices"
)

// Hash is a hash of something that a replica holds.
type Hash uint64

// Node is a node of a tree: 1 is the root, and the children of n are 2n and 2n+1.
type Node uint32

// Root is the node over all keys.
const Root Node = 1

// Claim says which hash a node has at a replica.
type Claim struct {
	Node Node
	Hash Hash
}

// Tree is the tree of one replica. It does not change.
type Tree struct {
	depth  int
	hashes []Hash // by node; the first is unused
}

// The prefixes of what is hashed, so that no leaf has the hash of an inner node (RFC 6962, §2.1).
const (
	leafPrefix = iota
	innerPrefix
	keyPrefix
)

// Sum is the hash of some bytes.
func Sum(b []byte) Hash {
	sum := sha256.Sum256(b)
	return Hash(binary.BigEndian.Uint64(sum[:]))
}

// LeafOf is the leaf of a key in a tree of a depth, from 0 to 30.
func LeafOf(depth int, key string) Node {
	return Node(1<<depth | uint64(Sum(append([]byte{keyPrefix}, key...)))>>1>>(63-depth))
}

// Of makes the tree of what a replica holds: a hash for each key.
func Of(depth int, held map[string]Hash) *Tree {
	t := &Tree{depth, make([]Hash, 2<<depth)}
	leaves := make(map[Node][]byte)
	for _, key := range slices.Sorted(maps.Keys(held)) {
		n := LeafOf(depth, key)
		b := append(binary.BigEndian.AppendUint64(leaves[n], uint64(len(key))), key...)
		leaves[n] = binary.BigEndian.AppendUint64(b, uint64(held[key]))
	}
	for n := Node(len(t.hashes) - 1); n >= Root; n-- {
		if t.IsLeaf(n) {
			t.hashes[n] = Sum(append([]byte{leafPrefix}, leaves[n]...))
			continue
		}
		b := binary.BigEndian.AppendUint64([]byte{innerPrefix}, uint64(t.hashes[2*n]))
		t.hashes[n] = Sum(binary.BigEndian.AppendUint64(b, uint64(t.hashes[2*n+1])))
	}
	return t
}

// IsLeaf reports whether a node has no children.
func (t *Tree) IsLeaf(n Node) bool { return n>>t.depth != 0 }

// Differ returns the nodes of which another replica claims something else than this tree has. It passes over nodes that there are not.
func (t *Tree) Differ(claims []Claim) []Node {
	var differ []Node
	for _, c := range claims {
		if c.Node >= Root && int(c.Node) < len(t.hashes) && t.hashes[c.Node] != c.Hash {
			differ = append(differ, c.Node)
		}
	}
	return differ
}

// Descend returns the leaves in which another replica differs. ask tells it claims of one level of this tree, and returns what [Tree.Differ] of its tree does;
// false ends the descent, and nothing is known.
func (t *Tree) Descend(ask func([]Claim) ([]Node, bool)) (leaves []Node, ok bool) {
	for level := []Node{Root}; len(level) > 0; {
		claims := make([]Claim, len(level))
		for i, n := range level {
			claims[i] = Claim{n, t.hashes[n]}
		}
		differ, ok := ask(claims)
		if !ok {
			return nil, false
		}
		var below []Node
		for _, n := range differ {
			switch asked := slices.Contains(level, n); {
			case asked && t.IsLeaf(n):
				leaves = append(leaves, n)
			case asked:
				below = append(below, 2*n, 2*n+1)
			}
		}
		level = below
	}
	return leaves, true
}
