package txn

import (
	"fmt"
	"slices"
)

// cycleKind is a kind of cycle, by the edges that it may have and must have.
type cycleKind struct {
	name   string
	breaks [3]Level // plain, with an edge of process, with one of real time

	first  kind                           // each cycle has an edge of this kind, from which it is looked for
	second bool                           // the next edge is rw as well
	allows func(state uint8, k kind) bool // whether an edge may follow
	ends   func(state uint8) bool         // whether the cycle may close
}

// The state of a walk: which edges it has.
const (
	lastRW     uint8 = 1 << iota // the last edge is rw
	anotherRW                    // an edge rw other than the first
	hasProcess                   // an edge of process
	hasTime                      // an edge of real time
	hasWR                        // an edge wr
	stepped                      // an edge after the first
)

func writesOnly(_ uint8, k kind) bool { return k == ww }
func readsToo(_ uint8, k kind) bool   { return k == ww || k == wr || k == based }
func anyEnd(uint8) bool               { return true }

// cycleKinds are those of Adya, with the names of Elle, from the worst to the mildest.
var cycleKinds = []cycleKind{
	{"G0", [3]Level{ReadUncommitted, Causal, StrongSnapshotIsolation}, ww, false, writesOnly, anyEnd},
	{"G1c", [3]Level{ReadCommitted, Causal, StrongSnapshotIsolation}, wr, false, readsToo, anyEnd},
	{"G-single", [3]Level{ParallelSnapshotIsolation, StrongSessionSnapshotIsolation, StrongSnapshotIsolation}, rw, false, readsToo, anyEnd},
	{"G-nonadjacent", [3]Level{SnapshotIsolation, StrongSessionSnapshotIsolation, StrongSnapshotIsolation}, rw, false,
		func(state uint8, k kind) bool { return readsToo(0, k) || k == rw && state&lastRW == 0 },
		func(state uint8) bool { return state&lastRW == 0 && state&anotherRW != 0 }},
	{"G2-item", [3]Level{RepeatableRead, StrongSessionSerializable, StrictSerializable}, rw, true,
		func(_ uint8, k kind) bool { return readsToo(0, k) || k == rw }, anyEnd},
}

// cycles looks for a smallest cycle of each kind; of the forms with process and real time only where the plain one is not there.
func (d *decision) cycles() {
	comp := d.graph.components()
	for i := range cycleKinds {
		for o := anyOrder; o <= realTime; o++ {
			s := &cycleSearch{decision: d, comp: comp, kind: &cycleKinds[i], order: o, left: searchSteps}
			if cycle := s.smallest(); cycle != nil {
				a := d.cycle(cycle)
				a.Breaks = []Level{s.breaks(cycle)}
				d.found = append(d.found, a)
				break
			}
		}
	}
}

// searchSteps bounds the search for a smallest cycle of one kind. In a large component of the graph a smaller one may exist.
const searchSteps = 5_000_000

type cycleSearch struct {
	*decision
	comp  []int32
	kind  *cycleKind
	order order
	left  int
}

// breaks returns the weakest level that a cycle breaks. Under read-uncommitted a transaction whose outcome is unknown may not have committed.
func (s *cycleSearch) breaks(cycle []link) Level {
	l := s.kind.breaks[s.order]
	if l == ReadUncommitted && slices.ContainsFunc(cycle, func(e link) bool { return s.ops[e.from].Complete < 0 }) {
		return ReadCommitted
	}
	return l
}

// smallest returns a shortest cycle of the kind, or nil.
func (s *cycleSearch) smallest() []link {
	var best []link
	for n := range int32(s.graph.plain) {
		if s.comp[n] < 0 {
			continue
		}
		for _, e := range s.graph.edges(n) {
			if e.kind() != s.kind.first || s.comp[e.to()] != s.comp[n] {
				continue
			}
			if c := s.through(n, e.to()); c != nil && (best == nil || len(c) < len(best)) {
				best = c
			}
			if len(best) == 2 || s.left <= 0 {
				return best
			}
		}
	}
	return best
}

// walker is a node in a state.
type walker struct {
	node  int32
	state uint8
}

// through returns a shortest cycle that starts with an edge. Nodes between transactions cost nothing.
func (s *cycleSearch) through(from, to int32) []link {
	type origin struct {
		walker
		kind kind
	}
	start := walker{to, 0}
	if s.kind.first == rw {
		start.state = lastRW
	}
	came := map[walker]origin{start: {walker{from, 0}, s.kind.first}}
	front, next := []walker{start}, []walker(nil)
	for len(front) > 0 {
		for len(front) > 0 {
			w := front[len(front)-1]
			front = front[:len(front)-1]
			for _, e := range s.graph.edges(w.node) {
				s.left--
				if s.comp[e.to()] != s.comp[from] {
					continue
				}
				state, ok := s.follow(w, e.kind())
				if !ok {
					continue
				}
				to := walker{e.to(), state}
				if _, seen := came[to]; seen {
					continue
				}
				came[to] = origin{w, e.kind()}
				if to.node == from && !s.closes(state) {
					continue // going round again would not make another cycle of it
				}
				if to.node == from {
					var back []link
					for w := to; ; {
						o := came[w]
						back = append(back, link{o.node, w.node, o.kind, none})
						if w == start {
							break
						}
						w = o.walker
					}
					slices.Reverse(back)
					if cycle := s.joined(back); simple(cycle) {
						return cycle
					}
					continue
				}
				if between, _ := s.graph.between(to.node); between {
					front = append(front, to)
				} else {
					next = append(next, to)
				}
			}
		}
		if s.left <= 0 {
			return nil
		}
		front, next = next, nil
		slices.Reverse(front)
	}
	return nil
}

// simple reports whether a closed walk visits no transaction twice.
func simple(cycle []link) bool {
	seen := map[int32]bool{}
	for _, l := range cycle {
		seen[l.from] = true
	}
	return len(seen) == len(cycle)
}

// follow returns the state after an edge.
func (s *cycleSearch) follow(w walker, k kind) (uint8, bool) {
	if between, _ := s.graph.between(w.node); between && k == on {
		return w.state, true
	}
	state := w.state &^ lastRW
	switch {
	case s.kind.second && w.state&stepped == 0 && k != rw:
		return 0, false
	case k == process && s.order == sessionOrder:
		return state | hasProcess | stepped, true
	case k == realtime && s.order == realTime:
		return state | hasTime | stepped, true
	case !s.kind.allows(w.state, k):
		return 0, false
	case k == rw:
		state |= lastRW | anotherRW
	}
	return state | stepped, true
}

func (s *cycleSearch) closes(state uint8) bool {
	switch {
	case s.order == sessionOrder && state&hasProcess == 0, s.order == realTime && state&hasTime == 0:
		return false
	}
	return s.kind.ends(state)
}

// joined leaves out the nodes between transactions.
func (s *cycleSearch) joined(path []link) []link {
	var links []link
	for _, l := range path {
		if between, _ := s.graph.between(l.from); between {
			links[len(links)-1].to = l.to
			continue
		}
		links = append(links, l)
	}
	return links
}

// classify returns the name of a cycle by its edges.
func classify(cycle []link) string {
	count := [len(kindNames)]int{}
	adjacent := false
	for i, l := range cycle {
		count[l.kind]++
		adjacent = adjacent || l.kind == rw && cycle[(i+1)%len(cycle)].kind == rw
	}
	what := "G0"
	switch {
	case adjacent:
		what = "G2-item"
	case count[rw] > 1:
		what = "G-nonadjacent"
	case count[rw] == 1:
		what = "G-single"
	case count[wr]+count[based] > 0:
		what = "G1c"
	}
	switch {
	case count[realtime] > 0:
		return what + "-realtime"
	case count[process] > 0:
		return what + "-process"
	case len(cycle) == 4 && count[rw] == 2 && count[wr] == 2 && !adjacent:
		return "long-fork"
	}
	return what
}

// components returns for each node the number of its strongly connected component, or -1 where that is one node alone (Tarjan 1972, without
// recursion).
func (g *graph) components() []int32 {
	comp, index, low := make([]int32, g.nodes), make([]int32, g.nodes), make([]int32, g.nodes)
	for i := range comp {
		comp[i] = -1
	}
	type frame struct{ node, next int32 }
	var path []frame
	var stack []int32
	count, number := int32(0), int32(0)
	for root := range int32(g.nodes) {
		if index[root] != 0 {
			continue
		}
		path = append(path, frame{root, 0})
		for len(path) > 0 {
			f := &path[len(path)-1]
			n := f.node
			if f.next == 0 && index[n] == 0 {
				count++
				index[n], low[n] = count, count
				stack = append(stack, n)
			}
			if edges := g.edges(n); int(f.next) < len(edges) {
				to := edges[f.next].to()
				f.next++
				switch {
				case index[to] == 0:
					path = append(path, frame{to, 0})
				case index[to] > 0:
					low[n] = min(low[n], index[to])
				}
				continue
			}
			path = path[:len(path)-1]
			if len(path) > 0 {
				up := path[len(path)-1].node
				low[up] = min(low[up], low[n])
			}
			if low[n] == index[n] {
				number = g.close(&stack, n, index, comp, number)
			}
		}
	}
	return comp
}

// close takes a component from the stack. Its nodes get a negative index, so that nobody counts with them again.
func (g *graph) close(stack *[]int32, root int32, index, comp []int32, number int32) int32 {
	at := len(*stack) - 1
	for (*stack)[at] != root {
		at--
	}
	members := (*stack)[at:]
	for _, m := range members {
		index[m] = -1
		if len(members) > 1 {
			comp[m] = number
		}
	}
	*stack = (*stack)[:at]
	return number + 1
}

// lostUpdates finds transactions that read one version of a key and both wrote the key.
func (d *decision) lostUpdates() {
	type version struct{ key, write int32 }
	first := map[version]int32{}
	for t := range int32(len(d.txs)) {
		if d.ops[t].Complete < 0 || !d.txs[t].committed {
			continue
		}
		var both []version
		d.external(t, func(_ int, k, v int32) {
			if d.writesTo(t, k) {
				both = append(both, version{k, v})
			}
		})
		for _, v := range both {
			other, ok := first[v]
			if !ok || other == t {
				first[v] = t
				continue
			}
			txs := []int32{other, t}
			a, b, key := d.ops[other].Invoke, d.ops[t].Invoke, d.say.key(v.key)
			d.found = append(d.found, &Anomaly{Name: "lost-update", Breaks: []Level{ParallelSnapshotIsolation}, Transactions: d.invocations(txs), txs: txs,
				Edges: []Edge{{a, b, kindNames[rw], key}, {b, a, kindNames[rw], key}}, // each read what the other replaced
				Sentences: []string{fmt.Sprintf("%s and %s both read %s from %s and wrote it, so one of them did not see what the other wrote",
					d.say.who(other), d.say.who(t), d.say.version(v.write), d.say.key(v.key))}})
			return
		}
	}
}
