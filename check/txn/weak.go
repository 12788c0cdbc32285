package txn

import (
	"fmt"
	"slices"

	"simrun/check"
	"simrun/history"
)

// The weaker levels do not ask for one order of transactions: an order of versions is enough, in which whoever was seen comes before who saw it. What a
// level demands of reads forces parts of that order, and it holds exactly if these, with what is certain, have no cycle.

// forced is an order of two versions that a level forces.
type forced struct {
	tx       int32 // the reader
	saw      int32 // whom it saw, or has in its past
	read     int32 // the write that it read, of the key that the other wrote too; initial
	key      int32
	replaced int32 // the write of the other
}

// only returns the graph of some kinds of dependencies.
func (g *graph) only(kinds ...kind) *graph {
	o := &graph{nodes: g.nodes, plain: g.plain, reads: slices.Clone(g.reads)}
	for n := range int32(g.nodes) {
		for _, e := range g.edges(n) {
			if e.kind() == on || slices.Contains(kinds, e.kind()) {
				o.add(n, e.to(), e.kind())
			}
		}
	}
	return o
}

// weak decides the levels below snapshot isolation, causal apart.
func (d *decision) weak(l Level) Result {
	var g *graph
	var f []forced
	switch l {
	case ReadUncommitted:
		g = d.committedOrder()
	case ReadCommitted:
		g = d.graph.only(ww, wr, based)
	default:
		g = d.graph.only(ww, wr, based)
		for t := range d.txs {
			if d.txs[t].outcome == history.OK {
				f = d.fractured(f, int32(t), l == MonotonicAtomicView)
			}
		}
	}
	return d.acyclic(l, g, f)
}

// committedOrder returns the order of versions without the transactions whose outcome is unknown: under read-uncommitted
// these may have been seen and not committed.
func (d *decision) committedOrder() *graph {
	g := &graph{nodes: len(d.txs), plain: len(d.txs)}
	open := d.open()
	for k := range d.keys {
		if d.keys[k].regs {
			continue
		}
		last := int32(nonsense)
		sure := d.sureOrder(int32(k))
		for _, n := range sure {
			if last >= 0 {
				g.add(last, d.writes[n].tx, ww)
			}
			last = d.writes[n].tx
		}
		for _, n := range open[k] {
			if last >= 0 && !slices.Contains(d.keys[k].sure, n) {
				g.add(last, d.writes[n].tx, ww)
			}
		}
	}
	return g
}

// fractured finds where a transaction read a key from another than one that it saw, which wrote the key too: the version that it read
// is the later one. With inOrder, only after it had seen that.
func (d *decision) fractured(all []forced, t int32, inOrder bool) []forced {
	type seen struct {
		at           int
		key, version int32
	}
	var reads []seen
	d.external(t, func(at int, k, version int32) { reads = append(reads, seen{at, k, version}) })
	for _, a := range reads {
		if a.version < 0 {
			continue
		}
		saw := d.writes[a.version].tx
		for _, b := range reads {
			if inOrder && b.at < a.at || saw == t {
				continue
			}
			if f, ok := d.forces(t, saw, b.key, b.version); ok {
				all = append(all, f)
			}
		}
	}
	return all
}

// forces returns the order that follows when a transaction must see another and read a version of a key: if the other wrote the key, its version
// comes before that.
func (d *decision) forces(t, saw, k, version int32) (forced, bool) {
	n := d.finalWrite(saw, k)
	if n < 0 || saw == t || version == nonsense || version >= 0 && d.writes[version].tx == saw {
		return forced{}, false
	}
	return forced{t, saw, version, k, n}, true
}

// finalWrite returns the last write of a transaction to a key, or nonsense.
func (h *record) finalWrite(t, k int32) int32 {
	for _, m := range slices.Backward(h.mopsOf(t)) {
		if m.key == k && m.kind != 'r' {
			return m.n
		}
	}
	return nonsense
}

// against reports whether a forced order is against what is certain.
func (d *decision) against(f forced) bool {
	if f.read == initial {
		return true
	}
	if d.keys[f.key].regs {
		return false
	}
	place := d.writes[f.replaced].place
	return place == 0 || place > d.writes[f.read].place
}

// acyclic decides a level by its graph with the orders that it forces.
func (d *decision) acyclic(l Level, g *graph, all []forced) Result {
	why := map[[2]int32]forced{}
	for _, f := range all {
		if d.against(f) {
			a := d.missed(f, l)
			d.found = append(d.found, a)
			return violation(a)
		}
		if d.keys[f.key].regs {
			from, to := f.saw, d.writes[f.read].tx
			if at := [2]int32{from, to}; from != to {
				if _, ok := why[at]; !ok {
					why[at] = f
					g.add(from, to, ww)
				}
			}
		}
	}
	g.build()
	p := newPoints(g, l)
	p.two, p.order = false, sessionOrder
	s := p.schedule(d.record, nil)
	if s.all() {
		return Result{Outcome: check.Valid, Steps: s.steps}
	}
	cycle := p.cycles(s)[0]
	a := d.cycleWith(cycle, why)
	a.Breaks = []Level{l}
	d.found = append(d.found, a)
	r := violation(a)
	r.Steps = s.steps
	return r
}

// missed is the anomaly of a transaction that did not see what it must.
func (d *decision) missed(f forced, l Level) *Anomaly {
	what := "fractured-read"
	if l == Causal {
		what = "causality"
	}
	txs := []int32{f.saw, f.tx}
	a := &Anomaly{Name: what, Breaks: []Level{l}, Transactions: d.invocations(txs), txs: txs, Sentences: []string{d.missing(f, l)}}
	saw, reader := a.Transactions[0], a.Transactions[1]
	if _, k := d.sayRead(link{from: f.saw, to: f.tx}); k >= 0 { // else it saw it by way of others
		a.Edges = append(a.Edges, Edge{saw, reader, kindNames[wr], d.say.key(k)})
	}
	a.Edges = append(a.Edges, Edge{reader, saw, kindNames[rw], d.say.key(f.key)})
	return a
}

func (d *decision) missing(f forced, l Level) string {
	saw := fmt.Sprintf("%s saw %s", d.say.who(f.tx), d.say.who(f.saw))
	if l == Causal {
		saw = fmt.Sprintf("%s has %s in its past, since it or its process saw that", d.say.who(f.tx), d.say.who(f.saw))
	}
	return fmt.Sprintf("%s, which wrote %s to %s, and read %s from it, which is older", saw, d.say.value(f.replaced), d.say.key(f.key), d.say.version(f.read))
}

// causal decides causal consistency: what a transaction has in its past, by sessions and by reading, it sees.
func (d *decision) causal() Result {
	g := d.graph.only(ww, wr, based, process)
	g.build()
	p := newPoints(g, Causal)
	p.two = false
	s := p.schedule(d.record, nil)
	if !s.all() {
		return d.broken(Causal, p.cycles(s)[0], s.steps)
	}
	past := d.newPast(d.opts.Budget)
	if past == nil {
		return Result{Outcome: check.Unknown, Reason: "the pasts of so many transactions in so many processes would need more than the budget"}
	}
	past.fill(s.done)
	r := d.acyclic(Causal, d.graph.only(ww, wr, based, process), past.forced)
	r.Steps += s.steps + past.steps
	return r
}

// past knows for each transaction how many of each process it has in its past.
type past struct {
	*decision
	processes map[history.Process]int32
	number    []int32             // by transaction: which of its process it is, from 1
	clocks    []int32             // by transaction, then process
	before    [][]int32           // by transaction: whose past is part of its own
	writers   []map[int32][]int32 // by key, then process: its transactions that wrote it
	order     [][]int32           // by key: the processes that wrote it
	forced    []forced
	steps     int64
}

// maxClocks is how many numbers the pasts of all transactions may need: half a gigabyte.
const maxClocks = 1 << 27

func (d *decision) newPast(budget int64) *past {
	p := &past{decision: d, processes: map[history.Process]int32{}, number: make([]int32, len(d.txs)), before: make([][]int32, len(d.txs))}
	count := []int32{}
	last := map[int32]int32{}
	for t := range d.txs {
		if !d.txs[t].committed {
			continue
		}
		of, ok := p.processes[d.ops[t].Process]
		if !ok {
			of = int32(len(count))
			p.processes[d.ops[t].Process] = of
			count = append(count, 0)
		}
		count[of]++
		p.number[t] = count[of]
		if before, ok := last[of]; ok {
			p.before[t] = append(p.before[t], before)
		}
		last[of] = int32(t)
	}
	if int64(len(d.txs))*int64(len(count)) > min(maxClocks, budget) {
		return nil
	}
	p.clocks = make([]int32, len(d.txs)*len(count))
	p.writers, p.order = make([]map[int32][]int32, len(d.keys)), make([][]int32, len(d.keys))
	for n := range d.writes {
		w := &d.writes[n]
		if !w.final || !d.txs[w.tx].committed {
			continue
		}
		of := p.processes[d.ops[w.tx].Process]
		if p.writers[w.key] == nil {
			p.writers[w.key] = map[int32][]int32{}
		}
		if p.writers[w.key][of] == nil {
			p.order[w.key] = append(p.order[w.key], of)
		}
		p.writers[w.key][of] = append(p.writers[w.key][of], w.tx)
	}
	return p
}

// clock returns the past of a transaction, itself included.
func (p *past) clock(t int32) []int32 {
	n := len(p.processes)
	return p.clocks[int(t)*n : (int(t)+1)*n]
}

// fill goes through the transactions in an order in which each comes after its past.
func (p *past) fill(order []int32) {
	for _, t := range order {
		if int(t) >= len(p.txs) || !p.txs[t].committed {
			continue
		}
		if p.txs[t].outcome == history.OK {
			p.external(t, func(_ int, _, version int32) {
				if version >= 0 {
					p.before[t] = append(p.before[t], p.writes[version].tx)
				}
			})
		}
		own := p.clock(t)
		for _, b := range p.before[t] {
			for i, n := range p.clock(b) {
				own[i] = max(own[i], n)
			}
			p.steps += int64(len(own))
		}
		if p.txs[t].outcome == history.OK {
			p.external(t, func(_ int, k, version int32) { p.reads(t, k, version) })
		}
		own[p.processes[p.ops[t].Process]] = p.number[t]
	}
}

// reads finds the latest of each process that wrote a key and is in the past of a reader.
func (p *past) reads(t, k, version int32) {
	clock := p.clock(t)
	for _, of := range p.order[k] {
		p.steps++
		all := p.writers[k][of]
		at, _ := slices.BinarySearchFunc(all, clock[of]+1, func(t, n int32) int { return int(p.number[t] - n) })
		if at == 0 {
			continue
		}
		if f, ok := p.forces(t, all[at-1], k, version); ok {
			p.forced = append(p.forced, f)
		}
	}
}
