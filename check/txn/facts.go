package txn

import "slices"

// A fact is an order of two versions that every order of all transactions must have, since the opposite one would close a cycle with the facts of
// the rounds before. Unlike a lemma it is not told until a proof needs it: a history of thousands of transactions has many.
type fact struct {
	literal  literal // that is true
	round    int
	from, to int32 // points that the opposite order joins, by kind
	kind     kind
}

// maxPruned is how many points facts are looked for among. What leads to what takes a bit for each two of them: 50 MB.
const maxPruned = 20_000

// prune finds facts among all transactions until no more follow (the pruning of Cobra and of PolySI). If they contradict each other, it learns the
// cycle that they close.
func (z *puzzle) prune(p *points) {
	if p.size() > maxPruned {
		return
	}
	for round := 0; z.budget > 0; round++ {
		z.assume(p, round)
		s := p.schedule(z.record, nil)
		z.budget -= s.steps
		if !s.all() {
			z.learn(p.cycles(s)[:1])
			return
		}
		if z.skew != nil {
			if found := z.skew(p, s, &z.budget); len(found) > 0 {
				z.learn(found[:1])
				return
			}
		}
		if !z.find(newClosure(p, s, &z.budget), p, round) {
			return
		}
	}
}

// assume adds the edges of the facts of all rounds before one.
func (z *puzzle) assume(p *points, round int) {
	p.extra, p.antis = map[int32][]choice{}, nil
	for _, f := range z.facts {
		if f.round >= round {
			return
		}
		p.choose(z.record, z.c, f.literal)
	}
}

// find notes facts, and reports whether there were any new ones that matter.
func (z *puzzle) find(c *closure, p *points, round int) bool {
	before := len(z.facts)
	z.settle(p, c, z.c.groups, func(earlier, later, from, to int32, k kind) {
		if !z.implied(p, c, later, earlier) {
			z.facts = append(z.facts, fact{z.c.literal(later, earlier), round, from, to, k})
		}
	})
	return len(z.facts) > before
}

// implied reports whether an order of two versions adds nothing to what is known.
func (z *puzzle) implied(p *points, c *closure, earlier, later int32) bool {
	a, b := z.writes[earlier].tx, z.writes[later].tx
	if !c.reaches(p.commit(a), p.start(b)) {
		return false
	}
	return p.apart || !slices.ContainsFunc(z.c.readers[earlier], func(r int32) bool {
		z.budget--
		return r != b && !c.reaches(p.start(r), p.commit(b))
	})
}

// justify learns the cycles of the facts that the lemmas rest on, and of those that these rest on.
func (z *puzzle) justify(p *points) {
	of := make(map[literal]int, len(z.facts))
	for i, f := range z.facts {
		of[f.literal] = i
	}
	told := make([]bool, len(z.facts))
	for i := 0; i < len(z.lemmas); i++ {
		for _, l := range z.lemmas[i] {
			at, ok := of[l.choice]
			if !ok || told[at] {
				continue
			}
			told[at] = true
			f := z.facts[at]
			z.assume(p, f.round)
			z.learn([][]link{p.back(f.from, f.to, f.kind, -f.literal)})
		}
	}
}
