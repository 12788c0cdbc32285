package txn

import (
	"maps"
	"slices"

	"simrun/check"
)

// A link is an edge of a cycle, between transactions.
type link struct {
	from, to int32
	kind     kind
	choice   literal // none: certain
}

// A puzzle is the question whether the open versions of a history can be ordered so that a level holds. It is answered by trying: an order
// leads to no cycle, or to some; each cycle forbids the choices that are part of it (a lemma), and the next order keeps to all lemmas
// (the polygraph of Papadimitriou 1979 and of Cobra and PolySI, with lemmas in place of all constraints at once).
type puzzle struct {
	*record
	p      *points
	whole  *points
	c      *choices
	skew   func(p *points, s *scheduling, budget *int64) [][]link // cycles that the order of points does not show; nil: there are none
	budget int64

	facts   []fact // in order of their rounds
	lemmas  [][]link
	members map[int32]bool // the transactions of the lemmas
	pruned  bool           // facts were looked for
	known   int            // how many of them are in inner
	inner   *points
	forced  []literal         // that follow from lemmas alone
	settled map[[2]int32]bool // pairs of writes whose order is forced
}

// solve returns valid with a schedule, a violation with the lemmas that no order satisfies, or unknown. Most histories need few lemmas or
// none; where they need more, the transactions of the lemmas are a history of their own, in which the next are found sooner.
func (z *puzzle) solve() (check.Outcome, *scheduling) {
	z.whole = z.p
	whole := z.whole
	for z.budget > 0 {
		values, o := z.values()
		if o != check.Valid {
			return o, nil
		}
		z.p = whole
		found, s := z.try(values)
		if len(found) == 0 && z.skew != nil && z.budget <= 0 {
			return check.Unknown, nil // not all cycles were looked for
		}
		if len(found) == 0 {
			return check.Valid, s
		}
		if !z.pruned {
			z.pruned = true
			z.prune(whole)
			continue
		}
		for len(found) > 0 && z.budget > 0 {
			z.learn(found)
			z.p = z.part(whole)
			z.saturate(z.p)
			if values, o = z.values(); o != check.Valid {
				return o, nil
			}
			found, _ = z.try(values)
		}
	}
	return check.Unknown, nil
}

// values returns choices that keep to all lemmas; a violation if there are none.
func (z *puzzle) values() ([]bool, check.Outcome) {
	var clauses [][]literal
	for _, f := range z.facts {
		clauses = append(clauses, []literal{f.literal})
	}
	for _, l := range z.lemmas {
		clauses = append(clauses, clause(l))
	}
	values, decided := satisfy(len(z.c.pairs)-1, clauses, &z.budget)
	switch {
	case !decided:
		return nil, check.Unknown
	case values == nil:
		z.justify(z.whole)
		z.needed()
		return nil, check.Violation
	}
	return values, check.Valid
}

// learn takes cycles as lemmas.
func (z *puzzle) learn(found [][]link) {
	for _, cycle := range found {
		for i := range cycle {
			cycle[i].choice = z.c.settle(cycle[i].choice)
			z.members[cycle[i].from] = true
		}
		z.lemmas = append(z.lemmas, cycle)
	}
}

// part returns the points of the transactions that are in a lemma.
func (z *puzzle) part(whole *points) *points {
	if z.known != len(z.members) {
		z.known = len(z.members)
		z.inner = whole.part(z.record, slices.Sorted(maps.Keys(z.members)))
	}
	return z.inner
}

// clause says that not all choices of a cycle are made.
func clause(cycle []link) []literal {
	var all []literal
	for _, l := range cycle {
		if l.choice != none && !slices.Contains(all, -l.choice) {
			all = append(all, -l.choice)
		}
	}
	return all
}

// try makes the choices, and returns the cycles that they lead to; none, and a schedule.
func (z *puzzle) try(values []bool) ([][]link, *scheduling) {
	z.p.extra, z.p.antis = map[int32][]choice{}, nil
	for v := 1; v < len(values); v++ {
		l := literal(v)
		if !values[v] {
			l = -l
		}
		z.p.choose(z.record, z.c, l)
	}
	s := z.p.schedule(z.record, z.c)
	z.budget -= s.steps
	if !s.all() {
		return z.p.cycles(s), nil
	}
	if !s.forced && z.skew == nil {
		return nil, s
	}
	z.c.guesses = z.c.guesses[:0]
	for _, order := range s.orders {
		for i := 1; i < len(order); i++ {
			z.c.guesses = append(z.c.guesses, [2]int32{order[i-1], order[i]})
			z.p.choose(z.record, z.c, firstGuess+literal(len(z.c.guesses)-1))
		}
	}
	s = z.p.schedule(z.record, nil)
	z.budget -= s.steps
	if !s.all() {
		return z.p.cycles(s), nil
	}
	if z.skew != nil {
		return z.skew(z.p, s, &z.budget), s
	}
	return nil, s
}

// needed drops the lemmas without which no order is left either, as far as the budget goes.
func (z *puzzle) needed() {
	budget := int64(1_000_000)
	for i := 0; i < len(z.lemmas) && budget > 0; {
		var clauses [][]literal
		for j, l := range z.lemmas {
			if j != i {
				clauses = append(clauses, clause(l))
			}
		}
		if values, decided := satisfy(len(z.c.pairs)-1, clauses, &budget); decided && values == nil {
			z.lemmas = slices.Delete(z.lemmas, i, i+1)
			continue
		}
		i++
	}
}

// manyCycles is how many cycles one try returns at most.
const manyCycles = 64

// cycles returns cycles among the points that could not happen, which have no transaction in common.
func (p *points) cycles(s *scheduling) [][]link {
	const white, grey, black = 0, 1, 2
	colour := make([]uint8, p.size())
	var found [][]link
	type frame struct {
		at   int32
		next int
	}
	for root := range p.size() {
		if s.happened[root] || colour[root] != white {
			continue
		}
		colour[root] = grey
		path := []frame{{root, 0}}
		for len(path) > 0 && len(found) < manyCycles {
			f := &path[len(path)-1]
			to, ok := p.at(f.at, f.next)
			f.next++
			switch {
			case !ok:
				colour[f.at] = black
				path = path[:len(path)-1]
			case s.happened[to] || colour[to] == black:
			case colour[to] == white:
				colour[to] = grey
				path = append(path, frame{to, 0})
			default: // a cycle: what is on it is done with
				found = append(found, p.shortest(s, to))
				from := slices.IndexFunc(path, func(f frame) bool { return f.at == to })
				for _, f := range path[from:] {
					colour[f.at] = black
				}
				path = path[:from]
			}
		}
	}
	return found
}

// at returns the i-th target of a point.
func (p *points) at(a int32, i int) (to int32, ok bool) {
	own := p.out[p.first[a]:p.first[a+1]]
	if i < len(own) {
		return own[i].to(), true
	}
	if extra := p.extra[a]; i-len(own) < len(extra) {
		return extra[i-len(own)].to(), true
	}
	return 0, false
}

// shortest returns a shortest cycle through a point that is on one.
func (p *points) shortest(s *scheduling, origin int32) []link {
	type step struct {
		from int32
		kind kind
		l    literal
	}
	came := map[int32]step{}
	queue := []int32{origin}
	for len(queue) > 0 {
		a := queue[0]
		queue = queue[1:]
		found := false
		p.follow(a, func(to int32, k kind, l literal) bool {
			if _, seen := came[to]; seen || s.happened[to] {
				return true
			}
			came[to] = step{a, k, l}
			queue = append(queue, to)
			found = to == origin
			return !found
		})
		if found {
			break
		}
	}
	var back []link
	for b := origin; ; {
		c := came[b]
		back = append(back, link{c.from, b, c.kind, c.l})
		if b = c.from; b == origin {
			break
		}
	}
	slices.Reverse(back)
	return p.joined(back)
}

// joined puts the edges of points together to those of transactions.
func (p *points) joined(path []link) []link {
	within := func(point int32) bool { _, ok := p.tx(point); return ok }
	first := slices.IndexFunc(path, func(l link) bool { return within(l.from) })
	path = append(slices.Clone(path[first:]), path[:first]...)
	var links []link
	for i := 0; i < len(path); i++ {
		from, _ := p.tx(path[i].from)
		kind, choice := path[i].kind, path[i].choice
		for !within(path[i].to) {
			i++
		}
		if to, _ := p.tx(path[i].to); from != to {
			links = append(links, link{from, to, kind, choice})
		}
	}
	return links
}
