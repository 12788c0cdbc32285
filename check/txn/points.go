package txn

import "simrun/history"

// points is the graph of dependencies of a level as a graph of moments, which has an order exactly if the level holds for one order
// of versions. Of serializable levels each transaction has one moment. Of snapshot isolation it has two, where it takes its snapshot and
// where it commits: who depends on another starts after that has committed, and who does not see a write takes
// its snapshot before that commits (Cerone and Gotsman, JACM 2018: each cycle has two adjacent edges rw).
type points struct {
	*graph // of the dependencies
	two    bool
	order  order
	n      int32           // transactions
	all    []int32         // by node of the graph: the transaction; nil: they have the same numbers
	number map[int32]int32 // the opposite

	first []int32
	out   []edge // with the kind of the dependency

	extra map[int32][]choice // edges of orders of versions that were chosen

	apart bool   // edges rw that were chosen are no order of points
	antis []anti // and are here
}

// choice is an edge that an order of two versions brings with it.
type choice struct {
	edge
	literal literal
}

func (p *points) start(t int32) int32 {
	if p.two {
		return 2 * t
	}
	return t
}

func (p *points) commit(t int32) int32 {
	if p.two {
		return 2*t + 1
	}
	return t
}

// tx returns the transaction of a point, or false for one between transactions.
func (p *points) tx(point int32) (int32, bool) {
	t := point
	if p.two {
		t = point / 2
	}
	switch {
	case t >= p.n:
		return 0, false
	case p.all != nil:
		t = p.all[t]
	}
	return t, true
}

// node returns the node of a transaction, if it has one.
func (p *points) nodeOf(t int32) (int32, bool) {
	if p.all == nil {
		return t, true
	}
	n, ok := p.number[t]
	return n, ok
}

func (p *points) isStart(point int32) bool { return p.two && point < 2*p.n && point%2 == 0 }

func (p *points) size() int32 {
	if p.two {
		return int32(p.nodes) + p.n
	}
	return int32(p.nodes)
}

// ends returns the points that an edge of the dependencies joins.
func (p *points) ends(from, to int32, k kind) (a, b int32) {
	fromBetween, fromReads := p.between(from)
	toBetween, _ := p.between(to)
	reads := k == rw || k == on && fromReads
	switch {
	case fromBetween && p.two:
		a = from + p.n
	case reads:
		a = p.start(from)
	default:
		a = p.commit(from)
	}
	switch {
	case toBetween && p.two:
		b = to + p.n
	case toBetween:
		b = to
	case reads:
		b = p.commit(to)
	default:
		b = p.start(to)
	}
	return a, b
}

// keeps reports whether the level knows edges of a kind.
func (o order) keeps(k kind) bool {
	switch k {
	case process:
		return o != anyOrder
	case realtime:
		return o == realTime
	}
	return true
}

// newPoints makes the graph of moments of a level.
func newPoints(g *graph, l Level) *points {
	p := &points{graph: g, two: l.snapshots(), order: l.order(), n: int32(g.plain)}
	p.sort()
	return p
}

// sort lists the edges by their origin.
func (p *points) sort() {
	p.first = make([]int32, p.size()+1)
	p.each(func(a, _ int32, _ kind) { p.first[a+1]++ })
	for i := range p.size() {
		p.first[i+1] += p.first[i]
	}
	at := make([]int32, p.size())
	copy(at, p.first)
	p.out = make([]edge, p.first[p.size()])
	p.each(func(a, b int32, k kind) {
		p.out[at[a]] = edge(b) | edge(k)<<nodeBits
		at[a]++
	})
}

// each yields all edges between points.
func (p *points) each(visit func(a, b int32, k kind)) {
	for n := range int32(p.nodes) {
		for _, e := range p.graph.edges(n) {
			if p.order.keeps(e.kind()) && !(p.apart && e.kind() == rw) {
				a, b := p.ends(n, e.to(), e.kind())
				visit(a, b, e.kind())
			}
		}
	}
	if p.two {
		for t := range p.n {
			visit(p.start(t), p.commit(t), on)
		}
	}
}

// follow yields the edges of a point, chosen ones too.
func (p *points) follow(a int32, visit func(to int32, k kind, l literal) bool) {
	for _, e := range p.out[p.first[a]:p.first[a+1]] {
		if !visit(e.to(), e.kind(), none) {
			return
		}
	}
	for _, c := range p.extra[a] {
		if !visit(c.to(), c.kind(), c.literal) {
			return
		}
	}
}

// choose adds the edges of an order of two versions: the transaction of one starts after that of the other has committed, and who read the earlier
// does so before the later is committed.
func (p *points) choose(h *record, c *choices, l literal) {
	earlier, later := c.writes(l)
	a, ok := p.nodeOf(h.writes[earlier].tx)
	b, also := p.nodeOf(h.writes[later].tx)
	if !ok || !also {
		return
	}
	p.link(p.commit(a), p.start(b), ww, l)
	for _, reader := range c.readers[earlier] {
		if r, ok := p.nodeOf(reader); ok && r != b {
			p.link(p.start(r), p.commit(b), rw, l)
		}
	}
}

func (p *points) link(a, b int32, k kind, l literal) {
	if k == rw && p.apart {
		p.antis = append(p.antis, anti{a, b, l})
		return
	}
	p.extra[a] = append(p.extra[a], choice{edge(b) | edge(k)<<nodeBits, l})
}

// priority is when something happened at the latest: what is free to happen is tried in this order.
func (h *record) priority(t int32, start bool) int64 {
	if at := h.ops[t].Complete; at >= 0 && !start && h.txs[t].outcome == history.OK {
		return int64(at)
	}
	return int64(h.ops[t].Invoke)
}
