package merkle

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// compared descends from one tree to another, and counts the hashes that travel.
func compared(one, other *Tree) (leaves []Node, hashes, rounds int) {
	leaves, _ = one.Descend(func(claims []Claim) ([]Node, bool) {
		hashes += len(claims)
		rounds++
		return other.Differ(claims), true
	})
	return leaves, hashes, rounds
}

// differing is the dumb twin: it looks at every key of both.
func differing(depth int, one, other map[string]Hash) []Node {
	var leaves []Node
	for key := range maps.Keys(one) {
		if h, held := other[key]; !held || h != one[key] {
			leaves = append(leaves, LeafOf(depth, key))
		}
	}
	for key := range maps.Keys(other) {
		if _, held := one[key]; !held {
			leaves = append(leaves, LeafOf(depth, key))
		}
	}
	slices.Sort(leaves)
	return slices.Compact(leaves)
}

// The descent finds exactly the leaves in which a comparison of all keys finds a difference, from either side.
func TestDescendFindsWhatDiffers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		depth := rapid.IntRange(0, 8).Draw(t, "depth")
		held := rapid.MapOf(rapid.StringMatching(`[a-f]{0,2}`), rapid.Map(rapid.IntRange(0, 3), func(i int) Hash { return Hash(i) }))
		one, other := held.Draw(t, "one"), held.Draw(t, "other")
		want := differing(depth, one, other)
		for _, pair := range [][2]map[string]Hash{{one, other}, {other, one}} {
			got, _, _ := compared(Of(depth, pair[0]), Of(depth, pair[1]))
			if slices.Sort(got); !slices.Equal(got, want) {
				t.Fatalf("%v and %v: leaves %v, want %v", pair[0], pair[1], got, want)
			}
		}
	})
}

// Where nothing differs one hash travels, whatever the number of keys; where one key does, one and two for each level below the root.
func TestOneDifferenceCostsLogarithmically(t *testing.T) {
	for depth := range 13 {
		one := map[string]Hash{}
		for i := range 5000 {
			one[fmt.Sprint("k", i)] = Sum(fmt.Append(nil, i))
		}
		other := maps.Clone(one)
		if _, hashes, rounds := compared(Of(depth, one), Of(depth, other)); hashes != 1 || rounds != 1 {
			t.Errorf("depth %d: equal replicas exchange %d hashes in %d rounds", depth, hashes, rounds)
		}
		other["k77"]++
		leaves, hashes, rounds := compared(Of(depth, one), Of(depth, other))
		if hashes != 1+2*depth || rounds != 1+depth || !slices.Equal(leaves, []Node{LeafOf(depth, "k77")}) {
			t.Errorf("depth %d: one difference: %d hashes, %d rounds, leaves %v", depth, hashes, rounds, leaves)
		}
	}
}

// Keys are spread over the leaves, so that a few do not end in one.
func TestKeysAreSpread(t *testing.T) {
	const depth = 4
	seen := map[Node]int{}
	for i := range 1600 {
		n := LeafOf(depth, fmt.Sprint("k", i))
		if n < 16 || n > 31 {
			t.Fatalf("leaf %d in a tree of 16", n)
		}
		seen[n]++
	}
	for n := Node(16); n < 32; n++ {
		if seen[n] < 60 || seen[n] > 140 {
			t.Errorf("leaf %d has %d of 1,600 keys", n, seen[n])
		}
	}
}

// What another says is not believed: nodes that there are not, or that were not asked for, change nothing.
func TestNonsenseIsPassedOver(t *testing.T) {
	tree := Of(2, map[string]Hash{"a": 1})
	if got := tree.Differ([]Claim{{0, 1}, {8, 1}, {1 << 31, 1}}); got != nil {
		t.Errorf("nodes %v differ that there are not", got)
	}
	rounds := 0
	leaves, ok := tree.Descend(func([]Claim) ([]Node, bool) { rounds++; return []Node{0, 2, 99, 4}, true })
	if len(leaves) > 0 || !ok || rounds != 1 {
		t.Errorf("%d rounds, leaves %v, %v", rounds, leaves, ok)
	}
	if _, ok := tree.Descend(func([]Claim) ([]Node, bool) { return nil, false }); ok {
		t.Error("a descent without an answer knows something")
	}
}
