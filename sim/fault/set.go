package fault

import (
	"iter"
	"math/bits"
	"strconv"
	"strings"
)

// Node names a server: 1 is n1.
type Node int32

// String returns "n3".
func (n Node) String() string { return "n" + strconv.Itoa(int(n)) }

// MaxNodes bounds a cluster, so that a set of nodes is one word.
const MaxNodes = 64

// Set is a set of nodes. The zero value is empty.
type Set uint64

// SetOf returns the set of the given nodes.
func SetOf(nodes ...Node) Set {
	var s Set
	for _, n := range nodes {
		s |= 1 << (n - 1)
	}
	return s
}

// All returns the set of n1 to nN.
func All(n int) Set { return ^Set(0) >> (MaxNodes - n) }

// Has reports whether s holds n.
func (s Set) Has(n Node) bool { return s>>(n-1)&1 == 1 }

// Len counts the nodes of s.
func (s Set) Len() int { return bits.OnesCount64(uint64(s)) }

// Nodes lists the nodes of s in order.
func (s Set) Nodes() iter.Seq[Node] {
	return func(yield func(Node) bool) {
		for s != 0 {
			n := Node(bits.TrailingZeros64(uint64(s)) + 1)
			s &= s - 1
			if !yield(n) {
				return
			}
		}
	}
}

// List returns the nodes of s in order.
func (s Set) List() []Node {
	list := make([]Node, 0, s.Len())
	for n := range s.Nodes() {
		list = append(list, n)
	}
	return list
}

// String returns "n1,n3".
func (s Set) String() string {
	var b strings.Builder
	for n := range s.Nodes() {
		if b.Len() > 0 {
			b.WriteByte(',')
		}
		b.WriteString(n.String())
	}
	return b.String()
}

// Link is one direction between two nodes.
type Link struct{ From, To Node }
