package txn

import (
	"slices"

	"simrun/history"
)

// kind is what an edge between two transactions means.
type kind uint8

const (
	ww       kind = iota // the second wrote the version after that of the first
	wr                   // the second read what the first wrote
	rw                   // the second wrote the version after that which the first read
	based                // the second read a register that the first wrote, and then wrote it itself: ww where reads can be trusted
	process              // the second came after the first in its process
	realtime             // the first was done before the second began
	on                   // leads on from a node between transactions
)

var kindNames = [...]string{"ww", "wr", "rw", "ww", "process", "realtime", ""}

// edge is a target with the kind of the edge in its upper bits.
type edge uint32

const nodeBits = 28

func (e edge) to() int32  { return int32(e & (1<<nodeBits - 1)) }
func (e edge) kind() kind { return kind(e >> nodeBits) }

// graph has the transactions as its first nodes, and behind them nodes that stand between: a moment in time, or "all that was
// written after the last version of a key that anybody read". So the order of time takes two edges for each transaction.
type graph struct {
	nodes int
	plain int     // the first nodes, which are transactions
	reads []bool  // by node between transactions: it leads on from a read, and else from something that was done
	from  []int32 // while it is built
	to    []edge
	first []int32 // by node, once built: its edges in out
	out   []edge
}

func (g *graph) node(fromReads bool) int32 {
	g.nodes++
	g.reads = append(g.reads, fromReads)
	return int32(g.nodes - 1)
}

// between reports whether a node is none of the transactions, and what leads to it.
func (g *graph) between(n int32) (between, fromReads bool) {
	if int(n) < g.plain {
		return false, false
	}
	return true, g.reads[int(n)-g.plain]
}

func (g *graph) add(from, to int32, k kind) {
	if from != to {
		g.from, g.to = append(g.from, from), append(g.to, edge(to)|edge(k)<<nodeBits)
	}
}

// build sorts the edges by their origin.
func (g *graph) build() {
	g.first = make([]int32, g.nodes+1)
	for _, f := range g.from {
		g.first[f+1]++
	}
	for i := range g.nodes {
		g.first[i+1] += g.first[i]
	}
	at := make([]int32, g.nodes)
	copy(at, g.first)
	g.out = make([]edge, len(g.to))
	for i, f := range g.from {
		g.out[at[f]] = g.to[i]
		at[f]++
	}
}

func (g *graph) edges(n int32) []edge { return g.out[g.first[n]:g.first[n+1]] }

// known returns the graph of all dependencies that are certain.
func (h *record) known() *graph {
	g := &graph{nodes: len(h.txs), plain: len(h.txs)}
	for k := range h.keys {
		if h.keys[k].regs {
			continue
		}
		h.versions(g, int32(k))
	}
	h.addReads(g)
	h.sessions(g)
	h.time(g)
	g.build()
	return g
}

// versions adds the order of a list's versions.
func (h *record) versions(g *graph, k int32) {
	last := int32(nonsense)
	for _, n := range h.keys[k].order {
		if n < 0 || !h.txs[h.writes[n].tx].committed {
			continue
		}
		if t := h.writes[n].tx; last != t {
			if last >= 0 {
				g.add(last, t, ww)
			}
			last = t
		}
	}
}

// addReads adds who read from whom, and what the next version of what was read is.
func (h *record) addReads(g *graph) {
	r := &readEdges{record: h, graph: g, open: h.open(), behind: make([]int32, len(h.keys)), chains: map[int32]chain{}}
	for k := range h.keys {
		r.behind[k] = nonsense
		r.unread(int32(k))
	}
	r.based()
	for t := range h.txs {
		if h.txs[t].outcome == history.OK {
			h.external(int32(t), func(_ int, k, version int32) { r.add(int32(t), k, version) })
		}
	}
}

// open lists for each key the committed transactions whose writes have no place in a known order: of a list, those that nobody saw; of a
// register all. Each transaction is there once, in order of time.
func (h *record) open() [][]int32 {
	open := make([][]int32, len(h.keys))
	for n := range h.writes {
		w := &h.writes[n]
		if !w.final || w.place > 0 || !h.txs[w.tx].committed {
			continue
		}
		open[w.key] = append(open[w.key], int32(n))
	}
	return open
}

// readEdges adds the edges of reads.
type readEdges struct {
	*record
	*graph
	open   [][]int32         // by key: writes without a known place
	behind []int32           // by key: the node from which all transactions of open are reached; nonsense: they are none
	chains map[int32]chain   // by key
	next   map[int32][]int32 // by write of a register: transactions that read it and wrote the key, so that they come after it
}

// unread adds the edges to writes without a place: they come after the last version of a list that anybody saw, and after nothing.
func (r *readEdges) unread(k int32) {
	if len(r.open[k]) == 0 {
		return
	}
	r.behind[k] = r.node(true)
	last := r.lastSeen(k)
	for _, n := range r.open[k] {
		r.graph.add(r.behind[k], r.writes[n].tx, on)
		if last >= 0 {
			r.graph.add(last, r.writes[n].tx, ww)
		}
	}
}

// lastSeen returns the last committed transaction of a list's order, or nonsense.
func (r *readEdges) lastSeen(k int32) int32 {
	order := r.keys[k].order
	for i := len(order) - 1; i >= 0; i-- {
		if n := order[i]; n >= 0 && r.txs[r.writes[n].tx].committed {
			return r.writes[n].tx
		}
	}
	return nonsense
}

// based finds the transactions that read a register and then wrote it: their version comes after the one that they read.
func (r *readEdges) based() {
	r.next = map[int32][]int32{}
	for t := range r.txs {
		if r.txs[t].outcome != history.OK {
			continue
		}
		r.external(int32(t), func(_ int, k, version int32) {
			if version < 0 || !r.keys[k].regs || r.writes[version].tx == int32(t) || !r.writesTo(int32(t), k) {
				return
			}
			if all := r.next[version]; len(all) == 0 || all[len(all)-1] != int32(t) {
				r.next[version] = append(all, int32(t))
			}
		})
	}
}

func (h *record) writesTo(t, k int32) bool {
	for _, m := range h.mopsOf(t) {
		if m.key == k && m.kind != 'r' {
			return true
		}
	}
	return false
}

// add adds the edges of one read.
func (r *readEdges) add(t, k, version int32) {
	if version >= 0 {
		w := r.writes[version].tx
		if w == t || !r.txs[w].committed {
			return // says so itself, or is an aborted read
		}
		r.graph.add(w, t, wr)
		if r.keys[k].regs {
			for _, next := range r.next[version] {
				r.graph.add(w, next, based)
				r.graph.add(t, next, rw)
			}
			return
		}
	}
	if r.keys[k].lists {
		from := int32(0)
		if version >= 0 {
			from = r.writes[version].place
		}
		for _, n := range r.keys[k].order[from:] {
			if n >= 0 && r.txs[r.writes[n].tx].committed {
				r.graph.add(t, r.writes[n].tx, rw)
				return
			}
		}
	}
	r.toOpen(t, k)
}

// toOpen adds edges to all writes of a key that have no place, but for the reader's own.
func (r *readEdges) toOpen(t, k int32) {
	if r.behind[k] < 0 {
		return
	}
	at, own := slices.BinarySearchFunc(r.open[k], t, func(n, t int32) int { return int(r.writes[n].tx - t) })
	if !own {
		r.graph.add(t, r.behind[k], rw)
		return
	}
	c, ok := r.chains[k]
	if !ok {
		c = r.chain(k)
		r.chains[k] = c
	}
	if at > 0 {
		r.graph.add(t, c.before[at-1], rw)
	}
	if at+1 < len(c.after) {
		r.graph.add(t, c.after[at+1], rw)
	}
}

// A chain has for each of the open writes of a key a node that leads to it and all before it, and one that leads to it and all after it:
// so that one which read what it then wrote itself leads to all others with two edges.
type chain struct{ before, after []int32 }

func (r *readEdges) chain(k int32) chain {
	n := len(r.open[k])
	c := chain{make([]int32, n), make([]int32, n)}
	for i := range n {
		c.before[i], c.after[i] = r.node(true), r.node(true)
		for _, node := range []int32{c.before[i], c.after[i]} {
			r.graph.add(node, r.writes[r.open[k][i]].tx, on)
		}
		if i > 0 {
			r.graph.add(c.before[i], c.before[i-1], on)
			r.graph.add(c.after[i-1], c.after[i], on)
		}
	}
	return c
}

// sessions adds the order of each process.
func (h *record) sessions(g *graph) {
	last := map[history.Process]int32{}
	for t := range h.txs {
		if !h.txs[t].committed {
			continue
		}
		p := h.ops[t].Process
		if before, ok := last[p]; ok {
			g.add(before, int32(t), process)
		}
		last[p] = int32(t)
	}
}

// time adds the order of real time.
func (h *record) time(g *graph) {
	all := make([]int32, 0, len(h.txs))
	for t := range h.txs {
		if h.txs[t].committed {
			all = append(all, int32(t))
		}
	}
	if len(all) == len(h.txs) {
		h.timeOf(g, all)
		return
	}
	h.timeAs(g, all, all)
}

// timeOf adds the order of real time of some transactions, whose nodes are their places in the list.
func (h *record) timeOf(g *graph, all []int32) {
	nodes := make([]int32, len(all))
	for i := range nodes {
		nodes[i] = int32(i)
	}
	h.timeAs(g, all, nodes)
}

// timeAs adds the order of real time of some transactions, whose nodes are given. Each moment at which something begins after something was
// done is a node.
func (h *record) timeAs(g *graph, all, nodes []int32) {
	var ends heap
	moment := int32(nonsense)
	for i, t := range all {
		next := int32(nonsense)
		for len(ends) > 0 && ends[0].priority < int64(h.ops[t].Invoke) {
			if next < 0 {
				next = g.node(false)
			}
			g.add(ends.pop().n, next, realtime)
		}
		if next >= 0 {
			if moment >= 0 {
				g.add(moment, next, on)
			}
			moment = next
		}
		if moment >= 0 {
			g.add(moment, nodes[i], on)
		}
		if h.txs[t].outcome == history.OK {
			ends.push(heapItem{int64(h.ops[t].Complete), nodes[i]})
		}
	}
}
