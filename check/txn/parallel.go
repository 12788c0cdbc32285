package txn

import (
	"slices"

	"simrun/check"
)

// parallel decides parallel snapshot isolation: no cycle has fewer than two edges rw (Cerone and Gotsman, JACM 2018, without sessions).
func (d *decision) parallel() Result {
	p := &points{graph: d.graph, n: int32(d.graph.plain), apart: true}
	p.sort()
	if d.c != nil {
		z := &puzzle{record: d.record, members: map[int32]bool{}, settled: map[[2]int32]bool{}, p: p, c: newChoices(d.record), skew: skewed, budget: d.budget(ParallelSnapshotIsolation)}
		outcome, s := z.solve()
		return d.answer(ParallelSnapshotIsolation, z, outcome, s)
	}
	budget := d.budget(ParallelSnapshotIsolation)
	given := budget
	s := p.schedule(d.record, nil)
	if !s.all() {
		return d.broken(ParallelSnapshotIsolation, p.cycles(s)[0], s.steps)
	}
	if found := skewed(p, s, &budget); len(found) > 0 {
		return d.broken(ParallelSnapshotIsolation, found[0], given-budget)
	}
	if budget <= 0 {
		return Result{Outcome: check.Unknown, Reason: "the cycles with one read of an old version were not all excluded within the budget", Steps: given}
	}
	return Result{Outcome: check.Valid, Steps: given - budget}
}

// An anti is an edge rw.
type anti struct {
	from, to int32
	choice   literal
}

// skewed looks for cycles with one edge rw, where the graph of all other edges has none.
func skewed(p *points, s *scheduling, budget *int64) [][]link {
	if p.size() > maxPruned {
		return skewedInBatches(p, s, budget)
	}
	c := newClosure(p, s, budget)
	var found [][]link
	for _, a := range p.allAntis() {
		if *budget--; c.reaches(a.to, a.from) {
			if found = append(found, p.path(s, a)); len(found) == manyCycles {
				break
			}
		}
	}
	return found
}

// skewedInBatches does so without a bit for each two points: it follows 64 edges at a time, each as one bit, along the order of the rest of the graph.
func skewedInBatches(p *points, s *scheduling, budget *int64) [][]link {
	antis := p.allAntis()
	place := make([]int32, p.size())
	for i, a := range s.done {
		place[a] = int32(i)
	}
	antis = slices.DeleteFunc(antis, func(a anti) bool { return place[a.to] > place[a.from] }) // what comes later does not lead back
	var found [][]link
	for len(antis) > 0 && len(found) == 0 && *budget > 0 {
		batch := antis[:min(64, len(antis))]
		antis = antis[len(batch):]
		found = p.batch(s, place, batch, budget)
	}
	return found
}

// allAntis lists the edges rw, the chosen ones too.
func (p *points) allAntis() []anti {
	var all []anti
	for n := range int32(p.nodes) {
		for _, e := range p.graph.edges(n) {
			if e.kind() == rw {
				all = append(all, anti{n, e.to(), none})
			}
		}
	}
	return append(all, p.antis...)
}

func (p *points) batch(s *scheduling, place []int32, batch []anti, budget *int64) [][]link {
	marks := map[int32]uint64{}
	first, last := int32(len(s.done)), int32(0)
	for i, a := range batch {
		marks[a.to] |= 1 << i
		first, last = min(first, place[a.to]), max(last, place[a.from])
	}
	for _, a := range s.done[first : last+1] {
		m := marks[a]
		if m == 0 {
			continue
		}
		p.follow(a, func(to int32, _ kind, _ literal) bool {
			*budget--
			if place[to] <= last {
				marks[to] |= m
			}
			return true
		})
	}
	var found [][]link
	for i, a := range batch {
		if marks[a.from]&(1<<i) != 0 {
			found = append(found, p.path(s, a))
		}
	}
	return found
}

// path returns the cycle of an edge rw and a shortest way back.
func (p *points) path(s *scheduling, a anti) []link {
	came := map[int32]link{}
	queue := []int32{a.to}
	for len(queue) > 0 && came[a.from] == (link{}) {
		n := queue[0]
		queue = queue[1:]
		p.follow(n, func(to int32, k kind, l literal) bool {
			if _, seen := came[to]; !seen && to != a.to {
				came[to] = link{n, to, k, l}
				queue = append(queue, to)
			}
			return true
		})
	}
	cycle := []link{{a.from, a.to, rw, a.choice}}
	for b := a.from; b != a.to; b = came[b].from {
		cycle = append(cycle, came[b])
	}
	slices.Reverse(cycle[1:])
	return p.joined(cycle)
}
