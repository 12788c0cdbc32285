package stack

import "simrun/check/rules"

// coverage counts how many intervals cover each slot, and finds slots that no interval
// covers. It is a segment tree: a node holds the least count below it, relative to the
// nodes above.
type coverage struct {
	least []int32
	size  int32 // number of leaves, a power of two
}

func newCoverage(counts []int32) coverage {
	size := int32(1)
	for int(size) < len(counts) {
		size *= 2
	}
	c := coverage{least: make([]int32, 2*size), size: size}
	copy(c.least[size:], counts)
	for i := size - 1; i > 0; i-- {
		c.lift(i)
	}
	return c
}

// lift makes the counts of the children of i relative to i.
func (c coverage) lift(i int32) {
	left, right := &c.least[2*i], &c.least[2*i+1]
	m := min(*left, *right)
	c.least[i] += m
	*left -= m
	*right -= m
}

// remove removes an interval that covers the slots in [a, b).
func (c coverage) remove(a, b int32) {
	l, r := a+c.size, b+c.size-1
	c.least[l]--
	if l != r {
		c.least[r]--
	}
	for ; l/2 != r/2; l, r = l/2, r/2 {
		if l%2 == 0 {
			c.least[l+1]--
		}
		if r%2 == 1 {
			c.least[r-1]--
		}
		c.lift(l / 2)
		c.lift(r / 2)
	}
	for l /= 2; l > 0; l /= 2 {
		c.lift(l)
	}
}

// free returns the first slot at or after a that no interval covers. There must be one.
func (c coverage) free(a int32) int32 {
	i := a + c.size
	// The count of a slot is the sum from its leaf to the root.
	var above int32
	for j := i / 2; j > 0; j /= 2 {
		above += c.least[j]
	}
	for above+c.least[i] != 0 { // nothing free below i: continue to the right
		for i%2 == 1 {
			i /= 2
			above -= c.least[i]
		}
		i++
	}
	for i < c.size {
		above += c.least[i]
		i *= 2
		if above+c.least[i] != 0 {
			i++
		}
	}
	return i - c.size
}

// least is a tournament tree: it holds a key for each place and finds the place with
// the least key in a range.
type least struct {
	keys   []int32
	winner []int32 // the tree, as a heap of places; None for places without a key
	size   int32
}

func newLeast(keys []int32) least {
	size := int32(1)
	for int(size) < len(keys) {
		size *= 2
	}
	t := least{keys: keys, winner: make([]int32, 2*size), size: size}
	for i := range size {
		t.winner[size+i] = rules.None
		if int(i) < len(keys) {
			t.winner[size+i] = i
		}
	}
	for i := size - 1; i > 0; i-- {
		t.winner[i] = t.better(t.winner[2*i], t.winner[2*i+1])
	}
	return t
}

func (t least) better(a, b int32) int32 {
	if a == rules.None || b != rules.None && t.keys[b] < t.keys[a] {
		return b
	}
	return a
}

// set sets the key of place i.
func (t least) set(i, key int32) {
	t.keys[i] = key
	for j := (i + t.size) / 2; j > 0; j /= 2 {
		t.winner[j] = t.better(t.winner[2*j], t.winner[2*j+1])
	}
}

// in returns the place with the least key in [a, b), or None.
func (t least) in(a, b int32) int32 {
	best := rules.None
	for l, r := a+t.size, b+t.size; l < r; l, r = l/2, r/2 {
		if l%2 == 1 {
			best = t.better(best, t.winner[l])
			l++
		}
		if r%2 == 1 {
			r--
			best = t.better(best, t.winner[r])
		}
	}
	return best
}
