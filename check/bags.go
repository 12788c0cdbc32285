package check

import "slices"

// bags numbers the multisets of open operations that have taken effect.
//
// Open operations of one class are interchangeable: it only matters how many of them
// took effect. They take effect in order of call. Bag 0 is empty.
type bags struct {
	groups  []openGroup
	groupOf map[int32]int32 // by class
	counts  [][]uint16      // per bag: how many of each group; groups beyond its length have none
	size    []int32         // per bag: how many in total
	number  map[string]int32
	added   transitions // (bag, group) to the bag with one more
}

// openGroup are the open operations of a class, in order of call.
type openGroup struct {
	class int32
	ops   []int32
}

func newBags() *bags {
	return &bags{
		groupOf: make(map[int32]int32),
		counts:  [][]uint16{nil}, size: []int32{0},
		number: map[string]int32{"": 0},
	}
}

// maxOpen is how many open operations of one class a search can use: more cannot be
// counted, and no search gets that far.
const maxOpen = 1<<16 - 1

// open adds an operation that may take effect at any time from now on.
func (b *bags) open(op, class int32) {
	g, ok := b.groupOf[class]
	if !ok {
		g = int32(len(b.groups))
		b.groupOf[class] = g
		b.groups = append(b.groups, openGroup{class: class})
	}
	b.groups[g].ops = append(b.groups[g].ops, op)
}

// next returns the operation of a group that takes effect next after those in the
// bag. It reports false if all have taken effect.
func (b *bags) next(bag, group int32) (op int32, ok bool) {
	used := 0
	if c := b.counts[bag]; int(group) < len(c) {
		used = int(c[group])
	}
	ops := b.groups[group].ops
	if used >= len(ops) || used == maxOpen {
		return 0, false
	}
	return ops[used], true
}

// plus returns the bag with one more operation of a group.
func (b *bags) plus(bag, group int32) int32 {
	if n, ok := b.added.get(bag, group); ok {
		return n
	}
	counts := slices.Clone(b.counts[bag])
	for len(counts) <= int(group) {
		counts = append(counts, 0)
	}
	counts[group]++
	key := make([]byte, 0, 2*len(counts))
	for _, c := range counts {
		key = append(key, byte(c), byte(c>>8))
	}
	n, ok := b.number[string(key)]
	if !ok {
		n = int32(len(b.counts))
		b.number[string(key)] = n
		b.counts = append(b.counts, counts)
		b.size = append(b.size, b.size[bag]+1)
	}
	b.added.put(bag, group, n)
	return n
}

// within reports whether every operation in bag x is in bag y.
func (b *bags) within(x, y int32) bool {
	if x == y || x == 0 {
		return true
	}
	if b.size[x] >= b.size[y] {
		return false
	}
	cx, cy := b.counts[x], b.counts[y]
	if len(cx) > len(cy) {
		return false // no bag ends in a zero
	}
	for g, n := range cx {
		if n > cy[g] {
			return false
		}
	}
	return true
}
