package weaker

import (
	"fmt"
	"slices"
	"sort"
)

// reason is the reason why one operation must come before another.
type reason struct {
	kind
	read, writer int32 // for replaced and unreached: a read, and the write whose value it saw
}

type kind uint8

const (
	called    kind = iota // their process called it earlier
	saw                   // the other saw the value that it wrote
	replaced              // it precedes a read that saw the other's value instead of its own
	unreached             // it saw a value that the other replaced
)

// clocks holds, for each operation, how many operations of each process come before it
// in every order, including itself.
type clocks [][]int32

// before reports whether operation a comes before b in every order.
func (p *program) before(a, b int32) bool {
	return a != b && p.clocks[b][p.process[a]] > p.place[a]
}

// maxClocks bounds operations times processes: about 200 MB.
const maxClocks = 50_000_000

// force finds what every order must keep, and returns a cycle in it, or nil. If a read
// saw the value of one write, every other write of the register that precedes the read
// precedes that write, and every other write that follows that write follows the read.
// force derives such orders in rounds, until it finds nothing new or has spent the
// budget.
func (p *program) force(budget int64) []int32 {
	p.forced = newGraph[reason](len(p.ops))
	for _, ops := range p.processes {
		for k := 1; k < len(ops); k++ {
			p.forced.add(ops[k-1], ops[k], reason{kind: called})
		}
	}
	for i := range p.reads {
		for _, r := range p.reads[i] {
			if r.writer != initial {
				p.forced.add(r.writer, int32(i), reason{kind: saw})
			}
		}
	}
	if len(p.ops)*len(p.processes) > maxClocks {
		return p.forced.cycleEdges()
	}
	writers := p.writersByProcess()
	for {
		order, _ := p.forced.order()
		if order == nil {
			return p.forced.cycleEdges()
		}
		p.setClocks(order)
		p.steps += int64(len(p.ops))
		if edges := len(p.forced.to); !p.derive(writers) || p.steps > budget || len(p.forced.to) == edges {
			return nil
		}
	}
}

func (p *program) setClocks(order []int32) {
	if p.clocks == nil {
		all := make([]int32, len(p.ops)*len(p.processes))
		p.clocks = make(clocks, len(p.ops))
		for i := range p.clocks {
			p.clocks[i], all = all[:len(p.processes)], all[len(p.processes):]
			p.clocks[i][p.process[i]] = p.place[i] + 1
		}
	}
	for _, i := range order {
		for e := p.forced.head[i]; e >= 0; e = p.forced.next[e] {
			to := p.clocks[p.forced.to[e]]
			for q, n := range p.clocks[i] {
				to[q] = max(to[q], n)
			}
		}
	}
}

// writersByProcess returns, for each register, the writes of each process that took
// effect, in the order of the process.
func (p *program) writersByProcess() [][][]int32 {
	if !p.hasVersions {
		return nil
	}
	all := make([][][]int32, len(p.registers))
	for r := range p.registers {
		by := make(map[int32]int)
		for _, w := range p.registers[r].writes {
			if !p.took[w] {
				continue
			}
			k, ok := by[p.process[w]]
			if !ok {
				k = len(all[r])
				by[p.process[w]] = k
				all[r] = append(all[r], nil)
			}
			all[r][k] = append(all[r][k], w)
		}
	}
	return all
}

// derive adds the orders that follow from the clocks so far. It reports whether the
// specification has versions to derive orders from.
func (p *program) derive(writers [][][]int32) bool {
	for i := range p.reads {
		for _, r := range p.reads[i] {
			if p.registers[r.register].opaque {
				continue
			}
			for _, of := range writers[r.register] {
				p.deriveFrom(int32(i), r.writer, of)
				p.steps++
			}
		}
	}
	return writers != nil
}

// deriveFrom adds the orders that follow for the writes of one process from a read that
// saw the value of writer.
func (p *program) deriveFrom(read, writer int32, writes []int32) {
	if writer != initial {
		// The latest write before the read, and those before it, precede the writer.
		k := sort.Search(len(writes), func(k int) bool { return !p.before(writes[k], read) }) - 1
		if k >= 0 && writes[k] != writer && !p.before(writes[k], writer) {
			p.forced.add(writes[k], writer, reason{replaced, read, writer})
		}
	}
	// The first write after the writer, and those after it, follow the read.
	k := sort.Search(len(writes), func(k int) bool { return writer == initial || p.before(writer, writes[k]) })
	if k < len(writes) && writes[k] == read {
		k++
	}
	if k < len(writes) && !p.before(read, writes[k]) {
		p.forced.add(read, writes[k], reason{unreached, read, writer})
	}
}

// explain returns why a cycle leaves no order, and the operations that force it.
func (p *program) explain(cycle []int32) (string, []int) {
	sentence := "no order of all operations keeps the order of each process: "
	const most = 6
	for k, e := range cycle {
		if k == most {
			sentence += fmt.Sprintf("; and %d more steps", len(cycle)-most)
			break
		}
		if k > 0 {
			sentence += "; "
		}
		sentence += p.clause(e)
	}
	return sentence, p.core(p.premises(cycle))
}

// clause returns why one operation precedes another.
func (p *program) clause(e int32) string {
	a, b := p.says(p.forced.from[e]), p.says(p.forced.to[e])
	switch why := p.forced.why[e]; why.kind {
	case saw:
		return fmt.Sprintf("%s was seen by %s", a, b)
	case replaced:
		return fmt.Sprintf("%s comes before %s, since %s comes after the first and saw the second", a, b, p.says(why.read))
	case unreached:
		return fmt.Sprintf("%s comes before %s, which replaced the value that it saw", a, b)
	}
	return fmt.Sprintf("%s, then %s", a, b)
}

func (p *program) says(i int32) string { return p.opts.says(p.spec, &p.ops[i]) }

// premises returns the operations of a cycle and of everything from which its steps follow.
func (p *program) premises(cycle []int32) []int32 {
	g := p.forced
	var members []int32
	known := make(map[int32]bool)
	for todo := slices.Clone(cycle); len(todo) > 0; {
		e := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if known[e] {
			continue
		}
		known[e] = true
		members = append(members, g.from[e], g.to[e])
		switch why := g.why[e]; why.kind {
		case replaced:
			members = append(members, why.read)
			todo = append(todo, g.path(g.from[e], why.read, e)...)
		case unreached:
			if why.writer != initial {
				members = append(members, why.writer)
				todo = append(todo, g.path(why.writer, g.to[e], e)...)
			}
		}
	}
	return members
}
