// Package lattice has the values that replicas can merge in any order, as often as they like, and become equal: join semilattices, also known as state-based
// CRDTs (Shapiro, Preguiça, Baquero and Zawirski, "A comprehensive study of Convergent and Commutative Replicated Data Types", INRIA 7506, 2011).
//
// Merge is commutative, associative and idempotent, and each update makes a value that merges with the one before it into itself. No function changes a value
// that it gets; the zero values are the least. encoding/json writes equal values as equal texts.
package lattice

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
)

// Set is a set that only grows, in ascending order (INRIA 7506 §3.3.1).
type Set []int64

// With is the set with an element more.
func (s Set) With(v int64) Set { return insert(s, v, cmp.Compare[int64]) }

// Merge is the union.
func (s Set) Merge(t Set) Set { return union(s, t, cmp.Compare[int64]) }

// Counter is a counter that only grows: how much each node has added (INRIA 7506 §3.1.2). Only the node itself may add to its part, and never
// to a part from which it has forgotten something that it told others.
type Counter map[int]int64

// Plus is the counter to which a node has added n.
func (c Counter) Plus(node int, n int64) Counter {
	d := maps.Clone(c)
	if d == nil {
		d = Counter{}
	}
	d[node] += n
	return d
}

// Merge takes the larger part of each node.
func (c Counter) Merge(d Counter) Counter {
	return mergeMaps(c, d, func(a, b int64) int64 { return max(a, b) })
}

// Sum is the value of the counter.
func (c Counter) Sum() (n int64) {
	for _, part := range c {
		n += part
	}
	return n
}

// ORSet is a set with removals, in which an addition wins against a removal at the same time (INRIA 7506 §3.3.5). Each addition has a tag that no other
// has; to remove an element is to remove all its tags that are known.
type ORSet struct {
	Added   []Tag // that were not removed, in ascending order
	Removed []Tag // that were, in ascending order
}

// Tag names an addition.
type Tag struct {
	Value int64
	Node  int
	N     uint64 // of the additions of the node
}

func (t Tag) compare(u Tag) int {
	return cmp.Or(cmp.Compare(t.Value, u.Value), cmp.Compare(t.Node, u.Node), cmp.Compare(t.N, u.N))
}

// With is the set with an addition more.
func (s ORSet) With(t Tag) ORSet { return s.Merge(ORSet{Added: []Tag{t}}) }

// Without is the set without an element, unless another replica adds it with a tag that is not known here.
func (s ORSet) Without(v int64) ORSet {
	var tags []Tag
	for _, t := range s.Added {
		if t.Value == v {
			tags = append(tags, t)
		}
	}
	return s.Merge(ORSet{Removed: tags})
}

// Merge has what was removed in either, and what was added in either and removed in none.
func (s ORSet) Merge(t ORSet) ORSet {
	removed := union(s.Removed, t.Removed, Tag.compare)
	added := slices.DeleteFunc(union(s.Added, t.Added, Tag.compare), func(t Tag) bool {
		_, gone := slices.BinarySearchFunc(removed, t, Tag.compare)
		return gone
	})
	return ORSet{added, removed}
}

// Values are the elements, in ascending order.
func (s ORSet) Values() (values Set) {
	for _, t := range s.Added {
		if len(values) == 0 || values[len(values)-1] != t.Value {
			values = append(values, t.Value)
		}
	}
	return values
}

// Map is a map in which the last writer of a key wins (INRIA 7506 §3.2.1).
type Map map[string]Entry

// Entry is a value with its timestamp.
type Entry struct {
	Stamp Stamp
	Value int64
}

// Stamp orders the writes to a key. No two writes have the same: a node gives each a time of its own.
type Stamp struct {
	Time int64
	Node int // decides between equal times
}

// String writes a timestamp as its time and its node: 5.n2.
func (s Stamp) String() string { return fmt.Sprintf("%d.n%d", s.Time, s.Node) }

// Compare is negative if s is less than t.
func (s Stamp) Compare(t Stamp) int {
	return cmp.Or(cmp.Compare(s.Time, t.Time), cmp.Compare(s.Node, t.Node))
}

// With is the map with an entry, unless there is a later one of the key.
func (m Map) With(key string, e Entry) Map { return m.Merge(Map{key: e}) }

// Merge takes the later entry of each key.
func (m Map) Merge(n Map) Map {
	return mergeMaps(m, n, func(a, b Entry) Entry {
		if a.Stamp.Compare(b.Stamp) < 0 {
			return b
		}
		return a
	})
}

// mergeMaps has the keys of both maps; of those that both have, later makes one value.
func mergeMaps[M ~map[K]V, K comparable, V any](a, b M, later func(V, V) V) M {
	c := make(M, len(a)+len(b))
	maps.Copy(c, a)
	for k, v := range b {
		if other, both := a[k]; both {
			v = later(other, v)
		}
		c[k] = v
	}
	return c
}

// insert is an ascending list with an element, which it may have.
func insert[T any](list []T, v T, compare func(T, T) int) []T {
	i, found := slices.BinarySearchFunc(list, v, compare)
	if found {
		return list
	}
	return slices.Concat(list[:i], []T{v}, list[i:])
}

// union is the ascending list of what is in either of two.
func union[T any](a, b []T, compare func(T, T) int) []T {
	c := make([]T, 0, max(len(a), len(b)))
	for len(a) > 0 && len(b) > 0 {
		order := compare(a[0], b[0])
		if order <= 0 {
			c = append(c, a[0])
			a = a[1:]
		} else {
			c = append(c, b[0])
		}
		if order >= 0 {
			b = b[1:]
		}
	}
	return append(append(c, a...), b...)
}
