package txn

// saturate finds the orders of two versions that every order of a part must have: the opposite one would close a cycle. Each is a lemma, and
// they are drawn until no more follow (the pruning of Cobra and PolySI).
func (z *puzzle) saturate(p *points) {
	for z.budget > 0 {
		p.extra, p.antis = map[int32][]choice{}, nil
		for _, l := range z.forced {
			p.choose(z.record, z.c, l)
		}
		s := p.schedule(z.record, nil)
		z.budget -= s.steps
		if !s.all() {
			z.learn(p.cycles(s))
			return
		}
		if !z.draw(p, newClosure(p, s, &z.budget)) {
			return
		}
	}
}

// draw learns the pairs of which one order is impossible, and reports whether there were any.
func (z *puzzle) draw(p *points, c *closure) bool {
	before := len(z.forced)
	z.settle(p, c, z.groupsOf(p), func(earlier, later, from, to int32, k kind) {
		z.learn([][]link{p.back(from, to, k, z.c.literal(earlier, later))})
		z.forced = append(z.forced, z.c.literal(later, earlier))
	})
	return len(z.forced) > before
}

// settle finds the pairs of versions of groups, not settled yet, of which one order closes a cycle, and tells that order and the edge that closes it.
func (z *puzzle) settle(p *points, c *closure, groups [][]int32, tell func(earlier, later, from, to int32, k kind)) {
	for _, group := range groups {
		for i, b := range group {
			for _, a := range group[:i] {
				z.budget--
				pair := [2]int32{min(a, b), max(a, b)}
				if z.settled[pair] {
					continue
				}
				for _, order := range [][2]int32{{a, b}, {b, a}} {
					if from, to, k, closes := z.closing(p, c, order[0], order[1]); closes {
						z.settled[pair] = true
						tell(order[0], order[1], from, to, k)
						break
					}
				}
			}
		}
	}
}

// groupsOf returns the writes of each group that belong to a part.
func (z *puzzle) groupsOf(p *points) [][]int32 {
	var all [][]int32
	at := map[int32]int{}
	for _, t := range p.all {
		for _, n := range z.c.writesOf[t] {
			g := z.c.group[n]
			if _, ok := at[g]; !ok {
				at[g] = len(all)
				all = append(all, nil)
			}
			all[at[g]] = append(all[at[g]], n)
		}
	}
	return all
}

// closing returns the edge of an order of two versions that closes a cycle, if there is one.
func (z *puzzle) closing(p *points, c *closure, earlier, later int32) (from, to int32, k kind, ok bool) {
	a, _ := p.nodeOf(z.writes[earlier].tx)
	b, _ := p.nodeOf(z.writes[later].tx)
	if c.reaches(p.start(b), p.commit(a)) {
		return p.commit(a), p.start(b), ww, true
	}
	for _, reader := range z.c.readers[earlier] {
		z.budget--
		if r, ok := p.nodeOf(reader); ok && r != b && c.reaches(p.commit(b), p.start(r)) {
			return p.start(r), p.commit(b), rw, true
		}
	}
	return 0, 0, 0, false
}

// back returns the cycle of an edge and a shortest way back.
func (p *points) back(from, to int32, k kind, l literal) []link {
	came := map[int32]link{}
	queue := []int32{to}
	for len(queue) > 0 {
		n := queue[0]
		queue = queue[1:]
		if n == from {
			break
		}
		p.follow(n, func(next int32, k kind, l literal) bool {
			if _, seen := came[next]; !seen && next != to {
				came[next] = link{n, next, k, l}
				queue = append(queue, next)
			}
			return true
		})
	}
	cycle := []link{{from, to, k, l}}
	for at := from; at != to; at = came[at].from {
		cycle = append(cycle, came[at])
	}
	for i, j := 1, len(cycle)-1; i < j; i, j = i+1, j-1 {
		cycle[i], cycle[j] = cycle[j], cycle[i]
	}
	return p.joined(cycle)
}

// closure knows which points lead to which.
type closure struct {
	words int
	bits  []uint64
}

func newClosure(p *points, s *scheduling, budget *int64) *closure {
	c := &closure{words: (int(p.size()) + 63) / 64}
	c.bits = make([]uint64, int(p.size())*c.words)
	for i := len(s.done) - 1; i >= 0; i-- {
		a := s.done[i]
		own := c.of(a)
		p.follow(a, func(to int32, _ kind, _ literal) bool {
			own[to/64] |= 1 << (to % 64)
			for w, b := range c.of(to) {
				own[w] |= b
			}
			*budget -= int64(c.words+63) / 64 // they are joined 64 points at a time, and many at once
			return true
		})
	}
	return c
}

func (c *closure) of(a int32) []uint64 { return c.bits[int(a)*c.words : (int(a)+1)*c.words] }

func (c *closure) reaches(a, b int32) bool { return a == b || c.of(a)[b/64]>>(b%64)&1 == 1 }
