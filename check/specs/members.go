package specs

import (
	"slices"
	"strings"

	"simrun/history"
)

// members is a set of values that shares parts with other sets, so that adding and
// removing take time logarithmic in its size: a tree in which the hash of a value
// gives the path to it. nil is empty.
type members struct {
	value history.Value
	in    bool // false: the value was removed
	child [8]*members
}

// hash distributes values evenly, and is the same on every machine (FNV-1a, mixed).
func hash(v history.Value) uint64 {
	if n, ok := v.AsInt(); ok {
		h := uint64(n) * 0x9e3779b97f4a7c15
		return h ^ h>>32
	}
	var buf [64]byte
	h := uint64(14695981039346656037)
	for _, b := range v.AppendJSON(buf[:0]) {
		h = (h ^ uint64(b)) * 1099511628211
	}
	return h ^ h>>32
}

func (m *members) has(v history.Value) bool {
	for h := hash(v); m != nil; h >>= 3 {
		if m.value == v {
			return m.in
		}
		m = m.child[h&7]
	}
	return false
}

// with returns the set with v, or without v if in is false.
func (m *members) with(v history.Value, in bool) *members { return m.put(v, hash(v), in) }

func (m *members) put(v history.Value, h uint64, in bool) *members {
	if m == nil {
		return &members{value: v, in: in}
	}
	n := *m
	if m.value == v {
		n.in = in
	} else {
		n.child[h&7] = m.child[h&7].put(v, h>>3, in)
	}
	return &n
}

// texts returns the canonical texts of the members, sorted.
func (m *members) texts() []string {
	var texts []string
	var walk func(*members)
	walk = func(m *members) {
		if m == nil {
			return
		}
		if m.in {
			texts = append(texts, m.value.String())
		}
		for _, c := range m.child {
			walk(c)
		}
	}
	walk(m)
	slices.Sort(texts)
	return texts
}

func (m *members) text() string { return "{" + strings.Join(m.texts(), ", ") + "}" }
