package rules

// A Choice searches for values that pending operations may have taken out of an
// object, if the conditions of a rule decide any given choice exactly.
type Choice struct {
	// Try decides the choice so far. If it fails, at least one of takers must take at
	// least one of blockers; every choice without that fails in the same way.
	Try func() (ok bool, blockers, takers []int32)
	// Take records that taker took value; None undoes that.
	Take func(value, taker int32)
	// Budget is how often Try may be called.
	Budget int

	used      map[int32]bool
	forbidden map[[2]int32]bool
}

// Tries returns a budget for a history of so many operations: the longer a choice
// takes to decide, the fewer are tried.
func Tries(operations int) int { return 16 + 20_000/(operations+1) }

// Search tries choices one by one. It reports whether it found one, which it then
// leaves in place, and if not, whether it tried all of them.
func (c *Choice) Search() (found, complete bool) {
	if c.Budget == 0 {
		return false, false
	}
	if c.used == nil {
		c.used, c.forbidden = map[int32]bool{}, map[[2]int32]bool{}
	}
	c.Budget--
	ok, blockers, takers := c.Try()
	if ok {
		return true, true
	}
	var tried [][2]int32
	defer func() {
		for _, pair := range tried {
			delete(c.forbidden, pair)
		}
	}()
	for _, value := range blockers {
		for _, taker := range takers {
			pair := [2]int32{value, taker}
			if c.used[taker] || c.forbidden[pair] {
				continue
			}
			c.used[taker] = true
			c.Take(value, taker)
			if found, complete := c.Search(); found || !complete {
				return found, complete
			}
			c.Take(value, None)
			c.used[taker] = false
			c.forbidden[pair] = true
			tried = append(tried, pair)
		}
	}
	return false, true
}

// SuffixMin holds a value at each position, and finds the least value at or after a
// position in logarithmic time (a Fenwick tree read backwards).
type SuffixMin []int32

// NewSuffixMin returns a SuffixMin that holds Never at every position.
func NewSuffixMin(positions int) SuffixMin {
	s := make(SuffixMin, positions+1)
	for i := range s {
		s[i] = Never
	}
	return s
}

// Lower lowers the value at position p to v, if it is greater.
func (s SuffixMin) Lower(p, v int32) {
	for i := int32(len(s)) - 1 - p; i < int32(len(s)); i += i & -i {
		s[i] = min(s[i], v)
	}
}

// From returns the least value at or after position p.
func (s SuffixMin) From(p int32) int32 {
	least := Never
	for i := int32(len(s)) - 1 - p; i > 0; i -= i & -i {
		least = min(least, s[i])
	}
	return least
}
