package txn

import "simrun/history"

// choices are the orders of versions that nothing forces: of each key with two writes or more without a place.
type choices struct {
	record   *record
	groups   [][]int32         // writes of one key
	group    map[int32]int32   // by write
	writesOf [][]int32         // by transaction: its writes that are in a group
	readsOf  [][]int32         // by transaction: the writes in groups that it reads
	readers  map[int32][]int32 // by write: who reads it, its own transaction apart

	pairs    [][2]int32 // by variable: two writes; the first before the second if it is true
	variable map[[2]int32]literal
	guesses  [][2]int32 // orders that are tried, as literals from firstGuess on
}

// firstGuess is the literal of the first guess: one that is not worth a variable until it is part of a cycle.
const firstGuess literal = 1 << 30

func newChoices(h *record) *choices {
	c := &choices{record: h, group: map[int32]int32{}, readers: map[int32][]int32{}, pairs: make([][2]int32, 1), variable: map[[2]int32]literal{},
		writesOf: make([][]int32, len(h.txs)), readsOf: make([][]int32, len(h.txs))}
	for _, open := range h.open() {
		if len(open) < 2 {
			continue
		}
		for _, n := range open {
			c.group[n] = int32(len(c.groups))
			t := h.writes[n].tx
			c.writesOf[t] = append(c.writesOf[t], n)
		}
		c.groups = append(c.groups, open)
	}
	for t := range h.txs {
		if h.txs[t].outcome == history.OK {
			h.external(int32(t), func(_ int, _, version int32) { c.read(int32(t), version) })
		}
	}
	return c
}

func (c *choices) read(t, version int32) {
	if version < 0 || c.record.writes[version].tx == t {
		return
	}
	if _, ok := c.group[version]; !ok {
		return
	}
	if all := c.readers[version]; len(all) == 0 || all[len(all)-1] != t {
		c.readers[version] = append(all, t)
		c.readsOf[t] = append(c.readsOf[t], version)
	}
}

// writes returns the earlier and the later write of a choice.
func (c *choices) writes(l literal) (earlier, later int32) {
	switch {
	case l >= firstGuess:
		g := c.guesses[l-firstGuess]
		return g[0], g[1]
	case l < 0:
		return c.pairs[-l][1], c.pairs[-l][0]
	}
	return c.pairs[l][0], c.pairs[l][1]
}

// settle returns the literal with a variable for one that may be a guess.
func (c *choices) settle(l literal) literal {
	if l < firstGuess {
		return l
	}
	pair := c.guesses[l-firstGuess]
	return c.literal(pair[0], pair[1])
}

// literal returns the choice of an order of two writes.
func (c *choices) literal(earlier, later int32) literal {
	pair := [2]int32{earlier, later}
	if v, ok := c.variable[pair]; ok {
		return v
	}
	if v, ok := c.variable[[2]int32{later, earlier}]; ok {
		return -v
	}
	v := literal(len(c.pairs))
	c.pairs = append(c.pairs, pair)
	c.variable[pair] = v
	return v
}
