package queue

import "simrun/check/rules"

// sort returns an order of the nodes that respects both relations, or a cycle of
// links. It repeatedly takes a node that no other remaining node must come before or
// go before. To find it, it only compares with the nodes of the earliest came and
// the earliest gone.
func (h *history) sort() (order []int32, circle []link) {
	q := &h.queue
	n := len(h.node)
	limit := len(h.at) + 1
	byComes, byCame := rules.OrderBy(q.comes, limit), rules.OrderBy(q.came, limit)
	byGoes := rules.OrderBy(q.goes, limit)
	order = make([]int32, 0, n)
	ring := newRing(rules.OrderBy(q.gone, limit))
	state := make([]uint8, n)
	var i, j, c int
	mark := func(x int32, bit uint8) {
		if state[x] |= bit; state[x] == mayCome|mayGo {
			order = append(order, x)
		}
	}
	for done := 0; done < n; done++ {
		for state[byCame[c]]&removed != 0 {
			c++
		}
		for came := q.came[byCame[c]]; i < n && q.comes[byComes[i]] <= came; i++ {
			mark(byComes[i], mayCome)
		}
		least := ring.first()
		for ; j < n && q.goes[byGoes[j]] <= q.gone[least]; j++ {
			mark(byGoes[j], mayGo)
		}
		// A node need not go before itself.
		if second := ring.after(least); state[least]&mayGo == 0 && (second == rules.None || q.goes[least] <= q.gone[second]) {
			mark(least, mayGo)
		}
		if done == len(order) {
			return nil, h.circle(byCame[c], ring)
		}
		state[order[done]] |= removed
		ring.remove(order[done])
	}
	return order, nil
}

// The states of a node during sort.
const (
	mayCome uint8 = 1 << iota // no remaining node comes before it
	mayGo                     // no other remaining node goes before it
	removed                   // it has its place in the order
)

// ring is a doubly linked list of nodes.
type ring struct{ next, prev []int32 }

func newRing(nodes []int32) ring {
	n := int32(len(nodes))
	r := ring{next: make([]int32, n+1), prev: make([]int32, n+1)}
	last := n
	for _, x := range nodes {
		r.next[last], r.prev[x] = x, last
		last = x
	}
	r.next[last], r.prev[n] = n, last
	return r
}

func (r ring) head() int32 { return int32(len(r.next) - 1) }

func (r ring) first() int32 { return r.next[r.head()] }

// after returns the node after x, or None.
func (r ring) after(x int32) int32 {
	if r.next[x] == r.head() {
		return rules.None
	}
	return r.next[x]
}

func (r ring) remove(x int32) {
	r.next[r.prev[x]], r.prev[r.next[x]] = r.next[x], r.prev[x]
}
