package txn

import "simrun/history"

// part returns the points of some transactions alone, ascending. What joins two of them by way of others is left out, but for the order of time
// and of sessions, so that it has an order wherever the whole has one.
func (p *points) part(h *record, all []int32) *points {
	number := make(map[int32]int32, len(all))
	for i, t := range all {
		number[t] = int32(i)
	}
	g := &graph{nodes: len(all), plain: len(all)}
	for i, t := range all {
		for _, e := range p.graph.edges(t) {
			p.reach(e, func(to int32) {
				if n, ok := number[to]; ok {
					g.add(int32(i), n, e.kind())
				}
			})
		}
	}
	last := map[history.Process]int32{}
	for i, t := range all {
		if before, ok := last[h.ops[t].Process]; ok {
			g.add(before, int32(i), process)
		}
		last[h.ops[t].Process] = int32(i)
	}
	h.timeOf(g, all)
	g.build()
	part := &points{graph: g, two: p.two, order: p.order, apart: p.apart, n: int32(len(all)), all: all, number: number}
	part.sort()
	return part
}

// reach yields the transactions that an edge of versions or reads leads to.
func (p *points) reach(e edge, visit func(to int32)) {
	if k := e.kind(); k == process || k == realtime {
		return
	}
	seen := map[int32]bool{}
	open := []int32{e.to()}
	for len(open) > 0 {
		n := open[len(open)-1]
		open = open[:len(open)-1]
		if between, _ := p.between(n); !between {
			visit(n)
			continue
		}
		for _, next := range p.graph.edges(n) {
			if !seen[next.to()] {
				seen[next.to()] = true
				open = append(open, next.to())
			}
		}
	}
}
