package check

// configs is a set of configurations: which operations of the window have taken
// effect, which open ones have (a bag), and the state that this led to.
//
// A configuration is a row of words: a bit for each slot of the window, and at the
// end the state and the bag. If two differ only in the bag, and one bag is within the
// other, the one with the smaller bag can do whatever the other can, which is dropped.
type configs struct {
	stride int      // words in a row
	words  []uint64 // the rows
	path   []int32  // of each row: how it was reached
	chain  []int32  // of each row: the next in the table that differs in the bag only, or -1
	dead   []bool   // of each row: a smaller bag took its place
	slots  []uint64 // hash table: round in the upper half, row in the lower
	round  uint64   // number of this filling; entries of the table with another round are free
	heads  int      // used entries of this round
}

func newConfigs(stride int) *configs { return &configs{stride: stride, round: 1} }

func (c *configs) len() int               { return len(c.path) }
func (c *configs) row(i int32) []uint64   { return c.words[int(i)*c.stride : (int(i)+1)*c.stride] }
func (c *configs) last(i int32) uint64    { return c.words[(int(i)+1)*c.stride-1] }
func (c *configs) state(i int32) int32    { return int32(c.last(i) >> 32) }
func (c *configs) bag(i int32) int32      { return int32(c.last(i)) }
func (c *configs) has(i, slot int32) bool { return hasBit(c.row(i), slot) }

func hasBit(row []uint64, slot int32) bool { return row[slot>>6]>>(uint(slot)&63)&1 != 0 }
func setBit(row []uint64, slot int32)      { row[slot>>6] |= 1 << (uint(slot) & 63) }
func clearBit(row []uint64, slot int32)    { row[slot>>6] &^= 1 << (uint(slot) & 63) }

func stateAndBag(state, bag int32) uint64 { return uint64(uint32(state))<<32 | uint64(uint32(bag)) }

// reset empties the set.
func (c *configs) reset(stride int) {
	c.stride = stride
	c.words, c.path, c.chain, c.dead = c.words[:0], c.path[:0], c.chain[:0], c.dead[:0]
	c.round++
	c.heads = 0
}

// push adds a row without checking whether the set has it already.
func (c *configs) push(row []uint64, path int32) int32 {
	c.words = append(c.words, row...)
	c.path = append(c.path, path)
	c.chain = append(c.chain, -1)
	c.dead = append(c.dead, false)
	return int32(len(c.path) - 1)
}

// add adds a row unless the set has one that can do as much. It returns the number
// of the row, or -1.
func (c *configs) add(row []uint64, path int32, b *bags) int32 {
	if 2*(c.heads+1) > len(c.slots) {
		c.grow()
	}
	entry := c.find(row)
	if *entry>>32 != c.round {
		i := c.push(row, path)
		*entry = c.round<<32 | uint64(uint32(i))
		c.heads++
		return i
	}
	bag := int32(row[c.stride-1])
	tail := int32(-1)
	for i := int32(uint32(*entry)); i >= 0; i = c.chain[i] {
		tail = i
		if c.dead[i] {
			continue
		}
		if b.within(c.bag(i), bag) {
			return -1
		}
		if b.within(bag, c.bag(i)) {
			c.dead[i] = true
		}
	}
	i := c.push(row, path)
	c.chain[tail] = i
	return i
}

// find returns the entry of the rows with the slots and state of row, or the
// free entry where it belongs.
func (c *configs) find(row []uint64) *uint64 {
	mask := uint64(len(c.slots) - 1)
	for h := hashRow(row) & mask; ; h = (h + 1) & mask {
		entry := &c.slots[h]
		if *entry>>32 != c.round || c.alike(row, int32(uint32(*entry))) {
			return entry
		}
	}
}

// alike reports whether row and row i have the same slots and state.
func (c *configs) alike(row []uint64, i int32) bool {
	other := c.row(i)
	end := c.stride - 1
	for k := range end {
		if row[k] != other[k] {
			return false
		}
	}
	return row[end]>>32 == other[end]>>32
}

func hashRow(row []uint64) uint64 {
	end := len(row) - 1
	h := row[end] >> 32
	for _, w := range row[:end] {
		h = (h ^ w) * 0x9e3779b97f4a7c15
		h ^= h >> 29
	}
	h *= 0xbf58476d1ce4e5b9
	return h ^ h>>32
}

func (c *configs) grow() {
	old := c.slots
	c.slots = make([]uint64, max(64, 2*len(old)))
	for _, entry := range old {
		if entry>>32 == c.round {
			*c.find(c.row(int32(uint32(entry)))) = entry
		}
	}
}
