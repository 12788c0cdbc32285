package specs

import (
	"cmp"
	"slices"

	"simrun/history"
)

// table maps values to values. It never changes: with and without return another
// table, which shares nearly all of its memory with the first. They take time
// logarithmic in the size, as get does. The zero table is empty.
//
// It is a trie over the hash of the key (Bagwell, "Ideal Hash Trees", 2001). Its shape
// depends on its entries alone, so two tables are compared by comparing only the parts
// that they do not share.
type table struct {
	root *trie
	size int
	sum  uint64 // of the hashes of all entries
}

// A trie is an entry if it has no children.
type trie struct {
	hash       uint64 // of the key
	key, value history.Value
	next       *trie // an entry whose key has the same hash, which is rare
	child      *[width]*trie
}

const (
	width = 8
	bits  = 3
)

// hash distributes values evenly, and is the same on every machine (FNV-1a; integers and the result are mixed).
func hash(v history.Value) uint64 {
	if n, ok := v.AsInt(); ok {
		return mix(uint64(n))
	}
	var buf [64]byte
	h := uint64(14695981039346656037)
	for _, b := range v.AppendJSON(buf[:0]) {
		h = (h ^ uint64(b)) * 1099511628211
	}
	return mix(h)
}

// mix is a bijection in which each bit of x changes half of the bits (the finalizer of SplitMix64).
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// entryHash is the part of an entry in the hash of a table.
func entryHash(key uint64, v history.Value) uint64 { return mix(key + 3*hash(v)) }

// get returns the value of a key.
func (t table) get(key history.Value) (history.Value, bool) {
	h := hash(key)
	n := t.root
	for path := h; n != nil && n.child != nil; path >>= bits {
		n = n.child[path%width]
	}
	for ; n != nil; n = n.next {
		if n.hash == h && n.key == key {
			return n.value, true
		}
	}
	return history.Null, false
}

// has reports whether a key has a value.
func (t table) has(key history.Value) bool {
	_, ok := t.get(key)
	return ok
}

// with returns the table in which the key has the value v.
func (t table) with(key, v history.Value) table {
	old, had := t.get(key)
	if had && old == v {
		return t
	}
	h := hash(key)
	if had {
		t = t.without(key)
	}
	return table{t.root.put(&trie{hash: h, key: key, value: v}, 0), t.size + 1, t.sum + entryHash(h, v)}
}

// without returns the table in which the key has no value.
func (t table) without(key history.Value) table {
	v, had := t.get(key)
	if !had {
		return t
	}
	h := hash(key)
	return table{t.root.drop(h, key, 0), t.size - 1, t.sum - entryHash(h, v)}
}

// put adds an entry whose key is absent. depth is the number of bits of the hash that lead to n.
func (n *trie) put(entry *trie, depth uint) *trie {
	switch {
	case n == nil:
		return entry
	case n.child != nil:
		child := *n.child
		i := entry.hash >> depth % width
		child[i] = child[i].put(entry, depth+bits)
		return &trie{child: &child}
	case n.hash == entry.hash:
		e := *entry
		e.next = n
		return &e
	}
	child := new([width]*trie)
	child[n.hash>>depth%width] = n
	return (&trie{child: child}).put(entry, depth)
}

// drop removes an entry whose key is there.
func (n *trie) drop(h uint64, key history.Value, depth uint) *trie {
	if n.child == nil {
		if n.key == key {
			return n.next
		}
		e := *n
		e.next = n.next.drop(h, key, depth)
		return &e
	}
	child := *n.child
	i := h >> depth % width
	child[i] = child[i].drop(h, key, depth+bits)
	var only *trie
	for _, c := range child {
		if c != nil && (only != nil || c.child != nil) {
			return &trie{child: &child}
		}
		if c != nil {
			only = c
		}
	}
	return only // a lone entry is kept as high as it can be
}

// equal reports whether two tables have the same entries.
func (t table) equal(u table) bool {
	return t.size == u.size && t.sum == u.sum && t.root.equal(u.root)
}

func (n *trie) equal(m *trie) bool {
	switch {
	case n == m:
		return true
	case n == nil || m == nil || (n.child == nil) != (m.child == nil):
		return false
	case n.child == nil:
		return n.sameEntries(m)
	}
	for i := range n.child {
		if !n.child[i].equal(m.child[i]) {
			return false
		}
	}
	return true
}

// sameEntries compares entries whose keys have one hash, in any order.
func (n *trie) sameEntries(m *trie) bool {
	count := 0
	for e := n; e != nil; e = e.next {
		count++
		same := false
		for f := m; f != nil; f = f.next {
			same = same || e.hash == f.hash && e.key == f.key && e.value == f.value
		}
		if !same {
			return false
		}
	}
	for f := m; f != nil; f = f.next {
		count--
	}
	return count == 0
}

// entries returns the entries, ordered by key.
func (t table) entries() []*trie {
	all := make([]*trie, 0, t.size)
	var walk func(*trie)
	walk = func(n *trie) {
		switch {
		case n == nil:
		case n.child != nil:
			for _, c := range n.child {
				walk(c)
			}
		default:
			for ; n != nil; n = n.next {
				all = append(all, n)
			}
		}
	}
	walk(t.root)
	slices.SortFunc(all, func(a, b *trie) int { return cmp.Or(a.key.Compare(b.key), a.value.Compare(b.value)) })
	return all
}

func (t table) hash() uint64 { return mix(t.sum + uint64(t.size)) }
