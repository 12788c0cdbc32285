package weaker

import "slices"

// graph is a directed graph whose nodes are numbers, with a label on each edge.
type graph[L any] struct {
	head []int32 // by node: its latest edge, or -1
	next []int32 // by edge: the previous edge of the same node
	to   []int32
	from []int32
	why  []L
}

func newGraph[L any](n int) *graph[L] {
	g := &graph[L]{head: make([]int32, n)}
	for i := range g.head {
		g.head[i] = -1
	}
	return g
}

func (g *graph[L]) add(from, to int32, why L) {
	g.next = append(g.next, g.head[from])
	g.head[from] = int32(len(g.to))
	g.to = append(g.to, to)
	g.from = append(g.from, from)
	g.why = append(g.why, why)
}

// order returns the nodes in an order in which every edge leads forward, or nil and an
// edge of a cycle (depth-first search, without recursion since histories are long).
func (g *graph[L]) order() (order []int32, inCycle int32) {
	const white, grey, black = 0, 1, 2
	colour := make([]uint8, len(g.head))
	at := slices.Clone(g.head) // by node: the edge to follow next
	order = make([]int32, 0, len(g.head))
	var path []int32
	for root := range g.head {
		if colour[root] != white {
			continue
		}
		colour[root] = grey
		for path = append(path[:0], int32(root)); len(path) > 0; {
			i := path[len(path)-1]
			e := at[i]
			if e < 0 {
				colour[i] = black
				order = append(order, i)
				path = path[:len(path)-1]
				continue
			}
			at[i] = g.next[e]
			switch to := g.to[e]; colour[to] {
			case grey:
				return nil, e
			case white:
				colour[to] = grey
				path = append(path, to)
			}
		}
	}
	slices.Reverse(order)
	return order, -1
}

// cycle returns the labels of the edges of a cycle, or nil if the graph has no cycle.
func (g *graph[L]) cycle() []L {
	var labels []L
	for _, e := range g.cycleEdges() {
		labels = append(labels, g.why[e])
	}
	return labels
}

// cycleEdges returns the edges of a cycle, or nil if the graph has no cycle. It is a
// shortest cycle among those through the edge that [graph.order] returns.
func (g *graph[L]) cycleEdges() []int32 {
	order, e := g.order()
	if order != nil {
		return nil
	}
	return append([]int32{e}, g.path(g.to[e], g.from[e], int32(len(g.to)))...)
}

// path returns the edges of a shortest path between two nodes along edges that were
// added before the given edge. It returns nil if there is no path or the nodes are the
// same.
func (g *graph[L]) path(from, to, before int32) []int32 {
	if from == to {
		return nil
	}
	by := make([]int32, len(g.head)) // by node: the edge that reached it first, plus one
	for queue := []int32{from}; len(queue) > 0; queue = queue[1:] {
		for e := g.head[queue[0]]; e >= 0; e = g.next[e] {
			i := g.to[e]
			if e >= before || by[i] != 0 || i == from {
				continue
			}
			by[i] = e + 1
			if i != to {
				queue = append(queue, i)
				continue
			}
			var path []int32
			for i != from {
				path = append(path, by[i]-1)
				i = g.from[by[i]-1]
			}
			slices.Reverse(path)
			return path
		}
	}
	return nil
}
