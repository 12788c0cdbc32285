package rules

// A Choice searches for values that pending operations may have taken out of an
// object, where the conditions of a rule decide any given choice exactly.
type Choice struct {
	// Try judges the choice so far. If it fails, at least one of blockers must be
	// taken by one of takers; a choice that does neither fails in the same way.
	Try func() (ok bool, blockers, takers []int32)
	// Take notes that taker took value; None takes that back.
	Take func(value, taker int32)
	// Budget is how often Try may be called.
	Budget int

	used      map[int32]bool
	forbidden map[[2]int32]bool
}

// Tries is a budget for a history of so many operations: few choices where each
// takes long to judge.
func Tries(operations int) int { return 16 + 20_000/(operations+1) }

// Search tries choices one by one. It returns whether one was found, which then
// stands, and if not, whether every one was tried.
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

// SuffixMin holds a value at each position and answers what is the least at or
// beyond a position, in logarithmic time (a Fenwick tree read backwards).
type SuffixMin []int32

// NewSuffixMin returns positions that all hold Never.
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

// From returns the least value at or beyond position p.
func (s SuffixMin) From(p int32) int32 {
	least := Never
	for i := int32(len(s)) - 1 - p; i > 0; i -= i & -i {
		least = min(least, s[i])
	}
	return least
}
